import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { CommandError, runProgram, step, tail } from "../cli";
import { ensureTool, type Tool } from "./cache";

/** Names of `python3` in the order in which they are tried; the second is the system's own, behind a version manager's. */
const CANDIDATES = ["python3", "/usr/bin/python3", "python3.14", "python3.13", "python3.12", "python3.11"];
/** What the emulator's code needs. */
const MINIMUM_MINOR = 11;
const INSTALL_TIMEOUT_MS = 15 * 60_000;

/** A virtual environment: what it holds, and how to see that it works. */
export interface PythonEnvironment {
  /** Begins the folder's name in the cache. */
  readonly id: string;
  readonly title: string;
  /** What is being installed, for people. */
  readonly contents: string;
  /** A file of exact versions with hashes. */
  readonly requirements: string;
  readonly modules: readonly string[];
  readonly neededBytes: number;
}

/** The emulator, cfn-lint and pytest. */
const EMULATOR: PythonEnvironment = {
  id: "python",
  title: "Python environment with the AWS emulator",
  contents: "the AWS emulator and cfn-lint",
  requirements: join(__dirname, "requirements.txt"),
  modules: ["ministack", "uvicorn", "httptools", "uvloop", "dnslib", "cfnlint", "pytest"],
  neededBytes: 600 * 2 ** 20,
};

/** What fuzzes the API from its document. */
export const CONTRACT: PythonEnvironment = {
  id: "contract",
  title: "Python environment with schemathesis",
  contents: "schemathesis",
  requirements: join(__dirname, "..", "contract", "requirements.txt"),
  modules: ["schemathesis", "schemathesis.cli"],
  neededBytes: 300 * 2 ** 20,
};

/**
 * The Python of a virtual environment, by default the one that holds the emulator, cfn-lint and pytest. Use it as `python -m MODULE`.
 * @throws CommandError when there is no usable Python or the packages do not install
 */
export async function ensurePython(
  options: { cache?: string; signal?: AbortSignal; environment?: PythonEnvironment } = {},
): Promise<string> {
  const base = await findPython(options.signal);
  return pythonOf(await ensureTool(pythonTool(base, options.environment), options));
}

function pythonOf(folder: string): string {
  return join(folder, "bin", "python");
}

interface BasePython {
  readonly command: string;
  /** e.g. `3.11.7`. */
  readonly version: string;
}

/** The virtual environment as a tool of the cache. A Python of another version has another environment. */
export function pythonTool(base: BasePython, environment = EMULATOR): Tool {
  const hash = createHash("sha256")
    .update(readFileSync(environment.requirements))
    .update(base.command)
    .digest("hex")
    .slice(0, 12);
  return {
    id: `${environment.id}-${base.version}-${hash}`,
    title: environment.title,
    neededBytes: environment.neededBytes,
    build: (folder, signal) => buildEnvironment(base, environment, folder, signal),
    fingerprint: fingerprintOfFiles,
    async probe(folder, signal) {
      const { code, stderr } = await runProgram(
        pythonOf(folder),
        ["-c", `import ${environment.modules.join(", ")}`],
        {
          signal,
          timeoutMs: 60_000,
          env: pythonEnvironment(),
        },
      );
      if (code !== 0) {
        throw new Error(tail(stderr, 1));
      }
    },
  };
}

/** A virtual environment must not see packages of the user's own. */
function pythonEnvironment(): NodeJS.ProcessEnv {
  const { PYTHONPATH: _path, PYTHONHOME: _home, ...environment } = process.env;
  return { ...environment, PYTHONNOUSERSITE: "1" };
}

async function buildEnvironment(
  base: BasePython,
  { contents, requirements }: PythonEnvironment,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const options = { signal, timeoutMs: INSTALL_TIMEOUT_MS, env: pythonEnvironment() };
  await step(`Installing ${contents}`, async () => {
    const created = await runProgram(base.command, ["-m", "venv", folder], options);
    if (created.code !== 0) {
      throw new CommandError(
        `${base.command} makes no virtual environment: install its venv module (Debian: python3-venv).\n` +
          tail(created.stdout + created.stderr),
      );
    }
    const args = ["-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "--no-input", "-q"];
    const installed = await runProgram(pythonOf(folder), [...args, "-r", requirements], options);
    if (installed.code !== 0) {
      throw new CommandError(`pip install failed; run the command again.\n${tail(installed.stderr)}`);
    }
  });
  // Their first lines name the draft folder, which is about to be renamed: modules are run with `python -m`.
  for (const script of await readdir(join(folder, "bin"))) {
    if (!/^python[\d.]*$/.test(script)) {
      await rm(join(folder, "bin", script), { recursive: true });
    }
  }
}

/** Names and sizes of all installed files; caches that Python writes while running do not count. */
async function fingerprintOfFiles(folder: string): Promise<string> {
  const lib = join(folder, "lib");
  const files = await readdir(lib, { recursive: true, withFileTypes: true });
  const names = files
    .filter(
      (entry) => entry.isFile() && !entry.name.endsWith(".pyc") && !entry.parentPath.includes("__pycache__"),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const name of names) {
    hash.update(`${relative(lib, name)}\0${(await stat(name)).size}\n`);
  }
  return hash.digest("hex");
}

async function findPython(signal?: AbortSignal): Promise<BasePython> {
  const found: string[] = [];
  const script = "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(sys.executable)";
  for (const command of CANDIDATES) {
    const result = await runProgram(command, ["-c", script], {
      signal,
      timeoutMs: 20_000,
      env: pythonEnvironment(),
    }).catch(() => undefined);
    signal?.throwIfAborted();
    const [version, executable] = result?.stdout.trim().split("\n") ?? [];
    if (result?.code === 0 && version && executable) {
      if (isPythonNewEnough(version)) {
        return { command: executable, version };
      }
      found.push(version);
    }
  }
  throw new CommandError(
    `The embedded cloud needs Python 3.${MINIMUM_MINOR} or newer on the PATH` +
      `${found.length > 0 ? ` (found ${[...new Set(found)].join(", ")})` : ""}. Install it and run the command again.`,
  );
}

/** Reads e.g. `3.11.7`. */
export function isPythonNewEnough(version: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  return major === 3 && minor !== undefined && minor >= MINIMUM_MINOR;
}
