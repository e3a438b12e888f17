import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { benchResult, shortcomings, type BenchResult } from "../../../local/bench/result";
import { runParallel } from "../../../local/bench/runParallel";
import { percentile, summarize } from "../../../local/bench/statistics";
import { verifyPayments } from "../../../local/bench/verifyPayments";
import type { PspLedgerEntry } from "../../../local/psp/PspLedger";
import { GOOD_RUN } from "./goodRun";

describe("benchmark", () => {
  it("takes percentiles by nearest rank", () => {
    const sorted = Array.from({ length: 200 }, (_, index) => index + 1);
    assert.equal(percentile(sorted, 0.5), 100);
    assert.equal(percentile(sorted, 0.99), 198);
    assert.equal(percentile(sorted, 1), 200);
    assert.equal(percentile([7], 0.01), 7);
    assert.throws(() => percentile([], 0.5), RangeError);
    assert.deepEqual(summarize([3, 1, 2], 1000), { count: 3, p50: 2, p99: 3, max: 3, perSecond: 3 });
  });

  it("makes every call once, never more at a time than asked for", async () => {
    const seen: number[] = [];
    let running = 0;
    let most = 0;
    const { latencies } = await runParallel(50, 7, async (index) => {
      running += 1;
      most = Math.max(most, running);
      await sleep(1);
      seen.push(index);
      running -= 1;
    });
    assert.equal(most, 7);
    assert.equal(latencies.length, 50);
    assert.deepEqual(
      seen.sort((left, right) => left - right),
      Array.from({ length: 50 }, (_, index) => index),
    );
  });

  it("stops at the first failure and tells it", async () => {
    let calls = 0;
    const failing = runParallel(1000, 2, async (index) => {
      calls += 1;
      await sleep(1);
      if (index === 3) throw new Error("broken");
    });
    await assert.rejects(failing, /broken/);
    assert.ok(calls < 20);
    await assert.rejects(
      runParallel(1, 1, async () => undefined, AbortSignal.abort(new Error("stopped"))),
      /stopped/,
    );
  });

  it("is satisfied by a good run only", () => {
    assert.deepEqual(shortcomings(benchResult.parse(GOOD_RUN)), []);
    const with_ = (outcome: Partial<BenchResult["outcome"]>) => ({
      ...GOOD_RUN,
      outcome: { ...GOOD_RUN.outcome, ...outcome },
    });
    for (const bad of [
      { ...GOOD_RUN, payments: { ...GOOD_RUN.payments, p99: 500 } },
      with_({ succeeded: 1999, notSucceeded: 1 }),
      with_({ missingInDatabase: 1 }),
      with_({ missingAtPsp: 1 }),
      with_({ chargedTwice: 1 }),
      with_({ ledgerDifference: 1 }),
      with_({ acknowledged: 2001 }),
    ]) {
      assert.equal(shortcomings(bad).length, 1, JSON.stringify(bad));
    }
  });

  it("finds what is lost and what is charged twice", async () => {
    const database = {
      query: async (text: string) =>
        text.includes("FROM payments.payments WHERE")
          ? { rows: [{ payment_id: "pay_1" }, { payment_id: "pay_2" }] }
          : { rows: [{ difference: "0" }] },
    } as unknown as Parameters<typeof verifyPayments>[0];
    const charge = (merchantReference: string, status = "succeeded") =>
      ({ kind: "authorization", status, merchantReference }) as PspLedgerEntry;
    const entries = [charge("pay_1"), charge("pay_1"), charge("pay_2", "declined"), charge("pay_3")];
    const finals = new Map([
      ["pay_1", "succeeded"],
      ["pay_2", "failed"],
      ["pay_3", "succeeded"],
    ]);
    assert.deepEqual(await verifyPayments(database, entries, finals), {
      acknowledged: 3,
      succeeded: 2,
      notSucceeded: 1,
      missingInDatabase: 1,
      missingAtPsp: 1,
      chargedTwice: 1,
      ledgerDifference: 0,
    });
  });
});
