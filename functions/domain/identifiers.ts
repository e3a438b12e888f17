import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** RFC 4648 base32 in lower case, without padding. */
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
/** 26 characters carry 130 bits: enough that no two payments ever share an id. */
const ID_CHARACTERS = 26;

export const PAYMENT_ID_PATTERN = /^pay_[a-z2-7]{26}$/;
export const OPERATION_ID_PATTERN = /^(pay|cap|ref|can)_[a-z2-7]{26}$/;
export const EVENT_ID_PATTERN = /^evt_[a-z2-7]{26}$/;
/** What the database accepts as a merchant id; it holds no `|`, which separates the parts that ids derive from. */
export const MERCHANT_ID_PATTERN = /^[A-Za-z0-9_-]{4,64}$/;
/** `mk_live_` or `mk_test_` and 256 bits in base64url. */
export const API_KEY_PATTERN = /^mk_(live|test)_[A-Za-z0-9_-]{43}$/;

/** An operation that follows an authorisation. */
export type FollowUpKind = "capture" | "refund" | "cancel";

const OPERATION_PREFIX: Readonly<Record<FollowUpKind, string>> = {
  capture: "cap",
  refund: "ref",
  cancel: "can",
};

/**
 * The payment's id, derived from who asks with which key, so that a repeat in either Region finds the same payment and
 * the PSP recognises it (the id is also the PSP's idempotency key).
 */
export function derivePaymentId(merchantId: string, idempotencyKey: string): string {
  return `pay_${derive(merchantId, idempotencyKey)}`;
}

/** The id of a capture, refund or cancellation, derived likewise. It is also the PSP's idempotency key. */
export function deriveOperationId(
  kind: FollowUpKind,
  paymentId: string,
  merchantId: string,
  idempotencyKey: string,
): string {
  return `${OPERATION_PREFIX[kind]}_${derive(paymentId, merchantId, idempotencyKey, kind)}`;
}

/** The id of a payment's event: its version names it, so a repeated event has the same id. */
export function deriveEventId(paymentId: string, version: number): string {
  return `evt_${derive(paymentId, String(version))}`;
}

/** The first 130 bits of bytes (at least 17), as 26 characters of base32. For derived and for random ids. */
export function base32Id(bytes: Uint8Array): string {
  let id = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5 && id.length < ID_CHARACTERS) {
      bits -= 5;
      id += BASE32.charAt((buffer >> bits) & 31);
    }
    // What is left in the buffer is less than five bits.
    buffer &= 31;
  }
  if (id.length < ID_CHARACTERS) throw new RangeError("an id needs at least 17 bytes");
  return id;
}

/** HMAC-SHA-256 of a whole API key under the pepper: the only form in which a key is stored. */
export function hashApiKey(pepper: string, apiKey: string): Buffer {
  return createHmac("sha256", pepper).update(apiKey, "utf8").digest();
}

/** Compares two digests in a time that does not depend on where they differ. */
export function digestsEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function derive(...parts: readonly string[]): string {
  return base32Id(createHash("sha256").update(parts.join("|"), "utf8").digest());
}
