/** A failure that the user can act on: its message says what to do, and no stack trace is shown. Exit code 1. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
}

/** The command line is wrong. Exit code 2. */
export class UsageError extends CommandError {
  override readonly name = "UsageError";
}

/** Ctrl-C or a termination signal; the exit code is 128 + the signal's number. */
export class Interrupted extends CommandError {
  override readonly name = "Interrupted";
  constructor(readonly signal: NodeJS.Signals = "SIGINT") {
    super(`Interrupted by ${signal}.`);
  }
}
