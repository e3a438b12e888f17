import type { Properties } from "./properties";

/**
 * An operation that failed half-way: the resource exists, with this id and these properties. The engine records it, so
 * that the next run can repair or remove it.
 */
export class PartialFailure extends Error {
  readonly id: string;
  readonly properties: Properties;
  readonly inputs: Properties;

  constructor(message: string, id: string, properties: Properties, inputs: Properties) {
    super(message);
    this.name = "PartialFailure";
    this.id = id;
    this.properties = properties;
    this.inputs = inputs;
  }
}

/** The engine asked to stop (Ctrl-C, `pulumi cancel`). */
export class Canceled extends Error {
  constructor(what: string) {
    super(`${what} was canceled; it goes on in AWS, and the next run (pulumi refresh) picks it up`);
    this.name = "Canceled";
  }
}

/** What AWS answered, with its code, as the official provider prints it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const own = error instanceof PartialFailure || error instanceof Canceled;
  return own || error.name === "Error" || error.message.startsWith(error.name)
    ? error.message
    : `${error.name}: ${error.message}`;
}
