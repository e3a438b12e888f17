/** What the catalogue says of one problem: its HTTP status and its title. */
interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/**
 * Every problem the API answers with (RFC 9457). The codes are a contract: callers branch on them, so a code is never
 * renamed and never changes its status. 400 is for what cannot be read, 422 for what was read and is refused.
 */
export const PROBLEMS = {
  idempotency_key_missing: { status: 400, title: "The Idempotency-Key header is required" },
  idempotency_key_malformed: { status: 400, title: "The Idempotency-Key header is malformed" },
  idempotency_key_reused: { status: 422, title: "The idempotency key was used with another request" },
  request_in_flight: { status: 409, title: "A request with this idempotency key is in flight" },
  invalid_encoding: { status: 400, title: "The body is not valid UTF-8" },
  invalid_json: { status: 400, title: "The body is not valid JSON" },
  duplicate_field: { status: 400, title: "The body names a field twice" },
  nesting_too_deep: { status: 400, title: "The body is nested too deeply" },
  payload_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "The body must be application/json in UTF-8" },
  invalid_request: { status: 400, title: "The request is invalid" },
  invalid_parameter: { status: 400, title: "A query parameter is invalid" },
  unknown_field: { status: 422, title: "The body has a field that is not known" },
  field_missing: { status: 422, title: "A required field is missing" },
  field_invalid: { status: 422, title: "A field is invalid" },
  amount_invalid: { status: 422, title: "The amount is invalid" },
  amount_over_limit: { status: 422, title: "The amount is over the limit" },
  currency_unknown: { status: 422, title: "The currency is unknown" },
  currency_exponent_mismatch: { status: 422, title: "The amount's exponent is not the currency's" },
  pan_not_allowed: { status: 422, title: "Card numbers are not allowed" },
  unauthorized: { status: 401, title: "The API key is missing, unknown or revoked" },
  forbidden: { status: 403, title: "The request is not allowed" },
  payment_not_found: { status: 404, title: "There is no such payment" },
  route_not_found: { status: 404, title: "There is no such resource" },
  method_not_allowed: { status: 405, title: "The method is not allowed here" },
  capture_exceeds_authorized: { status: 422, title: "The capture exceeds the authorised amount" },
  refund_exceeds_captured: { status: 422, title: "The refund exceeds the captured amount" },
  payment_not_capturable: { status: 409, title: "The payment cannot be captured in its present state" },
  payment_not_refundable: { status: 409, title: "The payment cannot be refunded in its present state" },
  payment_not_cancelable: { status: 409, title: "The payment cannot be canceled in its present state" },
  signature_missing: { status: 401, title: "The notification is not signed" },
  signature_invalid: { status: 401, title: "The notification's signature is invalid" },
  signature_expired: { status: 401, title: "The notification's signature is too old or too new" },
  notification_replayed: { status: 409, title: "The notification was received before" },
  too_many_requests: { status: 429, title: "Too many requests" },
  internal_error: { status: 500, title: "Something went wrong on our side" },
  service_unavailable: { status: 503, title: "The service is not available at the moment" },
  region_standby: { status: 503, title: "This Region does not accept writes at the moment" },
} as const satisfies Record<string, ProblemKind>;

/** The stable name of a problem. */
export type ProblemCode = keyof typeof PROBLEMS;

/** One field that is wrong. */
export interface FieldProblem {
  /** JSON Pointer (RFC 6901) into the body, or the name of a header or query parameter. Never quotes a card number. */
  readonly pointer: string;
  readonly code: ProblemCode;
  readonly message: string;
}

/** What a problem may say beyond its code. Nothing here may quote what the caller sent. */
export interface ProblemOptions {
  readonly detail?: string;
  readonly errors?: readonly FieldProblem[];
  /** Whole seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** A refusal of the catalogue. Everything in the domain that refuses a request throws this. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: readonly FieldProblem[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(`${PROBLEMS[code].status} ${code}`, { cause: options.cause });
    this.code = code;
    this.status = PROBLEMS[code].status;
    this.title = PROBLEMS[code].title;
    this.detail = options.detail;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The body of an answer with media type `application/problem+json`. */
export interface ProblemDocument {
  /** A URN: a stable name that no one has to host. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code: ProblemCode;
  readonly instance: string;
  readonly correlation_id: string;
  readonly errors?: readonly FieldProblem[];
}

/** The problem document of a refusal, for the request with the given correlation id. */
export function problemDocument(problem: ProblemError, correlationId: string): ProblemDocument {
  return {
    type: `urn:payments:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    ...(problem.detail !== undefined && { detail: problem.detail }),
    code: problem.code,
    instance: `urn:payments:request:${correlationId}`,
    correlation_id: correlationId,
    ...(problem.errors !== undefined && { errors: problem.errors }),
  };
}
