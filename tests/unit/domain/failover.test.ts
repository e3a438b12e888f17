import assert from "node:assert/strict";
import {
  AWS_TIMINGS,
  drawsTraffic,
  handedOver,
  hasBegunPromotion,
  holdsLock,
  isWithin,
  mayAcceptWrite,
  mayServeReads,
  namedForSeconds,
  nextEpoch,
  observeWitness,
  OPERATION_STALE_SECONDS,
  peerOf,
  placeOfEpoch,
  REGION_ROLES,
  shownRole,
  takeoverWait,
  whyNotActivate,
  whyNotLatch,
  whyNotTakeOver,
  type OperationView,
  type RoleRecord,
  type TakeoverView,
  type WitnessHistory,
  type WitnessReading,
} from "../../../functions/domain";

const NOW = new Date("2026-11-24T09:10:00.000Z");
const secondsAgo = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1_000);

const active: RoleRecord = {
  role: "ACTIVE",
  epoch: 1,
  updatedAt: secondsAgo(9_000),
  leaseRenewedAt: secondsAgo(60),
};
const lapsed: RoleRecord = { ...active, leaseRenewedAt: secondsAgo(121) };
const fenced: RoleRecord = { role: "FENCED", epoch: 1, updatedAt: secondsAgo(300) };
const standby: RoleRecord = { role: "STANDBY", epoch: 1, updatedAt: secondsAgo(9_000) };
const takingOver: RoleRecord = { role: "TAKING_OVER", epoch: 1, updatedAt: secondsAgo(100) };
const primary: WitnessReading = { named: "primary", readAt: secondsAgo(2) };
const dr: WitnessReading = { named: "dr", readAt: secondsAgo(2) };

describe("epochs", () => {
  it("belong to primary when odd and to dr when even", () => {
    assert.deepEqual([1, 2, 3, 8].map(placeOfEpoch), ["primary", "dr", "primary", "dr"]);
    assert.deepEqual([peerOf("primary"), peerOf("dr")], ["dr", "primary"]);
  });

  it("grow to the next one of the place, and never stay", () => {
    assert.deepEqual(
      [nextEpoch("dr", 1), nextEpoch("primary", 2), nextEpoch("dr", 2), nextEpoch("primary", 1)],
      [2, 3, 4, 3],
    );
  });
});

describe("admission of writes", () => {
  const admit = (changes: Partial<Parameters<typeof mayAcceptWrite>[0]> = {}) =>
    mayAcceptWrite({ place: "primary", record: active, witness: primary, now: NOW, ...changes }, AWS_TIMINGS);

  it("admits by role, witness and lease, in the Region's epoch", () => {
    assert.deepEqual(admit({ record: { ...active, epoch: 3 } }), { admitted: true, epoch: 3 });
  });

  it("holds to the very second of both limits, and to an unexplained future", () => {
    const readAt = (seconds: number) => admit({ witness: { named: "primary", readAt: secondsAgo(seconds) } });
    const renewedAt = (seconds: number) =>
      admit({ record: { ...active, leaseRenewedAt: secondsAgo(seconds) } });

    assert.deepEqual(
      [15, 15.001, -5, -5.001].map((seconds) => readAt(seconds).admitted),
      [true, false, true, false],
    );
    assert.deepEqual(
      [120, 120.001, -5, -5.001].map((seconds) => renewedAt(seconds).admitted),
      [true, false, true, false],
    );
    assert.ok(isWithin(NOW, NOW, 0));
  });

  for (const [name, changes, reason] of [
    ["no role record", { record: undefined }, /role record/],
    ["no reading of the witness", { witness: undefined }, /cannot be read/],
    ["an old reading", { witness: { ...primary, readAt: secondsAgo(16) } }, /too old/],
    ["a witness that names the other place", { witness: dr }, /names dr/],
    ["a lease that is over", { record: lapsed }, /lease/],
    ["a record that never had a lease", { record: { ...active, leaseRenewedAt: undefined } }, /lease/],
  ] as const) {
    it(`refuses ${name}`, () => {
      const admission = admit(changes);
      assert.ok(!admission.admitted);
      assert.match(admission.reason, reason);
    });
  }

  for (const role of REGION_ROLES.filter((role) => role !== "ACTIVE")) {
    it(`refuses a Region that is ${role}, for writes and for reads`, () => {
      const admission = admit({ record: { ...active, role } });
      assert.ok(!admission.admitted && admission.reason.includes(role));
      assert.ok(!mayServeReads({ ...active, role }).admitted);
    });
  }

  it("lets payments be read by the role alone", () => {
    assert.deepEqual(mayServeReads(lapsed), { admitted: true, epoch: 1 });
    assert.ok(!mayServeReads(undefined).admitted);
  });
});

