import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cancelRequest,
  captureRequest,
  DEFAULT_PAGE_SIZE,
  problemDocument,
  ProblemError,
  PROBLEMS,
  readCreatePayment,
  readListQuery,
  readOptionalBody,
  refusePans,
  refundRequest,
} from "../../../functions/domain";
import { problemCode, problemOf, withCheckDigit } from "./support";

const LIMITS = { defaultMinorUnits: 99_999_999 };
const VALID = { amount: 1999, currency: "SGD", payment_method: "pm_ok" };
const PAN = "4111 1111 1111 1111";
const read = (body: unknown) => readText(JSON.stringify(body));
const readText = (text: string) => readCreatePayment(Buffer.from(text), "application/json", LIMITS);
const surface = (change: object) => ({ path: "/v1/payments", headers: {}, query: {}, ...change });

describe("creation of a payment", () => {
  it("fills in the defaults", () => {
    assert.deepEqual(read(VALID), { ...VALID, capture_method: "automatic" });
  });

  it("accepts every field", () => {
    const full = {
      ...VALID,
      amount_exponent: 2,
      capture_method: "manual",
      reference: "Order 7 · 東京",
      metadata: { "order.id": "7" },
    };
    assert.deepEqual(read(full), full);
  });

  for (const [name, change, code, pointer] of [
    ["amount 0", { amount: 0 }, "amount_invalid", "/amount"],
    ["a negative amount", { amount: -5 }, "amount_invalid", "/amount"],
    ["a fractional amount", { amount: 19.99 }, "amount_invalid", "/amount"],
    ["an amount as text", { amount: "1999" }, "amount_invalid", "/amount"],
    ["an amount over the limit", { amount: 100_000_000 }, "amount_over_limit", "/amount"],
    ["no amount", { amount: undefined }, "field_missing", "/amount"],
    ["an unknown currency", { currency: "ABC" }, "currency_unknown", "/currency"],
    ["a currency in lower case", { currency: "sgd" }, "currency_unknown", "/currency"],
    [
      "an exponent that is not the currency's",
      { amount_exponent: 3 },
      "currency_exponent_mismatch",
      "/amount_exponent",
    ],
    [
      "an exponent that no currency has",
      { amount_exponent: 9 },
      "currency_exponent_mismatch",
      "/amount_exponent",
    ],
    ["an unknown field", { capture_methd: "manual" }, "unknown_field", "/capture_methd"],
    ["a field named like a prototype's", { constructor: 1 }, "unknown_field", "/constructor"],
    ["a malformed payment method", { payment_method: "visa" }, "field_invalid", "/payment_method"],
    ["a null", { reference: null }, "field_invalid", "/reference"],
    ["a control character", { reference: "a\u0000b" }, "field_invalid", "/reference"],
    ["a metadata value that is no text", { metadata: { a: 1 } }, "field_invalid", "/metadata/a"],
    ["a malformed metadata key", { metadata: { "a b": "1" } }, "field_invalid", "/metadata/a b"],
    [
      "too much metadata",
      { metadata: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, ""])) },
      "field_invalid",
      "/metadata",
    ],
    ["an unknown capture method", { capture_method: "later" }, "field_invalid", "/capture_method"],
  ] as const) {
    it(`refuses ${name}`, () => {
      const problem = problemOf(() => read({ ...VALID, ...change }));
      assert.equal(problem.code, code);
      assert.equal(problem.errors?.[0]?.pointer, pointer);
    });
  }

  it("refuses an amount written with decimals, though its value be whole", () => {
    for (const literal of ["10.00", "1e3", "1E3"]) {
      const problem = problemOf(() =>
        readText(`{"amount":${literal},"currency":"SGD","payment_method":"pm_ok"}`),
      );
      assert.equal(problem.code, "amount_invalid");
    }
    assert.equal(readText('{"amount":1000,"currency":"SGD","payment_method":"pm_ok"}').amount, 1000);
  });

  it("names every wrong field at once", () => {
    const problem = problemOf(() => read({ amount: 0, currency: "x", payment_method: "y", z: 1 }));
    assert.deepEqual(problem.errors?.map((error) => error.code).sort(), [
      "amount_invalid",
      "currency_unknown",
      "field_invalid",
      "unknown_field",
    ]);
  });

  it("refuses a body that is no object", () => {
    for (const text of ["[]", "null", "7", '"x"']) {
      assert.equal(
        problemCode(() => readText(text)),
        "invalid_request",
      );
    }
  });

  it("refuses a card number in any field, key or number, and never repeats it", () => {
    for (const body of [
      { ...VALID, reference: `card ${PAN}` },
      { ...VALID, payment_method: "4111111111111111" },
      { ...VALID, metadata: { [PAN]: "x" } },
      { ...VALID, metadata: { x: "4111-1111-1111-1111" } },
      { ...VALID, [PAN]: true },
      { ...VALID, amount: 4111111111111111 },
      { ...VALID, deep: { list: [{ x: PAN }] } },
    ]) {
      const problem = problemOf(() => read(body));
      assert.equal(problem.code, "pan_not_allowed");
      assert.ok(!/4111/.test(JSON.stringify(problemDocument(problem, "c"))), JSON.stringify(body));
    }
    // More digits than a JavaScript number holds, and the same number under a key that is one.
    assert.equal(
      problemCode(() => readText('{"amount":4111111111111111110,"currency":"SGD"}')),
      "pan_not_allowed",
    );
    const keyed = problemOf(() => readText('{"4111111111111111":4111111111111111110}'));
    assert.ok(!/4111/.test(JSON.stringify(keyed.errors)));
  });

  it("finds a card number at any place of any JSON", () => {
    const pan = fc.stringMatching(/^4[0-9]{14}$/).map(withCheckDigit);
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), pan, fc.boolean(), (value, number, asKey) => {
        const body = asKey ? { value, inner: { [number]: 1 } } : { value, inner: [number] };
        assert.equal(
          problemCode(() => read(body)),
          "pan_not_allowed",
        );
      }),
    );
  });
});

