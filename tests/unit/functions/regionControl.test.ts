import assert from "node:assert/strict";
import { Regions } from "./failoverRegions";
import { operationOf } from "./failoverSupport";

describe("region control", () => {
  let regions: Regions;
  beforeEach(() => {
    regions = new Regions();
  });

  describe("the lock", () => {
    it("decides the smallest epoch of this place above all that it can learn of", async () => {
      regions.peerRole.state = { ...regions.peerRole.state, epoch: 3 };
      regions.control.record = {
        ...{ activePlace: "dr", epoch: 2, operationId: "before", activatedAt: regions.clock.now() },
      };

      const answer = await regions.act("lock");

      assert.deepEqual(answer, { targetEpoch: 4, previousEpoch: 3, resumed: false, promotionBegun: false });
    });

    it("counts the control record, and does not wait for a peer that is a black hole", async () => {
      regions.peerRole.isAway = true;
      regions.control.record = {
        ...{ activePlace: "dr", epoch: 6, operationId: "before", activatedAt: regions.clock.now() },
      };

      const answer = await regions.act("lock");

      assert.deepEqual((answer as { targetEpoch: number }).targetEpoch, 8);
    });

    it("refuses in a Region that is active, and in one that is fenced", async () => {
      regions.role.state = { ...regions.role.state, role: "ACTIVE", epoch: 2 };
      await assert.rejects(regions.act("lock"), { name: "RegionAlreadyActive" });

      regions.role.state = { ...regions.role.state, role: "FENCED" };
      await assert.rejects(regions.act("lock"), { name: "RoleChanged" });
      assert.equal(regions.operations.record, undefined);
    });

    it("refuses while another operation's execution runs, however old its record is", async () => {
      await regions.act("lock");
      regions.executions.running.set(operationOf().executionArn, true);
      regions.clock.pass(7_200);

      await assert.rejects(regions.act("lock", {}, { operationId: "op-2" }), { name: "OperationInProgress" });
      assert.equal(regions.operations.record?.operationId, "op-1");
    });

    it("refuses a young operation whose execution cannot be asked, and not a stale one", async () => {
      await regions.act("lock");
      await assert.rejects(regions.act("lock", {}, { operationId: "op-2" }), { name: "OperationInProgress" });

      regions.clock.pass(1_801);
      const answer = await regions.act("lock", {}, { operationId: "op-2" });

      assert.equal((answer as { resumed: boolean }).resumed, false);
      assert.equal(regions.operations.record?.operationId, "op-2");
    });

    it("lets one of two that start at once in", async () => {
      regions.operations.rival = {
        ...operationOf({ operationId: "rival" }),
        ...{
          state: "RUNNING",
          step: "lock",
          targetEpoch: 2,
          previousEpoch: 1,
          request: "none",
          timeline: [],
        },
        ...{ startedAt: regions.clock.now(), updatedAt: regions.clock.now() },
      };

      await assert.rejects(regions.act("lock"), { name: "OperationInProgress" });
    });

    it("answers the same again to the same call", async () => {
      const first = await regions.act("lock");
      const second = await regions.act("lock");

      assert.deepEqual(second, { ...(first as object), resumed: true });
    });

    it("takes an operation up whose execution was killed, with its epoch, outage and timeline", async () => {
      regions.probe.value = {
        ...{ consecutiveFailures: 2, lastCheckedAt: regions.clock.now(), reason: "away" },
        lastOkAt: new Date("2026-11-24T08:57:00.000Z"),
      };
      await regions.untilPromotion();
      regions.executions.running.set(operationOf().executionArn, false);
      regions.clock.pass(60);

      const answer = await regions.act("lock", {}, { operationId: "op-2" });

      assert.deepEqual(answer, { targetEpoch: 2, previousEpoch: 1, resumed: true, promotionBegun: true });
      const record = regions.operations.record;
      assert.deepEqual(
        [record?.operationId, record?.state, record?.step, record?.outageAt?.toISOString()],
        ["op-2", "RUNNING", "promote", "2026-11-24T08:57:00.000Z"],
      );
      assert.deepEqual(
        record?.timeline.map(({ step }) => step),
        ["lock", "confirm", "approval", "latch", "fence", "wait", "promote", "lock"],
      );
    });

    it("takes one up that failed after this Region became active, although it is active", async () => {
      await regions.untilPromotion();
      await regions.act("activate");
      await regions.act("finish", { state: "FAILED", reason: "replay" });

      const answer = await regions.act("lock", {}, { operationId: "op-2" });

      assert.deepEqual(answer, { targetEpoch: 2, previousEpoch: 1, resumed: true, promotionBegun: true });
    });

    it("does not take up what a later change of the active Region has overtaken", async () => {
      await regions.untilPromotion();
      await regions.act("finish", { state: "FAILED" });
      regions.role.state = { ...regions.role.state, role: "STANDBY", epoch: 3 };

      const answer = await regions.act("lock", {}, { operationId: "op-2" });

      assert.deepEqual(answer, { targetEpoch: 4, previousEpoch: 3, resumed: false, promotionBegun: false });
    });

    it("confirms anew after a failure that is long over and left no role behind", async () => {
      await regions.untilPromotion();
      await regions.act("finish", { state: "FAILED" });
      regions.role.state = { ...regions.role.state, role: "STANDBY" };
      regions.clock.pass(1_801);

      const answer = await regions.act("lock", {}, { operationId: "op-2" });

      assert.deepEqual(answer, { targetEpoch: 2, previousEpoch: 1, resumed: false, promotionBegun: false });
    });

    it("does not let a rehearsal push an operation aside that must be finished", async () => {
      await regions.untilPromotion();
      await regions.act("finish", { state: "FAILED" });

      const rehearsal = { operationId: "rehearsal", dryRun: true };
      await assert.rejects(regions.act("lock", {}, rehearsal), { name: "OperationInProgress" });
      assert.equal(regions.operations.record?.operationId, "op-1");
    });

    it("does not let a rehearsal stand in the way", async () => {
      await regions.act("lock", {}, { operationId: "rehearsal", dryRun: true });
      regions.executions.running.set(operationOf({ operationId: "rehearsal" }).executionArn, true);

      const answer = await regions.act("lock");

      assert.equal((answer as { resumed: boolean }).resumed, false);
      await assert.rejects(
        regions.act("checkpoint", { step: "confirm" }, { operationId: "rehearsal", dryRun: true }),
        { name: "OperationInProgress" },
      );
    });
  });

  describe("a whole failover", () => {
    it("fences the peer and makes this Region active in the next epoch", async () => {
      await regions.untilPromotion();
      const answer = await regions.act("activate");
      await regions.act("finish", { state: "SUCCEEDED", reason: "done" });

      assert.deepEqual(answer, { epoch: 2, activatedAt: "2026-11-24T09:02:30.000Z" });
      assert.equal(regions.roles, "ACTIVE 2, peer FENCED 1");
      assert.deepEqual(regions.role.state.leaseRenewedAt, regions.clock.now());
      assert.deepEqual(regions.control.record, {
        ...{ activePlace: "dr", epoch: 2, operationId: "op-1", activatedAt: regions.clock.now() },
      });
      assert.equal(regions.operations.record?.state, "SUCCEEDED");
    });

    it("ends with what went wrong on the way, and what each error said", async () => {
      await regions.untilPromotion();
      await regions.act("activate");
      const cause = JSON.stringify({ errorType: "ReplayUnfinished", errorMessage: "7 sessions are left" });
      const warnings = [
        { reason: "checkpoint fence: States.Timeout", cause: "" },
        { reason: "replay: ReplayUnfinished", cause },
      ];
      await regions.act("finish", { state: "SUCCEEDED", reason: "done", warnings });

      const { state, reason } = regions.operations.record ?? {};
      assert.equal(state, "SUCCEEDED");
      assert.equal(
        reason,
        "checkpoint fence: States.Timeout; replay: ReplayUnfinished (7 sessions are left)",
      );
    });

    it("changes nothing when every step runs a second time", async () => {
      await regions.untilPromotion();
      await regions.act("activate");
      const before = regions.roles;
      const writes = regions.role.writes;
      regions.clock.pass(30);

      const latched = await regions.act("latch");
      const fenced = await regions.act("fencePeer");
      const activated = await regions.act("activate");

      assert.deepEqual(latched, { since: "2026-11-24T09:02:30.000Z" });
      assert.deepEqual(fenced, { fenced: true, reason: "the peer is FENCED" });
      assert.deepEqual(activated, { epoch: 2, activatedAt: "2026-11-24T09:02:30.000Z" });
      assert.deepEqual([regions.roles, regions.role.writes], [before, writes]);
    });

    it("goes on without fencing a peer that is a black hole", async () => {
      await regions.act("lock");
      regions.peerRole.isAway = true;

      const answer = await regions.act("fencePeer");

      assert.deepEqual(answer, { fenced: false, reason: "Error: no answer within the time limit" });
    });

    it("does not fence a peer that is in a later epoch", async () => {
      await regions.act("lock");
      regions.peerRole.state = { ...regions.peerRole.state, epoch: 3 };

      const answer = await regions.act("fencePeer");

      assert.deepEqual(answer, { fenced: false, reason: "the peer is in epoch 3" });
      assert.equal(regions.peerRole.state.role, "ACTIVE");
    });

    it("keeps since when it takes over, when a second operation latches", async () => {
      await regions.untilPromotion();
      regions.executions.running.set(operationOf().executionArn, false);
      regions.clock.pass(60);
      await regions.act("lock", {}, { operationId: "op-2" });

      const answer = await regions.act("latch", {}, { operationId: "op-2" });

      assert.deepEqual(answer, { since: "2026-11-24T09:00:00.000Z" });
      assert.equal(regions.role.state.operationId, "op-2");
      // What may have been done stays in the record, or a third run would take the promotion for not begun.
      assert.equal(regions.operations.record?.step, "promote");
    });
  });

  describe("refusals", () => {
    it("does not become active unless the witness names this Region right now", async () => {
      await regions.untilPromotion();
      regions.witness.named = "primary";
      await assert.rejects(regions.act("activate"), { name: "WitnessLost" });
      regions.witness.named = undefined;
      await assert.rejects(regions.act("activate"), { name: "WitnessLost" });

      assert.equal(regions.role.state.role, "TAKING_OVER");
      assert.equal(regions.control.record, undefined);
    });

    it("does not become active when nobody looked at the witness for a while, or it turned away meanwhile", async () => {
      await regions.untilPromotion();
      regions.clock.pass(60);
      await assert.rejects(regions.act("activate"), {
        name: "WitnessLost",
        message: /not named this Region long/,
      });

      await regions.wait(100);
      regions.witness.named = "primary";
      await regions.wait(10);
      regions.witness.named = "dr";
      await regions.wait(100);
      await assert.rejects(regions.act("activate"), { name: "WitnessLost" });

      await regions.wait(60);
      assert.equal(((await regions.act("activate")) as { epoch: number }).epoch, 2);
    });

    it("waits for the whole lease in a failover, also beside a peer that says it is a standby", async () => {
      await regions.act("lock");
      await regions.act("latch");
      regions.peerRole.state = { ...regions.peerRole.state, role: "STANDBY" };
      await regions.wait(60);

      await assert.rejects(regions.act("activate"), { name: "WitnessLost" });
    });

    it("does not become active when the role was lost meanwhile", async () => {
      await regions.untilPromotion();
      regions.role.state = { ...regions.role.state, role: "STANDBY" };
      await assert.rejects(regions.act("activate"), { name: "RoleChanged" });

      regions.role.state = { ...regions.role.state, role: "TAKING_OVER" };
      regions.role.beforeChange = () => {
        regions.role.state = { ...regions.role.state, role: "STANDBY" };
      };
      await assert.rejects(regions.act("activate"), { name: "RoleChanged" });
      assert.equal(regions.role.state.role, "STANDBY");
    });

    it("does not become active beside a higher recorded epoch", async () => {
      await regions.untilPromotion();
      regions.control.record = {
        ...{ activePlace: "primary", epoch: 3, operationId: "later", activatedAt: regions.clock.now() },
      };

      await assert.rejects(regions.act("activate"), { name: "RoleChanged" });
    });

    it("does not latch an active or fenced Region", async () => {
      await regions.act("lock");
      for (const role of ["ACTIVE", "FENCED"] as const) {
        regions.role.state = { ...regions.role.state, role };
        await assert.rejects(regions.act("latch"), { name: "RoleChanged" });
      }
    });

    it("does not latch for an epoch that is over", async () => {
      await regions.act("lock");
      regions.role.state = { ...regions.role.state, epoch: 3 };

      await assert.rejects(regions.act("latch"), { name: "RoleChanged", message: /epoch 3/ });
    });

    it("lets an operation that lost the lock change nothing", async () => {
      await regions.act("lock", {}, { operationId: "op-2" });
      for (const action of ["latch", "fencePeer", "demotePeer", "activate"]) {
        await assert.rejects(regions.act(action), { name: "OperationInProgress" }, action);
      }
      await assert.rejects(regions.step("wait"), { name: "OperationInProgress" });

      await regions.act("abort", { reason: "late" });
      await regions.act("finish", { state: "FAILED" });

      assert.equal(regions.operations.record?.state, "RUNNING");
      assert.equal(regions.roles, "STANDBY 1, peer ACTIVE 1");
    });

    it("changes no role in a rehearsal", async () => {
      await regions.act("lock", {}, { dryRun: true });
      for (const action of ["latch", "fencePeer", "demotePeer", "activate"]) {
        await assert.rejects(regions.act(action, {}, { dryRun: true }), { name: "InvalidAction" }, action);
      }
      await regions.act("abort", { reason: "not confirmed" }, { dryRun: true });

      assert.equal(regions.roles, "STANDBY 1, peer ACTIVE 1");
      assert.equal(regions.operations.record?.state, "ABORTED");
    });

    it("names what is wrong with an input", async () => {
      await assert.rejects(regions.handle({ action: "latch" }), {
        name: "InvalidAction",
        message: /^operation: /,
      });
      await assert.rejects(regions.handle("latch"), { name: "InvalidAction" });
    });
  });
});
