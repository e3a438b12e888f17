import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { PSP_SIGNATURE_HEADER, signNotification, SIGNATURE_TOLERANCE_SECONDS } from "../../functions/domain";
import { followPayment, readSecret } from "../../local/client";
import { assertProblem, Platform, type TestMerchant } from "./support/Platform";

describe("PSP notifications on the running platform", function () {
  this.timeout(120_000);
  let platform: Platform;
  let merchant: TestMerchant;
  let notificationKey: string;
  let paymentId: string;

  before(async () => {
    platform = await new Platform().open();
    merchant = await platform.newMerchant("Notifications test");
    const secret = await readSecret(platform.cloud, "primary", `secret-psp-${platform.outputs.suffix}`);
    notificationKey = secret["notificationKey"] as string;
    paymentId = (await platform.pay(merchant)).id;
  });
  after(() => platform?.close());

  const notification = (change: Record<string, unknown> = {}) =>
    JSON.stringify({
      id: `ntf_${randomUUID()}`,
      type: "operation.declined",
      operation_id: paymentId,
      merchant_reference: paymentId,
      psp_reference: "psp_test",
      occurred_at: new Date().toISOString(),
      ...change,
    });
  const signed = (body: string, at = new Date(), key = notificationKey) => ({
    [PSP_SIGNATURE_HEADER]: signNotification(key, Buffer.from(body), at),
  });
  const taken = async () =>
    (
      await platform.primary.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM payments.psp_notifications WHERE payment_id = $1",
        [paymentId],
      )
    ).rows[0]?.count;

  for (const [token, status] of [
    ["pm_async_ok", "succeeded"],
    ["pm_async_declined", "failed"],
  ] as const) {
    it(`bring a pending payment (${token}) to ${status}`, async () => {
      const { resource } = await merchant.client.createPayment(
        { amount: 500, currency: "SGD", payment_method: token },
        randomUUID(),
      );
      assert.equal((await followPayment(merchant.client, resource.id)).status, status);
      const entries = await platform.psp.ledger({ merchantReference: resource.id });
      assert.equal(entries.filter(({ kind }) => kind === "authorization").length, 1);
    });
  }

  it("are never believed: a signed lie about a payment changes nothing", async () => {
    const body = notification();
    assert.equal((await platform.notify(body, signed(body))).status, 202);
    const payment = await followPayment(merchant.client, paymentId);
    assert.equal(payment.status, "succeeded");
  });

  it("are refused the second time", async () => {
    const body = notification();
    assert.equal((await platform.notify(body, signed(body))).status, 202);
    const before = await taken();
    assertProblem(await platform.notify(body, signed(body)), 409, "notification_replayed");
    assert.equal(await taken(), before);
  });

  const old = () => new Date(Date.now() - (SIGNATURE_TOLERANCE_SECONDS + 60) * 1000);
  for (const [name, headersOf, status, code] of [
    ["without a signature", () => ({}), 401, "signature_missing"],
    ["with a malformed signature", () => ({ [PSP_SIGNATURE_HEADER]: "v1=00" }), 401, "signature_invalid"],
    [
      "signed with another key",
      (body: string) => signed(body, new Date(), "another key"),
      401,
      "signature_invalid",
    ],
    ["signed over another body", (body: string) => signed(`${body} `), 401, "signature_invalid"],
    ["signed too long ago", (body: string) => signed(body, old()), 401, "signature_expired"],
  ] as const) {
    it(`are refused ${name}, and nothing is written`, async () => {
      const before = await taken();
      const body = notification();
      assertProblem(await platform.notify(body, headersOf(body)), status, code);
      assert.equal(await taken(), before);
    });
  }

  for (const [name, change, status, code] of [
    ["with an unknown field", { amount: 1 }, 422, "unknown_field"],
    [
      "of an unknown payment",
      { operation_id: `pay_${"a".repeat(26)}`, merchant_reference: `pay_${"a".repeat(26)}` },
      404,
      "payment_not_found",
    ],
    ["with a card number", { psp_reference: "4111 1111 1111 1111" }, 422, "pan_not_allowed"],
  ] as const) {
    it(`are refused ${name}, though signed`, async () => {
      const before = await taken();
      const body = notification(change);
      assertProblem(await platform.notify(body, signed(body)), status, code);
      assert.equal(await taken(), before);
    });
  }
});
