import { createHash } from "node:crypto";
import { canonicalJson } from "./canonicalJson";
import { digestsEqual } from "./identifiers";
import { ProblemError } from "./problems";

/** A key: 8 to 255 characters that need no escaping anywhere. A UUID is a good one. */
export const IDEMPOTENCY_KEY_PATTERN = /^[A-Za-z0-9._:-]{8,255}$/;

/**
 * How long a key may stay in flight, in seconds. A request that finds an older one takes it over: its writer is gone
 * (the functions' own timeout is shorter).
 */
export const IN_FLIGHT_SECONDS = 10;

/** How long we keep a key, in days: longer than the PSP keeps its own, so that a late repeat never reaches it as new. */
export const KEY_RETENTION_DAYS = 45;
/** How long the PSP keeps its keys, in hours. */
export const PSP_KEY_RETENTION_HOURS = 24;

/**
 * Reads the Idempotency-Key header. The key may stand bare or as a structured-field string in double quotes, as the
 * IETF's draft-ietf-httpapi-idempotency-key-header writes it; both are the same key.
 *
 * @throws ProblemError `idempotency_key_missing` or `idempotency_key_malformed`.
 */
export function readIdempotencyKey(header: string | undefined): string {
  if (header === undefined || header.trim() === "") {
    throw new ProblemError("idempotency_key_missing", {
      detail: "Send an Idempotency-Key header with a value of your own for each payment, e.g. a UUID.",
    });
  }
  const bare = header.trim();
  const key = /^".*"$/.test(bare) ? bare.slice(1, -1) : bare;
  if (!IDEMPOTENCY_KEY_PATTERN.test(key)) {
    throw new ProblemError("idempotency_key_malformed", {
      detail: "A key has 8 to 255 characters of A-Z, a-z, 0-9, '.', '_', ':' and '-'.",
    });
  }
  return key;
}

/** What makes two requests the same. */
export interface FingerprintedRequest {
  readonly method: string;
  /** With the payment's id where there is one, without the query. */
  readonly path: string;
  /** The checked request (defaults filled in), so that spelling a default out changes nothing. */
  readonly body: unknown;
}

/** SHA-256 over the canonical form: 32 bytes, the same whatever the order of keys and the white space. */
export function requestFingerprint(request: FingerprintedRequest): Buffer {
  const { method, path, body } = request;
  return createHash("sha256").update(canonicalJson({ method, path, body }), "utf8").digest();
}

/** What is known of a key. */
export interface IdempotencyRecord {
  readonly fingerprint: Uint8Array;
  readonly state: "in_flight" | "completed";
  /** Until when the first request may still be at work. */
  readonly inFlightUntil: Date;
}

/**
 * What to do with a request: `proceed` as the first; `resume` what a writer that is gone left unfinished; `replay` the
 * stored answer; refuse as a `mismatch` (422) or while the first is `in_flight` (409).
 */
export type IdempotencyDecision =
  | { readonly kind: "proceed" }
  | { readonly kind: "resume" }
  | { readonly kind: "replay" }
  | { readonly kind: "mismatch" }
  | { readonly kind: "in_flight"; readonly retryAfterSeconds: number };

/** Decides by the record of the key; `undefined` when the key is new. */
export function decideIdempotency(
  record: IdempotencyRecord | undefined,
  fingerprint: Uint8Array,
  now: Date,
): IdempotencyDecision {
  if (record === undefined) return { kind: "proceed" };
  if (!digestsEqual(record.fingerprint, fingerprint)) return { kind: "mismatch" };
  if (record.state === "completed") return { kind: "replay" };
  const remainingMilliseconds = record.inFlightUntil.getTime() - now.getTime();
  if (remainingMilliseconds <= 0) return { kind: "resume" };
  return { kind: "in_flight", retryAfterSeconds: Math.ceil(remainingMilliseconds / 1000) };
}

/** The refusal of a decision, or undefined when the decision is to go on. */
export function idempotencyProblem(decision: IdempotencyDecision): ProblemError | undefined {
  if (decision.kind === "mismatch") {
    return new ProblemError("idempotency_key_reused", { detail: "Use a new key for a new request." });
  }
  if (decision.kind === "in_flight") {
    return new ProblemError("request_in_flight", {
      detail: "The first request with this key is not answered yet.",
      retryAfterSeconds: decision.retryAfterSeconds,
    });
  }
  return undefined;
}
