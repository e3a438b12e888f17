// Entry of every npm script. It runs before anything is installed, so it is plain JavaScript for the machine's own
// Node (20 or newer) and imports nothing but Node: it makes sure that the npm packages are there, then hands over to
// Node 24 (the npm package `node`) with the command's TypeScript file.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const marker = join(modules, ".payments-install");
const lock = join(root, ".embedded-cloud-install");
const lockOwner = join(lock, "owner");
/** Longer than any installation takes on a slow line. */
const LOCK_WAIT_MS = 15 * 60_000;
/** A lock folder without an owner this old belongs to a process that died between two system calls. */
const OWNERLESS_LOCK_MS = 10_000;

const PARENT_POLL_MS = 500;

const USAGE_EXIT_CODE = 2;

class BootstrapError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function installationHash() {
  const hash = createHash("sha256");
  for (const file of ["package.json", "package-lock.json"]) {
    const content = readFileSync(join(root, file), "utf8");
    // The scripts of package.json change nothing that is installed.
    hash.update(file === "package.json" ? JSON.stringify({ ...JSON.parse(content), scripts: {} }) : content);
  }
  return hash.digest("hex");
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** Whether npm's own record of what it installed (written last) has every package that the lock file asks for. */
function matchesLockFile() {
  const wanted = readJson(join(root, "package-lock.json"))?.packages;
  const installed = readJson(join(modules, ".package-lock.json"))?.packages;
  if (wanted === undefined || installed === undefined) {
    return false;
  }
  return Object.entries(wanted).every(
    ([path, entry]) => path === "" || entry.optional || installed[path]?.version === entry.version,
  );
}

function node24() {
  return join(modules, ".bin", "node");
}

function isInstalled() {
  // node_modules/node is a shell whose real program its install script fetches; without it the rest is useless.
  if (!existsSync(node24()) || !existsSync(join(modules, "tsx", "package.json"))) {
    return false;
  }
  const hash = installationHash();
  try {
    if (readFileSync(marker, "utf8") === hash) {
      return true;
    }
  } catch {
    // Not marked yet: a developer's own `npm install` does not write the marker.
  }
  if (matchesLockFile()) {
    writeFileSync(marker, hash);
    return true;
  }
  return false;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function lockIsStale() {
  try {
    const owner = Number(readFileSync(lockOwner, "utf8"));
    return !isAlive(owner);
  } catch {
    try {
      return Date.now() - statSync(lock).mtimeMs > OWNERLESS_LOCK_MS;
    } catch {
      return false; // The other run has just finished.
    }
  }
}

async function withLock(work) {
  const deadline = Date.now() + LOCK_WAIT_MS;
  for (let announced = false; ;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") {
        throw new BootstrapError(`Cannot write to ${root}: ${error.message}`);
      }
    }
    if (lockIsStale()) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (Date.now() > deadline) {
      throw new BootstrapError(
        `Another command has held ${lock} for too long: remove it if none is running.`,
      );
    }
    if (!announced) {
      say("Waiting for another command that installs the npm packages …");
      announced = true;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  writeFileSync(lockOwner, String(process.pid));
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    release();
  }
}

/** Runs a program to its end; signals that reach this process are passed on, so that nothing stays behind. */
function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", ...options });
    const forward = (signal) => child.kill(signal);
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    signals.forEach((signal) => process.on(signal, forward));
    // npm ends its shell, not what the shell has started: without a parent, this run is over too.
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) {
        clearInterval(watch);
        forward("SIGTERM");
      }
    }, PARENT_POLL_MS);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => (output = (output + text).slice(-8000)));
    }
    const settle = (callback, value) => {
      clearInterval(watch);
      signals.forEach((signal) => process.off(signal, forward));
      callback(value);
    };
    child.once("error", (error) => settle(reject, error));
    child.once("close", (code, signal) =>
      settle(resolve, { code: code ?? 128 + (constants.signals[signal] ?? 1), signal, output }),
    );
  });
}

async function installPackages() {
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  say("Installing the npm packages (npm ci) …");
  const ticker = setInterval(() => say(`  still installing, ${elapsed()}`), 15_000);
  // The npm that runs this script, else the one on the PATH.
  const npm = process.env.npm_execpath?.endsWith("npm-cli.js")
    ? [process.execPath, [process.env.npm_execpath]]
    : ["npm", []];
  const args = [...npm[1], "ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = await run(npm[0], args, { stdio: ["ignore", "pipe", "pipe"] })
    .catch((error) => ({ code: 1, output: `npm does not start: ${error.message}` }))
    .finally(() => clearInterval(ticker));
  if (result.code !== 0) {
    rmSync(marker, { force: true });
    throw new BootstrapError(
      `${result.output}\nnpm ci failed (exit code ${result.code}); run the command again.`,
      result.code,
    );
  }
  const check = await run(node24(), ["--version"], { stdio: ["ignore", "pipe", "pipe"] }).catch((error) => ({
    code: 1,
    output: error.message,
  }));
  if (check.code !== 0) {
    throw new BootstrapError(
      `Node 24 of the npm package "node" does not run on this machine: ${check.output}`,
    );
  }
  writeFileSync(marker, installationHash());
  say(`  npm packages installed in ${elapsed()}`);
}

function commandNames() {
  return readdirSync(join(root, "local", "commands"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

/** What to run with Node 24: `exec TOOL …` is a program of node_modules/.bin, anything else a file of local/commands. */
function program(name, args) {
  if (name === "exec") {
    const [tool, ...rest] = args;
    return tool === undefined ? undefined : { command: join(modules, ".bin", tool), args: rest };
  }
  return commandNames().includes(name)
    ? { command: node24(), args: ["--import", "tsx", join(root, "local", "commands", `${name}.ts`), ...args] }
    : undefined;
}

async function main() {
  const [name = "", ...args] = process.argv.slice(2);
  const chosen = program(name, args);
  if (chosen === undefined) {
    throw new BootstrapError(`Usage: npm run ${commandNames().join("|")} [-- --help]`, USAGE_EXIT_CODE);
  }
  if (!isInstalled()) {
    await withLock(async () => {
      if (!isInstalled()) {
        await installPackages();
      }
    });
  }
  const path = [join(modules, ".bin"), process.env.PATH ?? ""].join(delimiter);
  const result = await run(chosen.command, chosen.args, { env: { ...process.env, PATH: path } });
  return result.code;
}

main().then(
  (code) => (process.exitCode = code),
  (error) => {
    say(error instanceof BootstrapError ? error.message : String(error.stack));
    process.exitCode = error instanceof BootstrapError ? error.exitCode : 1;
  },
);
