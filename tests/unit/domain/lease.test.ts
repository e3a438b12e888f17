import assert from "node:assert/strict";
import {
  AWS_TIMINGS,
  decideLease,
  OPERATION_STALE_SECONDS,
  peerLookSeconds,
  type LeaseView,
  type OperationView,
  type PeerView,
  type RoleRecord,
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
const peerStandby: PeerView = { role: "STANDBY", epoch: 1 };

describe("the lease keeper", () => {
  const decide = (changes: Partial<LeaseView>) =>
    decideLease(
      {
        ...{ place: "primary", record: active, witness: primary, peer: undefined, operation: undefined },
        now: NOW,
        ...changes,
      },
      AWS_TIMINGS,
    );
  const running: OperationView = {
    operationId: "op",
    state: "RUNNING",
    step: "wait",
    updatedAt: secondsAgo(10),
  };

  it("renews to the time of the reading, not of the renewal", () => {
    const decision = decide({});
    assert.ok(decision.kind === "renew");
    assert.deepEqual(decision.leaseRenewedAt, primary.readAt);
  });

  it("renews by the peer's word while the witness does not name the Region yet", () => {
    assert.equal(decide({ witness: dr, peer: peerStandby }).kind, "renew");
  });

  for (const [name, changes] of [
    ["the witness cannot be read", { witness: undefined, peer: peerStandby }],
    ["the reading is old", { witness: { ...primary, readAt: secondsAgo(16) } }],
    ["the reading is no later than the lease", { record: { ...active, leaseRenewedAt: primary.readAt } }],
  ] as const) {
    it(`keeps a live lease as it is when ${name}`, () => {
      assert.equal(decide(changes).kind, "keep");
    });
  }

  it("fences a Region at once that both witness and peer are against", () => {
    assert.equal(decide({ witness: dr }).kind, "fence");
    assert.equal(decide({ witness: dr, peer: { role: "TAKING_OVER", epoch: 1 } }).kind, "fence");
  });

  it("fences a Region whose lease is over, whatever the witness says by now", () => {
    assert.equal(decide({ record: lapsed }).kind, "fence");
    assert.equal(decide({ record: { ...active, leaseRenewedAt: undefined } }).kind, "fence");
  });

  for (const record of [lapsed, fenced]) {
    it(`resumes from ${record.role} without a lease when the peer is a standby of the same epoch`, () => {
      const decision = decide({ record, witness: dr, peer: peerStandby });
      assert.ok(decision.kind === "resume");
      assert.deepEqual([decision.leaseRenewedAt, decision.opens], [dr.readAt, false]);
    });

    for (const [name, changes] of [
      ["the peer does not answer", { peer: undefined }],
      ["the peer is taking over", { peer: { role: "TAKING_OVER", epoch: 1 } }],
      ["the peer is active", { peer: { role: "ACTIVE", epoch: 1 } }],
      ["the peer has not heard of this epoch", { peer: peerStandby, record: { ...record, epoch: 3 } }],
      ["the epoch is the peer's", { place: "dr", peer: peerStandby }],
      ["the witness cannot be read", { witness: undefined, peer: peerStandby }],
      ["the reading is old", { witness: { ...dr, readAt: secondsAgo(16) }, peer: peerStandby }],
    ] as const) {
      it(`does not resume from ${record.role} when ${name}`, () => {
        assert.equal(decide({ record, ...changes }).kind, record.role === "FENCED" ? "keep" : "fence");
      });
    }
  }

  for (const record of [active, lapsed, fenced, takingOver]) {
    it(`makes a Region that is ${record.role} stand by, and close, when the peer has a higher epoch`, () => {
      const decision = decide({ record, operation: running, peer: { role: "FENCED", epoch: 2 } });
      assert.ok(decision.kind === "stand_by");
      assert.deepEqual([decision.epoch, decision.closes], [2, true]);
    });
  }

  it("takes a higher epoch over in a standby, which is closed already", () => {
    const decision = decide({ record: standby, place: "dr", peer: { role: "ACTIVE", epoch: 3 } });
    assert.ok(decision.kind === "stand_by");
    assert.deepEqual([decision.epoch, decision.closes], [3, false]);
  });

  it("leaves a take-over alone while its operation holds the lock", () => {
    for (const state of ["RUNNING", "PAUSED", "AWAITING_APPROVAL"] as const) {
      const operation = { ...running, state };
      assert.equal(decide({ place: "dr", record: takingOver, operation }).kind, "keep");
    }
  });

  for (const [name, operation] of [
    ["has no operation", undefined],
    ["was aborted", { ...running, state: "ABORTED" }],
    ["was cancelled at the promotion's door", { ...running, state: "CANCELLED", step: "promote" }],
    ["failed before the promotion", { ...running, state: "FAILED" }],
    ["has stood still for too long", { ...running, updatedAt: secondsAgo(OPERATION_STALE_SECONDS + 1) }],
  ] as const) {
    it(`gives a take-over up that ${name}`, () => {
      const decision = decide({ place: "dr", record: takingOver, operation });
      assert.ok(decision.kind === "stand_by");
      assert.deepEqual([decision.epoch, decision.closes], [1, false]);
    });
  }

  it("keeps a take-over whose promotion has begun, also when it failed or stood still", () => {
    const promoting = { ...running, step: "promote" as const };
    const stale = { ...promoting, updatedAt: secondsAgo(OPERATION_STALE_SECONDS + 1) };
    for (const operation of [{ ...promoting, state: "FAILED" as const }, stale]) {
      assert.equal(decide({ place: "dr", record: takingOver, operation }).kind, "keep");
    }
  });

  describe("of a Region that a switchover stood down", () => {
    const stoodDown: RoleRecord = { ...standby, updatedAt: secondsAgo(151) };

    it("resumes, and opens, when the peer stays a standby of the same epoch", () => {
      const decision = decide({ record: stoodDown, peer: peerStandby });
      assert.ok(decision.kind === "resume" && decision.opens);
    });

    for (const [name, changes] of [
      ["gives the switchover its time", { record: { ...standby, updatedAt: secondsAgo(150) } }],
      ["waits while an operation runs here", { operation: running }],
      ["waits while the peer takes over", { peer: { role: "TAKING_OVER", epoch: 1 } }],
      ["is not meant when the epoch is the peer's", { place: "dr" }],
    ] as const) {
      it(name, () => {
        const view: Partial<LeaseView> = changes;
        assert.equal(decide({ record: stoodDown, peer: peerStandby, ...view }).kind, "keep");
      });
    }
  });

  it("gives the peer a fortieth of the lease to answer, from 1 to 3 seconds", () => {
    const looks = [240, AWS_TIMINGS.leaseSeconds, 60, 6].map((leaseSeconds) =>
      peerLookSeconds({ leaseSeconds }),
    );
    assert.deepEqual(looks, [3, 3, 1.5, 1]);
  });
});
