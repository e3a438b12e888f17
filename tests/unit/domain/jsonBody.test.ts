import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isJsonMediaType,
  MAX_BODY_BYTES,
  parseJsonBody,
  parseStrictJson,
  StrictJsonError,
} from "../../../functions/domain";
import { problemCode, problemOf } from "./support";

const JSON_TYPE = "application/json";
const parse = (text: string) => parseJsonBody(Buffer.from(text), JSON_TYPE).value;
/** The same value with ordinary prototypes. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("JSON body", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 2), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        assert.deepEqual(plain(parseStrictJson(spaced, 20).value), JSON.parse(spaced));
      }),
      { numRuns: 1_000 },
    );
  });

  it("refuses whatever JSON.parse refuses", () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom("", "}", "]", ",", '"', "\\", "0", "x", "\u0001"),
        (text, at, junk) => {
          const position = at % (text.length + 1);
          const mutated = text.slice(0, position) + junk + text.slice(position + 1);
          let valid = true;
          try {
            JSON.parse(mutated);
          } catch {
            valid = false;
          }
          if (!valid) assert.throws(() => parseStrictJson(mutated, 20), StrictJsonError);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  for (const [name, text, code] of [
    ["nothing", "", "invalid_json"],
    ["a cut object", '{"a":1', "invalid_json"],
    ["a trailing comma", '{"a":1,}', "invalid_json"],
    ["a missing colon", '{"a" 1}', "invalid_json"],
    ["an unquoted key", "{a:1}", "invalid_json"],
    ["more than one value", "{} {}", "invalid_json"],
    ["a byte-order mark", "\ufeff{}", "invalid_json"],
    ["a leading zero", '{"a":01}', "invalid_json"],
    ["an infinite number", '{"a":1e999}', "invalid_json"],
    ["half of a surrogate pair", '{"a":"\\ud800"}', "invalid_json"],
    ["a duplicate key", '{"amount":1,"amount":2}', "duplicate_field"],
    ["a duplicate key in disguise", '{"amount":1,"\\u0061mount":2}', "duplicate_field"],
    ["a duplicate __proto__", '{"__proto__":1,"__proto__":2}', "duplicate_field"],
    ["objects nested too deeply", '{"a":'.repeat(9) + "1" + "}".repeat(9), "nesting_too_deep"],
    ["arrays nested far too deeply", "[".repeat(16_000), "nesting_too_deep"],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.equal(
        problemCode(() => parse(text)),
        code,
      );
    });
  }

  it("accepts nesting up to the limit", () => {
    parse('{"a":'.repeat(8) + "1" + "}".repeat(8));
    parse("[]");
  });

  it("keeps __proto__ a key like any other", () => {
    const value = parse('{"__proto__":{"polluted":true}}') as Record<string, unknown>;
    assert.deepEqual(Object.keys(value), ["__proto__"]);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });

  it("gives the numbers as they are written, with their places", () => {
    const { numbers } = parseStrictJson('{"amount":10.00,"a/b":[-1,{"c":4111111111111111111}]}', 8);
    assert.deepEqual(numbers, [
      { pointer: "/amount", text: "10.00" },
      { pointer: "/a~1b/0", text: "-1" },
      { pointer: "/a~1b/1/c", text: "4111111111111111111" },
    ]);
  });

  it("refuses bytes that are not UTF-8", () => {
    for (const bytes of [
      [0xff],
      [0xc0, 0xaf],
      [0xed, 0xa0, 0x80],
      [0x22, 0xe2, 0x82, 0x22],
      [0x22, 0xef, 0xbf, 0xbd, 0x22],
    ]) {
      assert.equal(
        problemCode(() => parseJsonBody(Buffer.from(bytes), JSON_TYPE)),
        "invalid_encoding",
      );
    }
  });

  it("refuses a body over the limit before it parses it", () => {
    const body = Buffer.alloc(MAX_BODY_BYTES + 1, 0xff);
    assert.equal(
      problemCode(() => parseJsonBody(body, JSON_TYPE)),
      "payload_too_large",
    );
    parse(`"${"a".repeat(MAX_BODY_BYTES - 2)}"`);
  });

  it("accepts JSON in UTF-8 only", () => {
    for (const type of [
      JSON_TYPE,
      "Application/JSON; charset=UTF-8",
      'application/json;charset="utf-8"; x=y',
    ]) {
      assert.ok(isJsonMediaType(type), type);
    }
    for (const type of [
      undefined,
      "",
      "text/plain",
      "application/jsonp",
      "application/json; charset=latin1",
      `application/json;${" ".repeat(300)}`,
    ]) {
      assert.ok(!isJsonMediaType(type), type);
    }
    assert.equal(
      problemCode(() => parseJsonBody(Buffer.from("{}"), "text/plain")),
      "unsupported_media_type",
    );
  });

  it("never quotes the body in a problem", () => {
    const problem = problemOf(() => parse('{"secret":4111111111111111 oops}'));
    assert.ok(!JSON.stringify({ ...problem, message: problem.message }).includes("4111"));
  });
});