describe("operations", () => {
  it("hold the lock while they are open and not stale", () => {
    const operation: OperationView = { operationId: "op", state: "PAUSED", step: "wait", updatedAt: NOW };
    assert.ok(holdsLock(operation, NOW));
    assert.ok(!holdsLock({ ...operation, state: "FAILED" }, NOW));
    assert.ok(!holdsLock({ ...operation, updatedAt: secondsAgo(OPERATION_STALE_SECONDS + 1) }, NOW));
    assert.ok(!holdsLock(undefined, NOW));
  });

  it("have no way back from the promotion on", () => {
    assert.deepEqual(
      (["wait", "promote", "activate"] as const).map((step) => hasBegunPromotion(step)),
      [false, true, true],
    );
  });
});

describe("taking over", () => {
  const why = (changes: Partial<TakeoverView>) =>
    whyNotTakeOver(
      {
        ...{ place: "dr", mode: "failover", record: standby, witness: dr, peer: undefined },
        ...{ decidedByOperator: false, now: NOW },
        ...changes,
      },
      AWS_TIMINGS,
    );
  const serving = { role: "ACTIVE" as const, epoch: 1, traffic: true };

  it("may begin when dr and the world have lost the peer", () => {
    assert.equal(why({}), undefined);
    assert.equal(why({ peer: { ...serving, traffic: false } }), undefined);
    assert.equal(why({ record: takingOver }), undefined);
  });

  for (const [name, changes, reason] of [
    ["this Region is active", { record: active }, /active/],
    ["this Region was active last", { record: fenced }, /resumed/],
    ["the peer serves", { peer: serving }, /serves/],
    ["the peer went on to a higher epoch", { peer: { ...serving, epoch: 2, traffic: false } }, /epoch 2/],
    ["the world still sees the peer", { witness: primary }, /world/],
    ["the witness cannot be read", { witness: undefined }, /read/],
    ["the reading is old", { witness: { ...dr, readAt: secondsAgo(16) } }, /read/],
    ["primary would decide alone", { place: "primary", witness: dr }, /operator/],
    ["a switchover's active Region is away", { mode: "switchover" }, /healthy/],
    ["it is ill", { mode: "switchover", peer: { ...serving, traffic: false } }, /healthy/],
    ["it takes over itself", { mode: "switchover", peer: { ...serving, role: "TAKING_OVER" } }, /healthy/],
  ] as const) {
    it(`may not begin when ${name}`, () => {
      assert.match(why(changes) ?? "", reason);
    });
  }

  it("begins in primary by an operator's decision, since the witness cannot tell there", () => {
    assert.equal(why({ place: "primary", decidedByOperator: true }), undefined);
  });

  it("begins a switchover from a healthy peer", () => {
    assert.equal(why({ mode: "switchover", peer: serving, witness: primary }), undefined);
  });

  it("takes the witness as a standby, for an epoch of its own above every one it knows", () => {
    assert.equal(whyNotLatch("dr", standby, 2), undefined);
    assert.equal(whyNotLatch("dr", takingOver, 2), undefined);
    assert.match(whyNotLatch("dr", fenced, 2) ?? "", /FENCED/);
    assert.match(whyNotLatch("dr", standby, 3) ?? "", /not one of dr/);
    assert.match(whyNotLatch("dr", { ...standby, epoch: 3 }, 2) ?? "", /not before/);
  });

  it("becomes active only from TAKING_OVER, after the wait, in a higher epoch of its own", () => {
    const wait = { named: true, waitedSeconds: 150, ready: true };
    assert.equal(whyNotActivate("dr", takingOver, 2, wait), undefined);
    assert.match(whyNotActivate("dr", standby, 2, wait) ?? "", /STANDBY/);
    assert.match(whyNotActivate("dr", takingOver, 3, wait) ?? "", /not one of dr/);
    assert.match(whyNotActivate("dr", { ...takingOver, epoch: 2 }, 2, wait) ?? "", /not before/);
    assert.match(whyNotActivate("dr", takingOver, 2, { ...wait, ready: false }) ?? "", /long enough/);
  });
});

