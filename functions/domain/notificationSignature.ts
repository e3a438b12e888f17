import { createHmac } from "node:crypto";
import { digestsEqual } from "./identifiers";
import { ProblemError } from "./problems";

/** The header of a PSP notification, and of ours to merchants. */
export const PSP_SIGNATURE_HEADER = "psp-signature";
export const MERCHANT_SIGNATURE_HEADER = "payments-signature";

/** How far, in seconds, a signature's time may lie from ours, either way. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

/** `t=` Unix seconds, then one or more `v1=` signatures (several while a key is being rotated). */
const SIGNATURE = /^t=([0-9]{1,12})((?:,v1=[0-9a-f]{64}){1,5})$/;

/**
 * The value of a signature header: `t=<Unix seconds>,v1=<hex HMAC-SHA-256 of "<t>.<body>">`. The time is signed with
 * the body, so an old notification cannot be sent again with a new time.
 */
export function signNotification(key: string, body: Uint8Array, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${digestOf(key, seconds, body).toString("hex")}`;
}

/**
 * Checks the signature over the bytes as they arrived, in constant time for each key.
 *
 * @param keys the present key, and the previous one while it is being rotated.
 * @throws ProblemError `signature_missing`, `signature_invalid` or `signature_expired`.
 */
export function verifyNotification(
  keys: readonly string[],
  body: Uint8Array,
  header: string | undefined,
  now: Date,
): void {
  if (header === undefined || header === "") throw new ProblemError("signature_missing");
  const match = SIGNATURE.exec(header);
  if (match === null)
    throw new ProblemError("signature_invalid", { detail: "The signature header is malformed." });
  const seconds = Number(match[1]);
  const given = (match[2] as string)
    .split(",v1=")
    .slice(1)
    .map((hex) => Buffer.from(hex, "hex"));
  // Every pair is compared, so that the time taken says nothing of which one matched.
  const matches = keys.flatMap((key) =>
    given.map((digest) => digestsEqual(digest, digestOf(key, seconds, body))),
  );
  if (!matches.includes(true)) throw new ProblemError("signature_invalid");
  if (Math.abs(now.getTime() / 1000 - seconds) > SIGNATURE_TOLERANCE_SECONDS) {
    throw new ProblemError("signature_expired");
  }
}

function digestOf(key: string, seconds: number, body: Uint8Array): Buffer {
  return createHmac("sha256", key).update(`${seconds}.`, "utf8").update(body).digest();
}
