import assert from "node:assert/strict";
import fc from "fast-check";
import {
  canonicalJson,
  decideIdempotency,
  IN_FLIGHT_SECONDS,
  idempotencyProblem,
  KEY_RETENTION_DAYS,
  PSP_KEY_RETENTION_HOURS,
  readIdempotencyKey,
  requestFingerprint,
} from "../../../functions/domain";
import { problemCode } from "./support";

const NOW = new Date("2026-11-24T09:05:00.000Z");
const fingerprint = requestFingerprint({ method: "POST", path: "/v1/payments", body: { amount: 1 } });
const other = requestFingerprint({ method: "POST", path: "/v1/payments", body: { amount: 2 } });

describe("idempotency key", () => {
  it("is read bare or as a quoted string, both as the same key", () => {
    assert.equal(
      readIdempotencyKey("8e03978e-40d5-43dd-bc93-6894a57f9324"),
      "8e03978e-40d5-43dd-bc93-6894a57f9324",
    );
    assert.equal(readIdempotencyKey(' "order:2026.1_a" '), "order:2026.1_a");
  });

  for (const [name, header, code] of [
    ["missing", undefined, "idempotency_key_missing"],
    ["empty", "  ", "idempotency_key_missing"],
    ["too short", "seven-7", "idempotency_key_malformed"],
    ["too long", "k".repeat(256), "idempotency_key_malformed"],
    ["with a blank", "order number 1", "idempotency_key_malformed"],
    ["with half of its quotes", '"order-number-1', "idempotency_key_malformed"],
    ["given twice", "order-number-1,order-number-2", "idempotency_key_malformed"],
    ["beyond ASCII", "bestellung-nö1", "idempotency_key_malformed"],
  ] as const) {
    it(`is refused when ${name}`, () => {
      assert.equal(
        problemCode(() => readIdempotencyKey(header)),
        code,
      );
    });
  }

  it("is kept longer than the PSP keeps its own", () => {
    assert.ok(KEY_RETENTION_DAYS * 24 > PSP_KEY_RETENTION_HOURS);
  });
});

describe("request fingerprint", () => {
  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        const shuffled = Object.fromEntries(Object.entries(body).reverse());
        assert.deepEqual(
          requestFingerprint({ method: "POST", path: "/", body }),
          requestFingerprint({ method: "POST", path: "/", body: shuffled }),
        );
      }),
    );
  });

  it("differs for another body, path or method", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        fc.pre(canonicalJson(left) !== canonicalJson(right));
        const of = (body: unknown) => requestFingerprint({ method: "POST", path: "/", body }).toString("hex");
        assert.notEqual(of(left), of(right));
      }),
    );
    const of = (method: string, path: string) =>
      requestFingerprint({ method, path, body: {} }).toString("hex");
    assert.equal(new Set([of("POST", "/a"), of("POST", "/b"), of("PUT", "/a")]).size, 3);
  });

  it("is made of a text that is JSON with the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
    assert.equal(canonicalJson({ b: [undefined, 1], a: undefined }), '{"b":[null,1]}');
  });
});

describe("idempotency decision", () => {
  const until = new Date(NOW.getTime() + IN_FLIGHT_SECONDS * 1000);

  it("lets a new key proceed", () => {
    const decision = decideIdempotency(undefined, fingerprint, NOW);
    assert.deepEqual(decision, { kind: "proceed" });
    assert.equal(idempotencyProblem(decision), undefined);
  });

  it("replays a completed request", () => {
    const record = { fingerprint, state: "completed", inFlightUntil: until } as const;
    assert.deepEqual(decideIdempotency(record, fingerprint, NOW), { kind: "replay" });
  });

  it("refuses another request with the same key, completed or not", () => {
    for (const state of ["completed", "in_flight"] as const) {
      const decision = decideIdempotency({ fingerprint, state, inFlightUntil: until }, other, NOW);
      assert.equal(idempotencyProblem(decision)?.code, "idempotency_key_reused");
    }
  });

  it("refuses a repeat while the first is in flight, and says for how long", () => {
    const record = {
      fingerprint,
      state: "in_flight",
      inFlightUntil: new Date(NOW.getTime() + 1_001),
    } as const;
    const problem = idempotencyProblem(decideIdempotency(record, fingerprint, NOW));
    assert.equal(problem?.code, "request_in_flight");
    assert.equal(problem?.retryAfterSeconds, 2);
  });

  it("takes over what its writer left in flight past its time", () => {
    const record = { fingerprint, state: "in_flight", inFlightUntil: NOW } as const;
    assert.deepEqual(decideIdempotency(record, fingerprint, NOW), { kind: "resume" });
  });
});
