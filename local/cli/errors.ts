/** A failure that the user can act on: its message says what to do, and no stack trace is shown. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
}

/** The command was not begun, because something that it needs is not given; the message lists all of it. */
export class Refused extends CommandError {
  override readonly name = "Refused";
}

/** The command line is wrong. */
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
