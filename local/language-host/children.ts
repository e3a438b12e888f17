import { spawn, type ChildProcess } from "node:child_process";
import type { Command } from "./commands";

/** How long a program may take to end after it was asked to, before it is killed. */
const GRACE_MS = 5_000;

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Why it could not be started at all. */
  error?: Error;
}

/** The processes that this host has started; none of them outlives it. */
export class Children {
  readonly #running = new Set<ChildProcess>();
  readonly #nodePath: string;

  constructor(nodePath: string) {
    this.#nodePath = nodePath;
  }

  /** Starts node; the caller attaches to the child's output, and `ended` resolves when all of that has been read. */
  start(command: Command): { child: ChildProcess; ended: Promise<Ending> } {
    const child = spawn(this.#nodePath, command.arguments, {
      cwd: command.directory,
      env: command.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#running.add(child);
    const ended = new Promise<Ending>((resolve) => {
      child.once("error", (error) => resolve({ code: null, signal: null, error }));
      child.once("close", (code, signal) => resolve({ code, signal }));
    }).finally(() => this.#running.delete(child));
    return { child, ended };
  }

  /** Asks a child to end, and makes it end if it does not. */
  stop(child: ChildProcess): void {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
      child.once("exit", () => clearTimeout(killer));
    }
  }

  get areRunning(): boolean {
    return this.#running.size > 0;
  }

  stopAll(): void {
    for (const child of this.#running) {
      this.stop(child);
    }
  }

  /** For the host's own end, when nobody is left to wait. */
  killAll(): void {
    for (const child of this.#running) {
      child.kill("SIGKILL");
    }
  }
}
