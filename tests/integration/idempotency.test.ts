import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { ApiProblemError, type NewPayment } from "../../local/client";
import { Platform, type TestMerchant } from "./support/Platform";

const PAYMENT: NewPayment = { amount: 1999, currency: "SGD", payment_method: "pm_ok" };

describe("idempotency on the running platform", function () {
  this.timeout(120_000);
  let platform: Platform;
  let merchant: TestMerchant;

  before(async () => {
    platform = await new Platform().open();
    merchant = await platform.newMerchant("Idempotency test");
  });
  after(() => platform?.close());

  const chargesOf = async (paymentId: string) =>
    (await platform.psp.ledger({ merchantReference: paymentId })).filter(
      ({ kind }) => kind === "authorization",
    ).length;
  const post = (key: string, body: string) =>
    merchant.client.raw({
      method: "POST",
      path: "/v1/payments",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body,
    });

  it("repeats the first answer byte for byte, also when the payment has moved on", async () => {
    const key = randomUUID();
    const first = await post(key, JSON.stringify(PAYMENT));
    await platform.pay(merchant, PAYMENT, key);
    const rows = await platform.rowsOf(merchant.merchantId);
    const again = await post(key, '{ "payment_method":"pm_ok", "currency":"SGD", "amount":1999 }');
    assert.deepEqual([first.status, again.status], [202, 202]);
    assert.equal(again.text, first.text);
    assert.equal(first.headers["idempotent-replayed"], undefined);
    assert.equal(again.headers["idempotent-replayed"], "true");
    assert.equal(again.headers["location"], first.headers["location"]);
    assert.deepEqual(await platform.rowsOf(merchant.merchantId), rows);
  });

  it("takes a key in quotes for the same key", async () => {
    const key = randomUUID();
    await post(key, JSON.stringify(PAYMENT));
    assert.equal((await post(`"${key}"`, JSON.stringify(PAYMENT))).headers["idempotent-replayed"], "true");
  });

  it("makes one payment and one charge of many requests at once", async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(key, JSON.stringify(PAYMENT))));
    const accepted = answers.filter(({ status }) => status === 202);
    assert.ok(accepted.length >= 1);
    assert.equal(accepted.filter(({ headers }) => headers["idempotent-replayed"] === undefined).length, 1);
    assert.ok(
      answers.every(({ status }) => status === 202 || status === 409),
      answers.map(({ status }) => status).join(),
    );
    assert.equal(new Set(accepted.map(({ text }) => text)).size, 1);
    const payment = await platform.pay(merchant, PAYMENT, key);
    assert.equal(payment.status, "succeeded");
    assert.equal(await chargesOf(payment.id), 1);
  });

  it("refuses the key for another payment, amount or operation, and writes nothing", async () => {
    const key = randomUUID();
    const payment = await platform.pay(merchant, { ...PAYMENT, capture_method: "manual" }, key);
    const rows = await platform.rowsOf(merchant.merchantId);
    const reused = (error: unknown) =>
      error instanceof ApiProblemError &&
      error.status === 422 &&
      error.problem.code === "idempotency_key_reused";
    await assert.rejects(merchant.client.createPayment({ ...PAYMENT, amount: 2000 }, key), reused);
    await assert.rejects(merchant.client.capture(payment.id, key, { amount: 1 }), reused);
    await assert.rejects(merchant.client.cancel(payment.id, key), reused);
    assert.deepEqual(await platform.rowsOf(merchant.merchantId), rows);
  });

  it("gives the same key of another merchant another payment", async () => {
    const key = randomUUID();
    const other = await platform.newMerchant("Idempotency, the other");
    const mine = await platform.pay(merchant, PAYMENT, key);
    const theirs = await platform.pay(other, PAYMENT, key);
    assert.notEqual(mine.id, theirs.id);
  });

  it("answers 409 while the first request is in flight, and finishes it once its writer is gone", async () => {
    // Prepare: a writer that ended between its commit and its answer.
    const key = randomUUID();
    const payment = await platform.pay(merchant, PAYMENT, key);
    const inFlightFor = (seconds: number) =>
      platform.primary.query(
        `UPDATE payments.idempotency_keys SET state = 'in_flight', locked_until = now() + make_interval(secs => $3)
          WHERE merchant_id = $1 AND key = $2`,
        [merchant.merchantId, key, seconds],
      );

    // Act and assess
    await inFlightFor(30);
    const refused = await post(key, JSON.stringify(PAYMENT));
    assert.equal(refused.status, 409);
    assert.match(refused.text, /"request_in_flight"/);
    assert.ok(Number(refused.headers["retry-after"]) >= 1);
    await inFlightFor(-1);
    const resumed = await post(key, JSON.stringify(PAYMENT));
    assert.equal(resumed.status, 202);
    assert.equal(resumed.headers["idempotent-replayed"], "true");
    assert.equal(await chargesOf(payment.id), 1);
  });
});
