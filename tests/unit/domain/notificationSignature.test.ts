import assert from "node:assert/strict";
import fc from "fast-check";
import { SIGNATURE_TOLERANCE_SECONDS, signNotification, verifyNotification } from "../../../functions/domain";
import { problemCode } from "./support";

const NOW = new Date("2026-11-24T09:05:00.500Z");
const BODY = Buffer.from('{"id":"ntf_1"}');
const header = signNotification("key", BODY, NOW);
const refusal = (change: { keys?: string[]; body?: Buffer; header?: string | undefined; now?: Date }) =>
  problemCode(() =>
    verifyNotification(
      change.keys ?? ["key"],
      change.body ?? BODY,
      "header" in change ? change.header : header,
      change.now ?? NOW,
    ),
  );
const shifted = (seconds: number) => new Date(Math.floor(NOW.getTime() / 1000) * 1000 + seconds * 1000);

describe("notification signature", () => {
  it("accepts what it signed, with the present or the previous key", () => {
    verifyNotification(["key"], BODY, header, NOW);
    verifyNotification(["new", "key"], BODY, header, NOW);
    verifyNotification(["key"], BODY, `${header},v1=${"0".repeat(64)}`, NOW);
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.uint8Array(), (key, body) => {
        verifyNotification([key], body, signNotification(key, body, NOW), NOW);
      }),
    );
  });

  it("refuses a notification without a signature", () => {
    assert.equal(refusal({ header: undefined }), "signature_missing");
    assert.equal(refusal({ header: "" }), "signature_missing");
  });

  it("refuses another key, another body, another time, or no key at all", () => {
    assert.equal(refusal({ keys: ["other"] }), "signature_invalid");
    assert.equal(refusal({ keys: [] }), "signature_invalid");
    assert.equal(refusal({ body: Buffer.from('{"id":"ntf_2"}') }), "signature_invalid");
    assert.equal(refusal({ header: header.replace(/t=\d+/, "t=1764000000") }), "signature_invalid");
  });

  it("refuses a header of another form", () => {
    for (const malformed of [
      "v1=00",
      "t=1,v1=zz",
      `t=1,v1=${"0".repeat(63)}`,
      `${header} `,
      `t=1${`,v1=${"0".repeat(64)}`.repeat(6)}`,
    ]) {
      assert.equal(refusal({ header: malformed }), "signature_invalid");
    }
  });

  it("refuses a signature beyond the tolerance, either way, and none within it", () => {
    verifyNotification(["key"], BODY, header, shifted(SIGNATURE_TOLERANCE_SECONDS));
    verifyNotification(["key"], BODY, header, shifted(-SIGNATURE_TOLERANCE_SECONDS));
    assert.equal(refusal({ now: shifted(SIGNATURE_TOLERANCE_SECONDS + 1) }), "signature_expired");
    assert.equal(refusal({ now: shifted(-SIGNATURE_TOLERANCE_SECONDS - 1) }), "signature_expired");
  });
});
