import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { derivePaymentId } from "../../functions/domain";
import { ApiProblemError, followPayment, revokeMerchant } from "../../local/client";
import { assertProblem, eventually, Platform, type TestMerchant } from "./support/Platform";

/** A code of the catalogue with the given status, as a check for `assert.rejects`. */
const refusal = (status: number, code: string) => (error: unknown) =>
  error instanceof ApiProblemError && error.status === status && error.problem.code === code;

describe("payment path on the running platform", function () {
  this.timeout(120_000);
  let platform: Platform;
  let merchant: TestMerchant;
  let other: TestMerchant;

  before(async () => {
    platform = await new Platform().open();
    merchant = await platform.newMerchant("Integration test");
    other = await platform.newMerchant("Another merchant");
  });
  after(() => platform?.close());

  describe("a payment", () => {
    it("is accepted with 202 and its address, then succeeds", async () => {
      const key = randomUUID();
      const { resource, replayed, location } = await merchant.client.createPayment(
        {
          amount: 1999,
          currency: "SGD",
          payment_method: "pm_ok",
          reference: "order-7",
          metadata: { shop: "1" },
        },
        key,
      );
      assert.equal(resource.status, "accepted");
      assert.equal(resource.id, derivePaymentId(merchant.merchantId, key));
      assert.equal(location, `/v1/payments/${resource.id}`);
      assert.equal(replayed, false);
      const final = await followPayment(merchant.client, resource.id);
      assert.equal(final.status, "succeeded");
      assert.equal(final.amount_captured, 1999);
      assert.deepEqual([final.reference, final.metadata], ["order-7", { shop: "1" }]);
    });

    it("satisfies R48: is found in both databases, both tables, both logs, and its ledger sums to zero", async () => {
      const payment = await platform.pay(merchant);
      const { id } = payment;
      for (const database of [platform.primary, platform.replica]) {
        await eventually(async () => {
          const stored = await database.query("SELECT status FROM payments.payments WHERE payment_id = $1", [
            id,
          ]);
          assert.deepEqual(stored.rows, [{ status: "succeeded" }]);
          const ledger = await database.query(
            "SELECT count(*)::int AS lines, sum(amount)::int AS total FROM payments.ledger_entries WHERE payment_id = $1",
            [id],
          );
          assert.deepEqual(ledger.rows, [{ lines: 6, total: 0 }]);
        });
      }
      for (const place of ["primary", "dr"] as const) {
        await eventually(async () => {
          const session = await platform.itemOf(id, "Sessions", place);
          assert.deepEqual(session?.["merchantId"], { S: merchant.merchantId });
          const result = await platform.itemOf(id, "Results", place);
          assert.deepEqual(result?.["status"], { S: "succeeded" });
        });
        await eventually(async () => {
          const log = [...(await platform.logOf(payment, place)).values()];
          assert.ok(
            log.some((text) => (JSON.parse(text) as { status: string }).status === "succeeded"),
            `${place}: ${log.length} objects`,
          );
        });
      }
      assert.deepEqual(
        [...(await platform.logOf(payment, "primary")).keys()].sort(),
        [...(await platform.logOf(payment, "dr")).keys()].sort(),
      );
    });

    it("that is declined fails with the reason, and leaves the ledger at zero", async () => {
      const payment = await platform.pay(merchant, { payment_method: "pm_insufficient_funds" });
      assert.equal(payment.status, "failed");
      assert.equal(payment.failure?.code, "insufficient_funds");
      const accounts = await platform.primary.query(
        `SELECT account_id FROM payments.ledger_entries WHERE payment_id = $1
          GROUP BY account_id HAVING sum(amount) <> 0`,
        [payment.id],
      );
      assert.deepEqual(accounts.rows, []);
    });

    for (const token of ["pm_timeout_then_ok", "pm_error_after_ok"]) {
      it(`whose answer is lost (${token}) succeeds and is charged once`, async () => {
        const payment = await platform.pay(merchant, { payment_method: token });
        assert.equal(payment.status, "succeeded");
        const charges = await platform.psp.ledger({ merchantReference: payment.id });
        assert.equal(charges.filter(({ kind }) => kind === "authorization").length, 1);
      });
    }

    it("is listed to its merchant, page by page, newest first", async () => {
      const lister = await platform.newMerchant("Lister");
      const made: string[] = [];
      for (let index = 0; index < 5; index += 1) {
        made.unshift((await platform.pay(lister, { amount: 100 + index })).id);
      }
      const first = await lister.client.listPayments({ limit: "3" });
      const second = await lister.client.listPayments({ limit: "3", starting_after: made[2] as string });
      assert.deepEqual(
        [...first.data, ...second.data].map(({ id }) => id),
        made,
      );
      assert.deepEqual([first.has_more, second.has_more], [true, false]);
      assert.equal((await lister.client.listPayments({ status: "failed" })).data.length, 0);
      const bad = { method: "GET", path: "/v1/payments?limit=1000" } as const;
      assertProblem(await lister.client.raw(bad), 400, "invalid_parameter");
    });
  });

  describe("a merchant's key", () => {
    it("opens only the merchant's own payments", async () => {
      const payment = await platform.pay(merchant, { capture_method: "manual" });
      await assert.rejects(other.client.getPayment(payment.id), refusal(404, "payment_not_found"));
      const rows = await platform.rowsOf(other.merchantId);
      for (const attempt of [
        other.client.capture(payment.id, randomUUID()),
        other.client.refund(payment.id, randomUUID()),
        other.client.cancel(payment.id, randomUUID()),
      ]) {
        await assert.rejects(attempt, refusal(404, "payment_not_found"));
      }
      assert.deepEqual(await platform.rowsOf(other.merchantId), rows);
      assert.ok((await other.client.listPayments()).data.every(({ id }) => id !== payment.id));
    });

    it("is refused when it is missing, malformed or unknown", async () => {
      for (const authorization of [
        "",
        "Bearer x",
        `Bearer mk_live_${"a".repeat(43)}`,
        `Basic ${merchant.apiKey}`,
      ]) {
        const request = { method: "GET", path: "/v1/payments", headers: { authorization } } as const;
        assertProblem(await merchant.client.raw(request), 401, "unauthorized");
      }
    });

    it("is refused at once after its revocation", async () => {
      const revoked = await platform.newMerchant("Revoked");
      await platform.pay(revoked);
      const rows = await platform.rowsOf(revoked.merchantId);
      assert.equal(await revokeMerchant(platform.store, revoked.merchantId), 1);
      await assert.rejects(platform.pay(revoked), refusal(401, "unauthorized"));
      assert.deepEqual(await platform.rowsOf(revoked.merchantId), rows);
    });
  });

  describe("the standby Region", () => {
    it("answers 503 with Retry-After and writes nothing anywhere", async () => {
      const standby = platform.clientOf(other.apiKey, platform.outputs.get("DrPaymentsApiUrl"));
      const rows = await platform.rowsOf(other.merchantId);
      const payment = { amount: 1999, currency: "SGD", payment_method: "pm_ok" };
      await assert.rejects(standby.createPayment(payment, randomUUID()), (error: unknown) => {
        assert.ok(refusal(503, "region_standby")(error));
        return Number((error as ApiProblemError).retryAfterSeconds) > 0;
      });
      assert.deepEqual(await platform.rowsOf(other.merchantId), rows);
      assert.equal(await platform.itemsOf(other.merchantId, "Sessions", "dr"), 0);
    });

    it("says so in /status, as the active one says that it is active", async () => {
      const statusOf = async (output: string) => {
        const answer = await platform
          .clientOf(other.apiKey, platform.outputs.get(output))
          .raw({ method: "GET", path: "/status", headers: { authorization: "" } });
        return JSON.parse(answer.text) as Record<string, unknown>;
      };
      assert.match(String((await statusOf("PrimaryPaymentsApiUrl"))["summary"]), /role=ACTIVE traffic=yes/);
      assert.match(String((await statusOf("DrPaymentsApiUrl"))["summary"]), /role=STANDBY traffic=no/);
    });
  });
});
