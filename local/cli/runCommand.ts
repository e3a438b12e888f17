import { constants } from "node:os";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { CommandError, Interrupted, Refused, UsageError } from "./errors";
import { say } from "./progress";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>
>["values"];

/** One of the repository's commands: its command line, its help, and what it does. */
export interface Command<O extends Options> {
  /** As it is called, e.g. `npm run up`. */
  name: string;
  /** The help text: what it does, its flags, its exit codes. */
  help: string;
  options: O;
  /** Arguments without a dash that are accepted, at most. Default 0. */
  positionals?: number;
  /** Default {@link DEFAULT_EXIT_CODES}. */
  exitCodes?: ExitCodes;
  /**
   * Does the work. `signal` is aborted by Ctrl-C and by a termination signal, with {@link Interrupted} as its reason.
   * @returns the exit code, default 0
   */
  run(input: { values: Values<O>; positionals: string[]; signal: AbortSignal }): Promise<number | void>;
}

/** The exit codes of a command that did not do what it was told to do. */
export interface ExitCodes {
  readonly usage: number;
  /** Nothing was begun, because what it needs is not given: see {@link Refused}. */
  readonly refused: number;
  readonly failed: number;
}

const DEFAULT_EXIT_CODES: ExitCodes = { usage: 2, refused: 1, failed: 1 };

/** Of the commands that act on a failover: a script must tell a refusal from a failure. */
export const FAILOVER_EXIT_CODES: ExitCodes = { usage: 1, refused: 2, failed: 3 };

/** What the exit codes of most commands mean. */
export const EXIT_CODES = "Exit codes: 0 ok, 1 failed, 2 usage, 130 interrupted.";

/** Parses a command line. @throws UsageError with what is wrong and the help text */
export function parseCommandLine<O extends Options>(
  command: Command<O>,
  args: string[],
): { values: Values<O>; positionals: string[] } {
  let parsed;
  try {
    parsed = parseArgs({ args, options: command.options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${command.help}`);
  }
  const allowed = command.positionals ?? 0;
  if (parsed.positionals.length > allowed) {
    throw new UsageError(`Unexpected argument "${parsed.positionals[allowed]}".\n\n${command.help}`);
  }
  return parsed;
}

/**
 * Runs a command as the main program: help, usage errors, signals, messages and exit codes are the same for all.
 * A signal aborts the work once; the command then tidies up and ends by itself.
 */
export function runCommand<O extends Options>(command: Command<O>): void {
  const args = process.argv.slice(2);
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${command.help}\n`);
    return;
  }
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!abort.signal.aborted) {
        say(`\n${signal} received: stopping and tidying up …`);
        abort.abort(new Interrupted(signal));
      }
    });
  }
  // Output into a pipe that its reader closed (`… | head`) is no failure of the command.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  Promise.resolve()
    .then(() => command.run({ ...parseCommandLine(command, args), signal: abort.signal }))
    .then((code) => code ?? 0)
    .catch((error: unknown) => report(abort.signal.aborted ? abort.signal.reason : error, command.exitCodes))
    .then((code) => {
      process.exitCode = code;
      // Idle keep-alive connections of SDK clients would hold the process for seconds.
      process.stdout.write("", () => process.exit());
    })
    .catch((error: unknown) => {
      say(String(error));
      process.exit(1);
    });
}

/** Shows a failure and returns its exit code. */
export function report(error: unknown, exitCodes: ExitCodes = DEFAULT_EXIT_CODES): number {
  if (error instanceof Interrupted) {
    say(error.message);
    return 128 + constants.signals[error.signal];
  }
  if (error instanceof CommandError) {
    say(`\nError: ${error.message}`);
    if (error instanceof UsageError) {
      return exitCodes.usage;
    }
    return error instanceof Refused ? exitCodes.refused : exitCodes.failed;
  }
  say(`\nUnexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return exitCodes.failed;
}
