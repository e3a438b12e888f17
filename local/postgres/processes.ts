import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** What a running server writes into `postmaster.pid`. */
export interface PostmasterFile {
  pid: number;
  /** `starting`, `ready`, `standby` or `stopping`; empty in the first moments. */
  status: string;
  /** Id of its System V shared memory segment. */
  sharedMemoryId?: string;
}

export function readPostmasterFile(dataDirectory: string): PostmasterFile | undefined {
  try {
    const lines = readFileSync(join(dataDirectory, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    // Line 7 is "key id", line 8 the status (src/include/utils/pidfile.h).
    const sharedMemoryId = lines[6]?.trim().split(/\s+/)[1];
    return Number.isInteger(pid) && pid > 1
      ? { pid, status: lines[7]?.trim() ?? "", sharedMemoryId }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The server that runs on a data directory, whoever started it. A pid file may be stale and its number reused, so the
 * process must also have the data directory as its working directory, as every PostgreSQL server has.
 */
export function serverOf(dataDirectory: string): number | undefined {
  const pid = readPostmasterFile(dataDirectory)?.pid;
  try {
    return pid !== undefined && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDirectory)
      ? pid
      : undefined;
  } catch {
    return undefined;
  }
}

/** A process that has ended but was not yet waited for does not run. */
export function isRunning(pid: number): boolean {
  const status = processStatus(pid);
  return status !== undefined && status.state !== "Z" && status.state !== "X";
}

/** Stopped by a signal (SIGSTOP): it would not even hear that it is to end. */
export function isStopped(pid: number): boolean {
  return processStatus(pid)?.state === "T";
}

function processStatus(pid: number): { state: string; parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name stands in parentheses and may itself contain anything.
    const [state, parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: state ?? "", parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** A server and its backends. Each backend leads a session of its own, so no process group has them all. */
function family(pid: number): number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => processStatus(candidate)?.parent === pid);
  return [pid, ...children];
}

/** Signals a server and its backends, the server first, so that it starts no further ones. */
export function signalFamily(pid: number, signal: NodeJS.Signals): void {
  for (const member of family(pid)) {
    signalProcess(member, signal);
  }
}

/** @returns whether the process was there */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** A killed server leaves its few bytes of System V memory to its successor; without successor they would stay for ever. */
export function removeSharedMemory(id: string | undefined): void {
  if (id !== undefined && /^\d+$/.test(id)) {
    // Best effort: where ipcrm is missing, 56 bytes stay until the machine restarts.
    spawnSync("ipcrm", ["-m", id], { stdio: "ignore", timeout: 5_000 });
  }
}