describe("the witness's history", () => {
  const start: WitnessHistory = { named: "dr", since: secondsAgo(200), readAt: secondsAgo(20) };
  const observe = (history: WitnessHistory | undefined, reading: WitnessReading) =>
    observeWitness(history, reading, AWS_TIMINGS);

  it("begins with a reading and goes on while readings name the same place close enough together", () => {
    assert.deepEqual(observe(undefined, dr), { named: "dr", since: dr.readAt, readAt: dr.readAt });
    assert.deepEqual(observe(start, dr), { named: "dr", since: start.since, readAt: dr.readAt });
  });

  it("begins anew after another answer, or a gap in which there may have been one", () => {
    assert.deepEqual(observe(start, primary).since, primary.readAt);
    assert.deepEqual(observe({ ...start, readAt: secondsAgo(53) }, dr).since, dr.readAt);
    assert.deepEqual(observe({ ...start, readAt: secondsAgo(52) }, dr).since, start.since);
  });

  it("is not changed by a reading that comes late, unless it says otherwise", () => {
    const late = { named: "dr" as const, readAt: secondsAgo(25) };
    assert.equal(observe(start, late), start);
    assert.equal(observe(start, { ...late, named: "primary" }).named, "primary");
  });

  it("counts up to the last reading, and nothing once nobody reads", () => {
    const seconds = (history: WitnessHistory | undefined, place: "primary" | "dr" = "dr") =>
      namedForSeconds(history, place, NOW, AWS_TIMINGS);

    assert.equal(seconds(start), 180);
    assert.equal(seconds(start, "primary"), 0);
    assert.equal(seconds(undefined), 0);
    assert.equal(seconds({ ...start, readAt: secondsAgo(51) }), 0);
  });

  it("makes the wait count from the latch on, and be over after it", () => {
    const wait = (latchedSeconds: number, history: WitnessHistory | undefined = start) =>
      takeoverWait({ place: "dr", history, latchedAt: secondsAgo(latchedSeconds), now: NOW }, AWS_TIMINGS);

    assert.deepEqual(wait(169), { named: true, waitedSeconds: 149, ready: false });
    assert.deepEqual(wait(170), { named: true, waitedSeconds: 150, ready: true });
    assert.deepEqual(wait(900), { named: true, waitedSeconds: 180, ready: true });
    assert.deepEqual(wait(10), { named: true, waitedSeconds: 0, ready: false });
    assert.deepEqual(wait(900, { ...start, named: "primary" }), {
      ...{ named: false, waitedSeconds: 0, ready: false },
    });
  });

  it("makes the wait of a switchover short, because the peer gave up its role", () => {
    const wait = { named: true, waitedSeconds: 30, ready: false };
    assert.ok(handedOver(wait, AWS_TIMINGS).ready);
    assert.ok(!handedOver({ ...wait, waitedSeconds: 29 }, AWS_TIMINGS).ready);
    assert.ok(!handedOver({ ...wait, named: false }, AWS_TIMINGS).ready);
  });

  it("is nothing to wait by before the first reading", () => {
    const wait = takeoverWait(
      { place: "dr", history: undefined, latchedAt: secondsAgo(900), now: NOW },
      AWS_TIMINGS,
    );
    assert.deepEqual(wait, { named: false, waitedSeconds: 0, ready: false });
  });
});

describe("what /status shows", () => {
  it("is FENCED once the lease is over, before anybody noted it", () => {
    assert.equal(shownRole(active, NOW, AWS_TIMINGS), "ACTIVE");
    assert.equal(shownRole(lapsed, NOW, AWS_TIMINGS), "FENCED");
    assert.equal(shownRole(standby, NOW, AWS_TIMINGS), "STANDBY");
  });

  it("draws traffic as the active Region with a database and without a red alarm, or when taking over", () => {
    assert.ok(drawsTraffic("ACTIVE", "writable", "OK"));
    assert.ok(drawsTraffic("ACTIVE", "writable", "UNKNOWN"));
    assert.ok(drawsTraffic("TAKING_OVER", "not_asked", "ALARM"));
    assert.ok(!drawsTraffic("ACTIVE", "writable", "ALARM"));
    assert.ok(!drawsTraffic("ACTIVE", "read_only", "OK"));
    assert.ok(!drawsTraffic("ACTIVE", "unreachable", "OK"));
    for (const role of ["STANDBY", "FENCED", "UNKNOWN"] as const)
      assert.ok(!drawsTraffic(role, "not_asked", "OK"));
  });
});
