/** One field that is wrong. `pointer` is a JSON Pointer (RFC 6901) into the body, or a header's name. */
export interface FieldProblem {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** What a problem may say beyond its status and code. Nothing here may quote what the caller sent. */
export interface ProblemOptions {
  readonly detail?: string;
  readonly errors?: readonly FieldProblem[];
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** An answer that refuses, as RFC 9457 describes it. `code` is stable: callers may depend on it. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: readonly FieldProblem[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, code: string, title: string, options: ProblemOptions = {}) {
    super(`${status} ${code}`, { cause: options.cause });
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = options.detail;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