describe("bodies of captures, refunds and cancellations", () => {
  const optional = (schema: typeof captureRequest | typeof cancelRequest, text: string, type?: string) =>
    readOptionalBody(schema, Buffer.from(text), type);

  it("may be absent or empty", () => {
    assert.deepEqual(optional(captureRequest, ""), {});
    assert.deepEqual(optional(refundRequest, "{}", "application/json"), {});
    assert.deepEqual(optional(cancelRequest, "", "text/plain"), {});
  });

  it("hold an amount, and nothing unknown", () => {
    assert.deepEqual(optional(captureRequest, '{"amount":5}', "application/json"), { amount: 5 });
    assert.equal(
      problemCode(() => optional(captureRequest, '{"amount":0}', "application/json")),
      "amount_invalid",
    );
    assert.equal(
      problemCode(() => optional(cancelRequest, '{"amount":5}', "application/json")),
      "unknown_field",
    );
    assert.equal(
      problemCode(() => optional(captureRequest, '{"amount":5}')),
      "unsupported_media_type",
    );
  });
});

describe("query of the list", () => {
  const id = `pay_${"a".repeat(26)}`;

  it("has a default page size and accepts each parameter", () => {
    assert.deepEqual(readListQuery({}), { limit: DEFAULT_PAGE_SIZE });
    assert.deepEqual(readListQuery({ limit: ["100"], starting_after: [id], status: ["failed"] }), {
      limit: 100,
      starting_after: id,
      status: "failed",
    });
  });

  for (const [name, query] of [
    ["a page that is too large", { limit: ["101"] }],
    ["an empty page", { limit: ["0"] }],
    ["a parameter that comes twice", { limit: ["1", "2"] }],
    ["an unknown status", { status: ["done"] }],
    ["a cursor that is no id", { starting_after: ["x"] }],
    ["an unknown parameter", { page: ["2"] }],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.equal(
        problemCode(() => readListQuery(query)),
        "invalid_parameter",
      );
    });
  }
});

describe("card numbers outside the body", () => {
  for (const [name, change] of [
    ["the path", { path: "/v1/payments/4111111111111111" }],
    ["the path, percent-encoded", { path: "/v1/payments/4111%201111%201111%201111" }],
    ["the path, encoded beside a broken escape", { path: "/%ff%34%31%31%31111111111111%zz" }],
    ["a header's value", { headers: { "x-note": PAN } }],
    ["a header's value, percent-encoded", { headers: { "x-note": "4111%2D1111%2D1111%2D1111" } }],
    ["a header's name", { headers: { "x-4111111111111111": "y" } }],
    ["the idempotency key", { headers: { "idempotency-key": "4111-1111-1111-1111" } }],
    ["the query", { query: { status: ["x", PAN] } }],
    ["a query parameter's name", { query: { "4111%201111%201111%201111": [""] } }],
  ] as const) {
    it(`are refused in ${name} and not repeated`, () => {
      const problem = problemOf(() => refusePans(surface(change)));
      assert.equal(problem.code, "pan_not_allowed");
      assert.ok(!/4111/.test(JSON.stringify(problem.errors)));
    });
  }

  it("do not make us refuse ordinary requests", () => {
    refusePans(
      surface({
        path: `/v1/payments/pay_${"2".repeat(26)}x`.replace("2".repeat(26), "a2b3c4d5e6f7g2h3i4j5k6l7m2"),
        headers: {
          "x-forwarded-for": "203.0.113.195, 70.41.3.18, 150.172.238.178",
          "x-amzn-trace-id": "Root=1-67891233-1234567890123456789012ab",
          "user-agent":
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.7499.41 Safari/537.36",
          "idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324",
        },
        query: { limit: ["20"] },
      }),
    );
  });
});

describe("problem catalogue", () => {
  it("gives every code a client or server error and a title, and documents as RFC 9457 has them", () => {
    for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
      assert.match(code, /^[a-z_]+$/);
      assert.ok(status >= 400 && status <= 503 && title.length > 0);
    }
    assert.deepEqual(problemDocument(new ProblemError("payment_not_found"), "c-1"), {
      type: "urn:payments:problem:payment_not_found",
      title: "There is no such payment",
      status: 404,
      code: "payment_not_found",
      instance: "urn:payments:request:c-1",
      correlation_id: "c-1",
    });
  });
});
