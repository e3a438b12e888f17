import { spawn } from "node:child_process";
import { CommandError } from "./errors";

export interface ProgramOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  /** Ended after this many milliseconds. */
  timeoutMs?: number;
  /** Each line of output as it comes. Default: kept only. */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

export interface ProgramResult {
  /** The exit code; 128 + n when a signal ended it. */
  code: number;
  /** The last {@link KEPT_CHARACTERS} of each stream. */
  stdout: string;
  stderr: string;
}

/** Enough for the JSON of our own tools; a build's log keeps its end, where the reason stands. */
const KEPT_CHARACTERS = 16_000_000;

/** Between SIGINT, SIGTERM and SIGKILL when a program does not end, in milliseconds. */
const GRACE_MS = 20_000;

/**
 * Runs a program to its end and collects its output. It gets a process group of its own: Ctrl-C reaches it through
 * `signal` alone, once, and everything that it started ends with it.
 * @throws the reason of `signal` when that is aborted; CommandError when it does not start or takes too long
 */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const { signal, timeoutMs, onLine } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    const timers: NodeJS.Timeout[] = [];
    let timedOut = false;
    const end = (first: NodeJS.Signals) => {
      signalGroup(child.pid, first);
      timers.push(setTimeout(() => signalGroup(child.pid, "SIGTERM"), GRACE_MS));
      timers.push(setTimeout(() => signalGroup(child.pid, "SIGKILL"), 2 * GRACE_MS));
    };
    const onAbort = () => end("SIGINT");
    signal?.addEventListener("abort", onAbort, { once: true });
    if (timeoutMs !== undefined) {
      timers.push(
        setTimeout(() => {
          timedOut = true;
          end("SIGTERM");
        }, timeoutMs),
      );
    }
    for (const name of ["stdout", "stderr"] as const) {
      const lines = lineSplitter((line) => onLine?.(line, name));
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] = (output[name] + text).slice(-KEPT_CHARACTERS);
        lines.push(text);
      });
      child[name].once("end", () => lines.end());
    }
    const settle = () => {
      timers.forEach((timer) => clearTimeout(timer));
      signal?.removeEventListener("abort", onAbort);
    };
    child.once("error", (error) => {
      settle();
      reject(new CommandError(`${command} does not start: ${error.message}`));
    });
    child.once("exit", () => {
      if (signal?.aborted || timedOut) {
        // A shell's background jobs do not heed SIGINT, and would keep the output open.
        signalGroup(child.pid, "SIGTERM");
      }
    });
    child.once("close", (code) => {
      settle();
      if (signal?.aborted) {
        reject(signal.reason as Error);
      } else if (timedOut) {
        reject(new CommandError(`${command} ${args[0] ?? ""} was ended after ${timeoutMs! / 1000} s.`));
      } else {
        resolve({ code: code ?? 128, ...output });
      }
    });
  });
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** Cuts a stream of text into lines. */
export function lineSplitter(onLine: (line: string) => void): { push(text: string): void; end(): void } {
  let rest = "";
  return {
    push(text) {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop()!;
      lines.forEach(onLine);
    },
    end() {
      if (rest !== "") {
        onLine(rest);
        rest = "";
      }
    },
  };
}

/** The last lines of a text, for error messages. */
export function tail(text: string, lines = 15): string {
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}
