import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { MAX_BODY_BYTES } from "../../functions/domain";
import type { RawRequest } from "../../local/client";
import { assertRefused, eventually, Platform, type RowCounts, type TestMerchant } from "./support/Platform";

const NOTHING: RowCounts = { payments: 0, operations: 0, keys: 0, outbox: 0, entries: 0, events: 0 };
const VALID = { amount: 1999, currency: "SGD", payment_method: "pm_ok" };
const PAN = "4111 1111 1111 1111";
const INVALID_UTF8 = Buffer.concat([
  Buffer.from('{"reference":"'),
  Buffer.from([0xff, 0xfe]),
  Buffer.from('"}'),
]);

/** A request for a payment with one thing changed. */
function request(change: {
  body?: unknown;
  raw?: string | Buffer;
  headers?: Record<string, string>;
  path?: string;
}): RawRequest {
  return {
    method: "POST",
    path: change.path ?? "/v1/payments",
    headers: { "content-type": "application/json", "idempotency-key": randomUUID(), ...change.headers },
    body: change.raw ?? JSON.stringify({ ...VALID, ...(change.body as object) }),
  };
}

const withoutKey = {
  method: "POST",
  path: "/v1/payments",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(VALID),
} as const;

const REFUSALS: readonly (readonly [name: string, request: RawRequest, status: number, code: string])[] = [
  ["a missing idempotency key", withoutKey, 400, "idempotency_key_missing"],
  [
    "a malformed idempotency key",
    request({ headers: { "idempotency-key": "order 7!" } }),
    400,
    "idempotency_key_malformed",
  ],
  ["amount 0", request({ body: { amount: 0 } }), 422, "amount_invalid"],
  ["a negative amount", request({ body: { amount: -1 } }), 422, "amount_invalid"],
  ["a fractional amount", request({ body: { amount: 19.99 } }), 422, "amount_invalid"],
  [
    "an amount in major units",
    request({ raw: '{"amount":10.00,"currency":"SGD","payment_method":"pm_ok"}' }),
    422,
    "amount_invalid",
  ],
  ["an amount over the limit", request({ body: { amount: 100_000_000 } }), 422, "amount_over_limit"],
  ["an unknown currency", request({ body: { currency: "ABC" } }), 422, "currency_unknown"],
  [
    "an exponent mismatch",
    request({ body: { currency: "JPY", amount_exponent: 2 } }),
    422,
    "currency_exponent_mismatch",
  ],
  ["an unknown field", request({ body: { capture_methd: "manual" } }), 422, "unknown_field"],
  ["a missing field", request({ raw: '{"amount":1,"currency":"SGD"}' }), 422, "field_missing"],
  [
    "a card number in a field",
    request({ body: { reference: PAN.replaceAll(" ", "") } }),
    422,
    "pan_not_allowed",
  ],
  ["a card number with spaces", request({ body: { reference: `card ${PAN}` } }), 422, "pan_not_allowed"],
  [
    "a card number with dashes in metadata",
    request({ body: { metadata: { note: PAN.replaceAll(" ", "-") } } }),
    422,
    "pan_not_allowed",
  ],
  ["a card number as a key", request({ body: { metadata: { [PAN]: "x" } } }), 422, "pan_not_allowed"],
  ["a card number as the payment method", request({ body: { payment_method: PAN } }), 422, "pan_not_allowed"],
  ["a card number as a number", request({ body: { amount: 4111111111111111 } }), 422, "pan_not_allowed"],
  [
    "a card number in an unknown, nested field",
    request({ body: { a: { b: [PAN] } } }),
    422,
    "pan_not_allowed",
  ],
  ["a card number in a header", request({ headers: { "x-note": PAN } }), 422, "pan_not_allowed"],
  [
    "a card number as the idempotency key",
    request({ headers: { "idempotency-key": PAN.replaceAll(" ", "-") } }),
    422,
    "pan_not_allowed",
  ],
  [
    "a card number as the correlation id",
    request({ headers: { "x-correlation-id": PAN.replaceAll(" ", "-") } }),
    422,
    "pan_not_allowed",
  ],
  [
    "a card number in the query",
    { method: "GET", path: `/v1/payments?status=${PAN.replaceAll(" ", "%20")}` },
    422,
    "pan_not_allowed",
  ],
  [
    "a card number in the path",
    { method: "GET", path: `/v1/payments/${PAN.replaceAll(" ", "")}` },
    422,
    "pan_not_allowed",
  ],
  [
    "a card number in the path, encoded",
    { method: "GET", path: `/v1/payments/${PAN.replaceAll(" ", "%20")}` },
    422,
    "pan_not_allowed",
  ],
  [
    "a card number in the path of a capture",
    request({ path: `/v1/payments/${PAN.replaceAll(" ", "-")}/capture`, raw: "{}" }),
    422,
    "pan_not_allowed",
  ],
  [
    "another content type",
    request({ headers: { "content-type": "text/plain" } }),
    415,
    "unsupported_media_type",
  ],
  [
    "another charset",
    request({ headers: { "content-type": "application/json; charset=latin1" } }),
    415,
    "unsupported_media_type",
  ],
  [
    "an oversized body",
    request({ body: { reference: "x".repeat(MAX_BODY_BYTES) } }),
    413,
    "payload_too_large",
  ],
  ["deep nesting", request({ raw: `{"a":${"[".repeat(20)}${"]".repeat(20)}}` }), 400, "nesting_too_deep"],
  [
    "very deep nesting",
    request({ raw: `{"a":${"[".repeat(500)}${"]".repeat(500)}}` }),
    400,
    "nesting_too_deep",
  ],
  // The gateway's own validator cannot read it either, and comes first where a body is required.
  ["invalid UTF-8", request({ raw: INVALID_UTF8 }), 400, "invalid_json"],
  [
    "invalid UTF-8 that only the function reads",
    request({ path: `/v1/payments/pay_${"a".repeat(26)}/capture`, raw: INVALID_UTF8 }),
    400,
    "invalid_encoding",
  ],
  ["a body that is no JSON", request({ raw: "amount=1999" }), 400, "invalid_json"],
  [
    "a field that comes twice",
    request({ raw: '{"amount":1,"amount":2,"currency":"SGD","payment_method":"pm_ok"}' }),
    400,
    "duplicate_field",
  ],
  ["a control character", request({ body: { reference: "a\u0000b" } }), 422, "field_invalid"],
  [
    "an unknown payment",
    { method: "GET", path: `/v1/payments/pay_${"a".repeat(26)}` },
    404,
    "payment_not_found",
  ],
  [
    "a payment id that cannot be",
    request({ path: "/v1/payments/7/refunds", raw: "{}" }),
    404,
    "payment_not_found",
  ],
  ["an unknown resource", { method: "GET", path: "/v1/customers" }, 404, "route_not_found"],
];

describe("bad input on the running platform", function () {
  this.timeout(60_000);
  let platform: Platform;
  let merchant: TestMerchant;

  before(async () => {
    platform = await new Platform().open();
    merchant = await platform.newMerchant("Refusals test");
  });
  after(() => platform?.close());

  for (const [name, bad, status, code] of REFUSALS) {
    it(`${name} is refused with ${status} ${code}, and nothing is written`, async () => {
      await assertRefused(merchant.client, bad, status, code);
      assert.deepEqual(await platform.rowsOf(merchant.merchantId), NOTHING);
    });
  }

  it("left nothing in the tables of either Region, nothing in the queue, nothing at the PSP", async () => {
    for (const place of ["primary", "dr"] as const) {
      assert.equal(await platform.itemsOf(merchant.merchantId, "Sessions", place), 0);
      assert.equal(await platform.itemsOf(merchant.merchantId, "Results", place), 0);
    }
    await eventually(async () => assert.equal(await platform.queuedMessages(), 0));
    const tokens = (await platform.psp.ledger()).map(({ paymentMethod }) => paymentMethod);
    assert.ok(tokens.every((token) => !token.includes("4111")));
  });
});
