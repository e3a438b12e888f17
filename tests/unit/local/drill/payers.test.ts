import assert from "node:assert/strict";
import { Payers, type PaymentAnswer, type PayersOptions } from "../../../../local/drill/load/Payers";
import { Random } from "../../../../local/drill/load/random";
import type { WantedPayment } from "../../../../local/drill/facts";
import { second } from "./support";

/** Payers on a clock of their own: `wait` moves it, so that minutes pass at once. */
async function simulate(
  seconds: number,
  send: (payment: WantedPayment, atSeconds: number) => PaymentAnswer & { takesMs?: number },
  change: Partial<PayersOptions> = {},
) {
  let now = second(0);
  const sleepers: { at: number; wake: () => void; stop: () => void }[] = [];
  const until = (at: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(new Error("aborted"));
      sleepers.push({
        at,
        wake: resolve,
        stop: () => (signal === undefined ? resolve() : reject(new Error("aborted"))),
      });
    });
  const payers = new Payers({
    random: new Random(7),
    merchantIds: ["mer_a", "mer_b"],
    paymentsPerSecond: 5,
    firstBackoffMs: 100,
    longestBackoffMs: 1_000,
    send: async (payment) => {
      const { takesMs = 50, ...answer } = send(payment, (now - second(0)) / 1000);
      await until(now + takesMs);
      return answer;
    },
    now: () => now,
    wait: (milliseconds, signal) => until(now + milliseconds, signal),
    ...change,
  });
  payers.start();
  while (now < second(seconds)) {
    await new Promise(setImmediate);
    sleepers.sort((left, right) => left.at - right.at);
    const next = sleepers.shift();
    if (next === undefined) break;
    now = Math.max(now, next.at);
    next.wake();
  }
  const stopped = payers.stop();
  for (const sleeper of sleepers) sleeper.stop();
  await stopped;
  return payers;
}

const OK: PaymentAnswer = { outcome: "accepted", status: 202, paymentId: "pay_x", epoch: 1 };
const STANDBY: PaymentAnswer = { outcome: "refused", status: 503, code: "region_standby" };

describe("the payers of a drill", () => {
  it("keep the rate that was asked for", async () => {
    const { attempts } = await simulate(60, () => OK);
    assert.ok(Math.abs(attempts.length - 300) < 20, String(attempts.length));
  });

  it("want the same payments when the seed is the same", async () => {
    const [first, again, other] = await Promise.all([
      simulate(10, () => OK),
      simulate(10, () => OK),
      simulate(10, () => OK, { random: new Random(8) }),
    ]);
    assert.deepEqual(first.wanted, again.wanted);
    assert.notDeepEqual(first.wanted, other.wanted);
    assert.ok(new Set(first.wanted.map(({ amount }) => amount)).size > 40);
  });

  it("repeat with the same key until they are accepted, ever more slowly", async () => {
    const { attempts } = await simulate(40, (_, at) => (at < 20 ? STANDBY : OK));
    const first = attempts.filter(({ idempotencyKey }) => idempotencyKey === "drill-0-1");
    assert.equal(first.at(-1)!.outcome, "accepted");
    assert.deepEqual(
      first.map(({ number }) => number),
      first.map((_, index) => index + 1),
    );
    const gaps = first.slice(1).map(({ startedAt }, index) => startedAt - first[index]!.endedAt);
    assert.ok(gaps[0]! <= 100 && gaps.at(-1)! > 400 && Math.max(...gaps) <= 1_000, gaps.join(" "));
  });

  it("begin no new payment while they wait, so that an outage does not pile up load", async () => {
    const { wanted } = await simulate(60, () => ({ outcome: "failed", code: "timeout", takesMs: 3_000 }));
    assert.equal(wanted.length, 3);
  });

  it("accept a refusal that a repeat would not change", async () => {
    const { attempts } = await simulate(5, () => ({ outcome: "refused", status: 422, code: "invalid" }));
    assert.ok(attempts.length > 10 && attempts.every(({ number }) => number === 1));
    const conflicts = await simulate(5, () => ({ outcome: "refused", status: 409, code: "in_flight" }));
    assert.ok(conflicts.attempts.some(({ number }) => number > 3));
  });

  it("cannot be started twice", async () => {
    const payers = await simulate(1, () => OK);
    assert.throws(() => payers.start(), /at work already/);
  });
});

describe("a seeded generator", () => {
  it("chooses as often as the weights say", () => {
    const random = new Random(1);
    const drawn = Array.from({ length: 10_000 }, () =>
      random.weighted([
        ["a", 9],
        ["b", 1],
      ] as const),
    );
    const share = drawn.filter((item) => item === "b").length / drawn.length;
    assert.ok(share > 0.08 && share < 0.12, String(share));
    assert.throws(() => random.weighted([]), RangeError);
  });

  it("gives whole numbers in bounds, both ends included", () => {
    const random = new Random(2);
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(3, 5)));
    assert.deepEqual([...drawn].sort(), [3, 4, 5]);
  });
});
