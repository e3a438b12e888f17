import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { ApiProblemError, followPayment } from "../../local/client";
import { Platform, type TestMerchant } from "./support/Platform";

describe("captures, refunds and cancellations on the running platform", function () {
  this.timeout(120_000);
  let platform: Platform;
  let merchant: TestMerchant;

  before(async () => {
    platform = await new Platform().open();
    merchant = await platform.newMerchant("Operations test");
  });
  after(() => platform?.close());

  /** What a request writes. Events and ledger entries are left out: those of operations under way may come meanwhile. */
  const written = async () => {
    const { payments, operations, keys, outbox } = await platform.rowsOf(merchant.merchantId);
    return { payments, operations, keys, outbox };
  };
  /** The attempt is refused with the status and code, and writes nothing. */
  const refused = async (attempt: () => Promise<unknown>, status: number, code: string) => {
    const rows = await written();
    await assert.rejects(attempt(), (error: unknown) => {
      assert.ok(error instanceof ApiProblemError, String(error));
      assert.deepEqual([error.status, error.problem.code], [status, code]);
      return true;
    });
    assert.deepEqual(await written(), rows);
  };
  const authorised = (payment_method = "pm_ok") =>
    platform.pay(merchant, { payment_method, capture_method: "manual" });

  it("captures in parts up to the authorised amount and no further", async () => {
    const { client } = merchant;
    const payment = await authorised();
    assert.equal(payment.status, "requires_capture");
    await refused(
      () => client.capture(payment.id, randomUUID(), { amount: 2000 }),
      422,
      "capture_exceeds_authorized",
    );
    const key = randomUUID();
    const { resource } = await client.capture(payment.id, key, { amount: 1500 });
    assert.deepEqual([resource.object, resource.status, resource.amount], ["capture", "pending", 1500]);
    assert.equal((await client.capture(payment.id, key, { amount: 1500 })).replayed, true);
    const partly = await followPayment(client, payment.id);
    assert.deepEqual([partly.status, partly.amount_captured], ["succeeded", 1500]);
    await refused(
      () => client.capture(payment.id, randomUUID(), { amount: 500 }),
      422,
      "capture_exceeds_authorized",
    );
    await client.capture(payment.id, randomUUID());
    const whole = await followPayment(client, payment.id);
    assert.equal(whole.amount_captured, 1999);
    assert.deepEqual(
      whole.operations?.map(({ object, status, amount }) => [object, status, amount]),
      [
        ["capture", "succeeded", 1500],
        ["capture", "succeeded", 499],
      ],
    );
  });

  it("accepts of two captures at once only what fits", async () => {
    const payment = await authorised();
    const attempts = await Promise.allSettled(
      [1, 2].map(() => merchant.client.capture(payment.id, randomUUID(), { amount: 1200 })),
    );
    assert.equal(attempts.filter(({ status }) => status === "fulfilled").length, 1);
    assert.equal((await followPayment(merchant.client, payment.id)).amount_captured, 1200);
  });

  it("refunds up to the captured amount and no further", async () => {
    const { client } = merchant;
    const payment = await platform.pay(merchant);
    await refused(
      () => client.refund(payment.id, randomUUID(), { amount: 2000 }),
      422,
      "refund_exceeds_captured",
    );
    await client.refund(payment.id, randomUUID(), { amount: 1000 });
    await refused(
      () => client.refund(payment.id, randomUUID(), { amount: 1000 }),
      422,
      "refund_exceeds_captured",
    );
    await followPayment(client, payment.id);
    await client.refund(payment.id, randomUUID());
    const refunded = await followPayment(client, payment.id);
    assert.deepEqual([refunded.status, refunded.amount_refunded], ["succeeded", 1999]);
    await refused(() => client.refund(payment.id, randomUUID()), 409, "payment_not_refundable");
  });

  it("cancels an authorisation, after which nothing can be captured", async () => {
    const { client } = merchant;
    const payment = await authorised();
    await client.cancel(payment.id, randomUUID());
    assert.equal((await followPayment(client, payment.id)).status, "canceled");
    await refused(() => client.capture(payment.id, randomUUID()), 409, "payment_not_capturable");
    await refused(() => client.cancel(payment.id, randomUUID()), 409, "payment_not_cancelable");
  });

  it("refuses to cancel after a capture, and to refund before one", async () => {
    const { client } = merchant;
    const payment = await authorised();
    await refused(() => client.refund(payment.id, randomUUID()), 409, "payment_not_refundable");
    await client.capture(payment.id, randomUUID(), { amount: 1 });
    await refused(() => client.cancel(payment.id, randomUUID()), 409, "payment_not_cancelable");
    await followPayment(client, payment.id);
    await refused(() => client.cancel(payment.id, randomUUID()), 409, "payment_not_cancelable");
  });

  it("shows an operation that the PSP declined, and gives its amount free again", async () => {
    const { client } = merchant;
    const payment = await authorised("pm_capture_declined");
    await client.capture(payment.id, randomUUID(), { amount: 1999 });
    const after = await followPayment(client, payment.id);
    assert.deepEqual([after.status, after.amount_captured], ["requires_capture", 0]);
    assert.equal(after.operations?.[0]?.failure?.code, "authorization_expired");
    await client.cancel(payment.id, randomUUID());
    assert.equal((await followPayment(client, payment.id)).status, "canceled");
  });

  for (const [token, capture_method, operate, kind] of [
    ["pm_capture_timeout_then_ok", "manual", "capture", "capture"],
    ["pm_refund_timeout_then_ok", "automatic", "refund", "refund"],
  ] as const) {
    it(`does a ${kind} whose answer is lost once`, async () => {
      const payment = await platform.pay(merchant, { payment_method: token, capture_method });
      await merchant.client[operate](payment.id, randomUUID());
      const after = await followPayment(merchant.client, payment.id);
      assert.equal(after.operations?.[0]?.status, "succeeded");
      const entries = await platform.psp.ledger({ merchantReference: payment.id });
      assert.equal(entries.filter((entry) => entry.kind === kind).length, 1);
    });
  }

  it("leaves every event's ledger entries at zero and the accounts at what was captured less what was refunded", async () => {
    const unbalanced = await platform.primary.query(
      `SELECT e.event_id FROM payments.ledger_entries e JOIN payments.payments p USING (payment_id)
        WHERE p.merchant_id = $1 GROUP BY e.event_id, e.currency HAVING sum(e.amount) <> 0`,
      [merchant.merchantId],
    );
    assert.deepEqual(unbalanced.rows, []);
    const totals = await platform.primary.query<{ payable: string; kept: string }>(
      `SELECT (SELECT coalesce(-sum(e.amount), 0) FROM payments.ledger_entries e
                 JOIN payments.ledger_accounts a USING (account_id, currency)
                WHERE a.type = 'merchant_payable' AND a.merchant_id = $1) AS payable,
              (SELECT sum(amount_captured - amount_refunded) FROM payments.payments WHERE merchant_id = $1) AS kept`,
      [merchant.merchantId],
    );
    assert.equal(totals.rows[0]?.payable, totals.rows[0]?.kept);
  });
});
