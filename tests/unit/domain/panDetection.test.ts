import assert from "node:assert/strict";
import fc from "fast-check";
import {
  containsPan,
  derivePaymentId,
  findPanInValue,
  findPans,
  REDACTED_PAN,
  redactPans,
  redactValue,
} from "../../../functions/domain";
import { withCheckDigit } from "./support";

/** The networks' published test numbers. */
const PANS = [
  "4111111111111111",
  "4222222222222",
  "4012888888881881",
  "5555555555554444",
  "2223003122003222",
  "378282246310005",
  "30569309025904",
  "3566002020360505",
  "6011111111111117",
  "6200000000000005",
  "6759649826438453",
  "6304000000000000",
  "4111111111111111110",
];

const anyPan = fc
  .stringMatching(/^[0-9]{12,18}$/)
  .map(withCheckDigit)
  .filter((pan) => pan.length >= 13);
const separator = fc.constantFrom(
  "",
  " ",
  "-",
  ".",
  "\u00a0",
  "\u2009",
  "\u2013",
  "\u200b",
  "_",
  "/",
  "\t",
  " - ",
  "\u2212",
  "·",
);
const letters = fc.stringMatching(/^[a-zA-Z]{0,20}$/);

describe("card number detection", () => {
  for (const pan of PANS) {
    it(`finds ${pan.slice(0, 6)}… bare, grouped and dotted`, () => {
      const groups = pan.match(/.{1,4}/g) as string[];
      for (const text of [
        pan,
        groups.join(" "),
        groups.join("-"),
        groups.join("."),
        `card ${groups.join(" ")} exp 12/29`,
      ]) {
        assert.ok(containsPan(text), text);
      }
    });
  }

  it("finds every number between letters, whatever stands between its digits", () => {
    fc.assert(
      fc.property(anyPan, separator, letters, letters, (pan, between, before, after) => {
        const text = before + [...pan].join(between) + after;
        assert.ok(containsPan(text), text);
      }),
      { numRuns: 2_000 },
    );
  });

  it("finds every number that stands apart from other digits by a gap", () => {
    fc.assert(
      fc.property(
        anyPan,
        fc.stringMatching(/^[0-9]{1,12}$/),
        fc.stringMatching(/^[0-9]{1,12}$/),
        (pan, before, after) => {
          assert.ok(containsPan(`${before} ${pan} ${after}`));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("finds an issued number inside other digits", () => {
    for (const pan of PANS) assert.ok(containsPan(`0099${pan}0000000`), pan);
  });

  it("finds numbers written in other digits than ASCII's", () => {
    const scripts = [0x660, 0x6f0, 0x966, 0xff10, 0x1d7ce, 0x1d7d8, 0x1d7f6];
    for (const zero of scripts) {
      const text = [..."4111111111111111"]
        .map((digit) => String.fromCodePoint(zero + Number(digit)))
        .join("");
      assert.ok(containsPan(text), zero.toString(16));
    }
    assert.ok(containsPan("④①①①①①①①①①①①①①①①"), "circled");
    assert.ok(containsPan("4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣"), "keycaps");
  });

  it("leaves numbers alone that are too short, too long or fail the check", () => {
    for (const text of [
      "411111111111",
      "4111111111111112",
      `1${"0".repeat(24)}`,
      "",
      "4111 1111 / no / 1111 1111",
    ]) {
      assert.ok(!containsPan(text), text);
    }
  });

  it("leaves digits apart that more than a gap separates", () => {
    assert.ok(!containsPan("4111 1111 ---- 1111 1111"));
    assert.ok(!containsPan("41111111½11111111"));
  });

  it("never trips over our own ids, UUIDs, digests, trace ids and timestamps", () => {
    fc.assert(
      fc.property(
        // One UUID in a million has no letter at all; it is judged as the number that it may be.
        fc.uuid().filter((uuid) => /[a-f]/.test(uuid)),
        fc.string({ minLength: 1 }),
        fc.date({ min: new Date("2020-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
        (uuid, key, date) => {
          assert.ok(!containsPan(uuid), uuid);
          assert.ok(!containsPan(derivePaymentId("merchant", key)));
          assert.ok(!containsPan(date.toISOString()));
          assert.ok(!containsPan(date.toISOString().replace("T", " ").replace("Z", "")));
        },
      ),
      { numRuns: 3_000 },
    );
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-9a-f]{32}$/).filter((hex) => (hex.match(/[a-f]/g) ?? []).length >= 4),
        (hex) => {
          assert.ok(!containsPan(hex), hex);
          assert.ok(!containsPan(`${hex}${hex}`), hex);
        },
      ),
    );
  });

  it("is not fooled by digits dressed as a UUID or a timestamp", () => {
    assert.ok(containsPan("41111111-1111-1111 00"));
    assert.ok(containsPan("4111-11-11 11:11:11:11"));
  });

  it("redacts each number and keeps the rest", () => {
    assert.equal(
      redactPans("pay 4111 1111 1111 1111, or 378282246310005!"),
      `pay ${REDACTED_PAN}, or ${REDACTED_PAN}!`,
    );
    assert.equal(redactPans("nothing here 2026"), "nothing here 2026");
    const doubled = "41111111111111114111111111111111";
    assert.ok(!containsPan(redactPans(doubled)));
  });

  it("leaves nothing behind after redaction", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyPan, letters, fc.stringMatching(/^[0-9 ]{0,9}$/)), { maxLength: 6 }),
        (parts) => {
          assert.ok(!containsPan(redactPans(parts.join(" "))));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("spans cover the number exactly", () => {
    const text = "no. 4111-1111-1111-1111.";
    const [span] = findPans(text);
    assert.equal(text.slice(span?.start, span?.end), "4111-1111-1111-1111");
  });

  it("searches keys, strings and numbers of a value and names the place without the number", () => {
    assert.equal(findPanInValue({ a: { b: ["x", "4111111111111111"] } }), "/a/b/1");
    assert.equal(findPanInValue({ a: { "4111 1111 1111 1111": 1 } }), `/a/${REDACTED_PAN}`);
    assert.equal(findPanInValue({ "a/b~c": 4111111111111111 }), "/a~1b~0c");
    assert.equal(findPanInValue({ a: 4111111111111111n }), "/a");
    assert.equal(findPanInValue({ a: 4.111111111111111, b: [null, true, undefined, "ok"] }), "/a");
    assert.equal(findPanInValue({ amount: 1999, b: [null, true] }), undefined);
  });

  it("counts what is nested beyond reach as found", () => {
    let value: unknown = "x";
    for (let level = 0; level < 40; level += 1) value = [value];
    assert.ok(findPanInValue(value) !== undefined);
  });

  it("redacts values for logs: keys, numbers, errors, cycles, depth; and leaves the original alone", () => {
    const cyclic: Record<string, unknown> = {
      at: new Date(0),
      "4111111111111111": "4111111111111111",
      n: 4111111111111111,
      ok: 7,
      list: ["a", null],
    };
    cyclic["self"] = cyclic;
    const clean = redactValue(cyclic) as Record<string, unknown>;
    assert.deepEqual(clean, {
      at: new Date(0),
      [REDACTED_PAN]: REDACTED_PAN,
      n: REDACTED_PAN,
      ok: 7,
      list: ["a", null],
      self: "[cycle]",
    });
    assert.equal(cyclic["n"], 4111111111111111);
    const error = redactValue(
      new Error("bad card 4111111111111111", { cause: "4111111111111111" }),
    ) as Record<string, string>;
    assert.equal(error["message"], `bad card ${REDACTED_PAN}`);
    assert.equal(error["cause"], REDACTED_PAN);
    assert.ok(!JSON.stringify(error).includes("4111"));
    let deep: unknown = "x";
    for (let level = 0; level < 40; level += 1) deep = [deep];
    assert.ok(JSON.stringify(redactValue(deep)).includes("[too deep]"));
  });

  it("stays fast on long hostile texts", () => {
    const hostile = [
      "1".repeat(200_000),
      "1-".repeat(100_000),
      "a1b2".repeat(50_000),
      "2026-11-24 ".repeat(20_000),
      "0-".repeat(100_000),
    ];
    for (const text of hostile) containsPan(text);
  }).timeout(20_000);
});
