import { readdirSync, readFileSync } from "node:fs";

/** A process beyond doubt: an id is given again after its process has ended, together with its start time it is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from the machine's start to the process's (field 22 of /proc/PID/stat), and the boot they belong to. */
  readonly startedAt: string;
}

/** How long a process may take to end after SIGTERM before it is killed, in milliseconds. */
const GRACE_MS = 15_000;
const POLL_MS = 50;

/** The identity of a running process; undefined when there is none of that id (or only one that waits to be reaped). */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const fields = statFields(pid);
  return fields === undefined || fields[0] === "Z" || fields[0] === "X"
    ? undefined
    : { pid, startedAt: `${bootId()}/${fields[19]}` };
}

/** Whether this very process still runs. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  return identityOf(pid)?.startedAt === startedAt;
}

/**
 * Ends a process and everything that descends from it: politely, then by force.
 * @returns whether anything had to be ended
 */
export async function endProcess(target: ProcessIdentity, graceMs = GRACE_MS): Promise<boolean> {
  if (!isRunning(target)) {
    return false;
  }
  // Noted before the parent ends, because its children then get another parent.
  const family = [target, ...descendantsOf(target.pid)];
  send(target, "SIGTERM");
  if (!(await haveEnded([target], graceMs))) {
    send(target, "SIGKILL");
  }
  family.forEach((member) => send(member, "SIGTERM"));
  if (!(await haveEnded(family, graceMs / 3))) {
    family.forEach((member) => send(member, "SIGKILL"));
    await haveEnded(family, graceMs / 3);
  }
  return true;
}

function send(target: ProcessIdentity, signal: NodeJS.Signals): void {
  if (isRunning(target)) {
    try {
      process.kill(target.pid, signal);
    } catch {
      // It has ended in this very moment.
    }
  }
}

async function haveEnded(targets: readonly ProcessIdentity[], timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (targets.some(isRunning)) {
    if (Date.now() > deadline) {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}

/** All processes that descend from one. */
export function descendantsOf(pid: number): ProcessIdentity[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const fields = /^\d+$/.test(name) ? statFields(Number(name)) : undefined;
    if (fields !== undefined) {
      parents.set(Number(name), Number(fields[1]));
    }
  }
  const found = new Set([pid]);
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const [child, parent] of parents) {
      if (found.has(parent)) {
        found.add(child);
      }
    }
  }
  found.delete(pid);
  return [...found].map(identityOf).filter((identity) => identity !== undefined);
}

/** Fields of /proc/PID/stat from the third (state) on. The command's name before them may contain anything. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

let boot: string | undefined;

function bootId(): string {
  boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return boot;
}
