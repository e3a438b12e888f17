import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  base32Id,
  deriveEventId,
  deriveOperationId,
  derivePaymentId,
  digestsEqual,
  EVENT_ID_PATTERN,
  hashApiKey,
  OPERATION_ID_PATTERN,
  PAYMENT_ID_PATTERN,
} from "../../../functions/domain";

/** RFC 4648 base32 the long way: through a number of all bits. */
function base32OfHash(text: string): string {
  const bits = BigInt(`0x${createHash("sha256").update(text).digest("hex")}`) >> 126n;
  let id = "";
  for (let index = 25n; index >= 0n; index -= 1n) {
    id += "abcdefghijklmnopqrstuvwxyz234567"[Number((bits >> (index * 5n)) & 31n)];
  }
  return id;
}

describe("identifiers", () => {
  it("derives a payment's id from merchant and key, always the same", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9_-]{4,64}$/),
        fc.stringMatching(/^[A-Za-z0-9._:-]{8,255}$/),
        (m, k) => {
          const id = derivePaymentId(m, k);
          assert.match(id, PAYMENT_ID_PATTERN);
          assert.equal(id, `pay_${base32OfHash(`${m}|${k}`)}`);
        },
      ),
    );
  });

  it("gives each merchant, key, payment and kind of operation its own id", () => {
    const ids = ["capture", "refund", "cancel"].flatMap((kind) =>
      ["pay_a", "pay_b"].flatMap((payment) =>
        ["mer_1", "mer_2"].flatMap((merchant) =>
          ["key-0001", "key-0002"].map((key) =>
            deriveOperationId(kind as "capture" | "refund" | "cancel", payment, merchant, key),
          ),
        ),
      ),
    );
    assert.equal(new Set(ids).size, 24);
    for (const id of ids) assert.match(id, OPERATION_ID_PATTERN);
    assert.deepEqual([...new Set(ids.map((id) => id.slice(0, 4)))], ["cap_", "ref_", "can_"]);
  });

  it("names an event by its payment and version", () => {
    assert.match(deriveEventId("pay_a", 1), EVENT_ID_PATTERN);
    assert.notEqual(deriveEventId("pay_a", 1), deriveEventId("pay_a", 2));
    assert.equal(deriveEventId("pay_a", 1), deriveEventId("pay_a", 1));
  });

  it("refuses to make an id of too few bytes", () => {
    assert.throws(() => base32Id(new Uint8Array(16)), RangeError);
    assert.equal(base32Id(new Uint8Array(17)), "a".repeat(26));
  });

  it("hashes keys under the pepper and compares digests of any length", () => {
    const hash = hashApiKey("pepper", "mk_test_x");
    assert.equal(hash.length, 32);
    assert.ok(digestsEqual(hash, hashApiKey("pepper", "mk_test_x")));
    assert.ok(!digestsEqual(hash, hashApiKey("salt", "mk_test_x")));
    assert.ok(!digestsEqual(hash, hash.subarray(1)));
  });
});
