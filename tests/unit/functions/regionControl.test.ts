import assert from "node:assert/strict";
import { createHandler } from "../../../functions/region-control/handler";
import type { RegionControlDependencies } from "../../../functions/region-control/dependencies";
import type { OperationReference } from "../../../functions/shared/failover/actions";
import type { ProbeRecord } from "../../../functions/shared/regions/observationRecords";
import {
  MemoryControl,
  MemoryObservation,
  MemoryOperation,
  MemoryRole,
  operationOf,
  StandingClock,
  TestExecutions,
  TestWitness,
  TIMINGS,
  watchOf,
} from "./failoverSupport";
import { TestLog } from "./support";

/** Two Regions seen from dr: primary is active in epoch 1. */
class Regions {
  readonly clock = new StandingClock();
  readonly role = new MemoryRole("STANDBY", 1);
  readonly peerRole = new MemoryRole("ACTIVE", 1);
  readonly operations = new MemoryOperation();
  readonly control = new MemoryControl();
  readonly probe = new MemoryObservation<ProbeRecord>();
  readonly witness = new TestWitness(this.clock, "dr");
  readonly watch = watchOf("dr", this.clock, this.witness).watch;
  readonly executions = new TestExecutions();
  readonly told: string[] = [];
  readonly capacityCalls: string[] = [];
  isCapacityAway = false;

  readonly handle = createHandler({
    ...{ place: "dr", clock: this.clock, log: new TestLog(), role: this.role, peerRole: this.peerRole },
    ...{ operations: this.operations, control: this.control, probe: this.probe },
    timings: TIMINGS,
    watch: this.watch,
    executions: this.executions,
    peerCapacity: async (action) => {
      if (this.isCapacityAway) throw new Error("no answer");
      this.capacityCalls.push(action);
    },
    notify: async (subject, text) => void this.told.push(`${subject}: ${text}`),
    peerTimeoutMilliseconds: 20,
  } satisfies RegionControlDependencies);

  /** Runs an action of an operation. */
  act(action: string, extra: object = {}, operation: Partial<OperationReference> = {}): Promise<unknown> {
    return this.handle({ action, operation: operationOf(operation), ...extra });
  }

  step(step: string): Promise<unknown> {
    return this.act("checkpoint", { step });
  }

  get roles(): string {
    const text = ({ state }: MemoryRole): string => `${state.role} ${state.epoch}`;
    return `${text(this.role)}, peer ${text(this.peerRole)}`;
  }

  /** The witness is looked at while time passes (seconds), as the state machine does. */
  async wait(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 10) {
      await this.watch.look();
      this.clock.pass(10);
    }
  }

  /** An operation's way until the promotion. */
  async untilPromotion(): Promise<void> {
    await this.act("lock");
    for (const step of ["confirm", "approval"]) await this.step(step);
    await this.act("latch");
    await this.act("fencePeer");
    await this.step("wait");
    await this.wait(150);
    await this.step("promote");
  }
}

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

  describe("pause, cancel and approval", () => {
    const request = (value: "pause" | "resume" | "cancel"): void => {
      assert.ok(regions.operations.record);
      regions.operations.record = { ...regions.operations.record, request: value };
    };

    it("pauses until an operator resumes", async () => {
      await regions.act("lock");
      request("pause");
      assert.deepEqual(await regions.step("latch"), { decision: "pause" });
      assert.deepEqual(await regions.step("latch"), { decision: "pause" });
      assert.equal(regions.operations.record?.state, "PAUSED");

      request("resume");
      assert.deepEqual(await regions.step("latch"), { decision: "proceed" });
      assert.deepEqual(
        [regions.operations.record?.state, regions.operations.record?.request],
        ["RUNNING", "none"],
      );
    });

    it("cancels up to the promotion, and not once that has begun", async () => {
      await regions.act("lock");
      await regions.act("latch");
      request("cancel");
      assert.deepEqual(await regions.step("promote"), { decision: "cancel" });

      request("resume");
      assert.deepEqual(await regions.step("promote"), { decision: "proceed" });
      for (const late of ["cancel", "pause"] as const) {
        request(late);
        assert.deepEqual(await regions.step("promote"), { decision: "proceed" });
      }
      request("cancel");
      assert.deepEqual(await regions.step("replay"), { decision: "proceed" });
    });

    it("says CANCELLED when an operator asked, ABORTED otherwise", async () => {
      await regions.act("lock");
      await regions.act("latch");
      request("cancel");
      assert.deepEqual(await regions.act("abort", { reason: "cancelled" }), { state: "CANCELLED" });
      assert.equal(regions.role.state.role, "STANDBY");

      await regions.act("lock", {}, { operationId: "op-2" });
      const answer = await regions.act("abort", { reason: "not confirmed" }, { operationId: "op-2" });
      assert.deepEqual(answer, { state: "ABORTED" });
    });

    it("keeps the token for the approval, tells the engineer, and goes on at the next checkpoint", async () => {
      await regions.act("lock");

      await regions.act("awaitApproval", { taskToken: "the-token" });

      assert.deepEqual(
        [regions.operations.record?.state, regions.operations.record?.taskToken],
        ["AWAITING_APPROVAL", "the-token"],
      );
      assert.match(regions.told[0] ?? "", /waits for approval.*npm run failover -- approve/s);
      assert.ok(!regions.told[0]?.includes("the-token"));
      await regions.step("latch");
      assert.deepEqual(
        [regions.operations.record?.state, regions.operations.record?.taskToken],
        ["RUNNING", ""],
      );
    });

    it("bounds the timeline, and notes a step once however often it is asked", async () => {
      await regions.act("lock");
      for (let time = 0; time < 3; time += 1) await regions.step("confirm");
      assert.equal(regions.operations.record?.timeline.length, 2);

      for (let time = 0; time < 100; time += 1) {
        await regions.step("confirm");
        await regions.step("approval");
      }
      assert.equal(regions.operations.record?.timeline.length, 100);
    });
  });

  describe("a switchover", () => {
    const planned = { mode: "switchover" } as const;

    it("makes the active Region a standby and closes it, also a second time", async () => {
      await regions.act("lock", {}, planned);

      await regions.act("demotePeer", {}, planned);
      await regions.act("demotePeer", {}, planned);

      assert.equal(regions.roles, "STANDBY 1, peer STANDBY 1");
      assert.deepEqual(regions.capacityCalls, ["close", "close"]);
      assert.equal(regions.operations.record?.outageAt, undefined);
    });

    it("keeps a peer from resuming that it stood down before", async () => {
      await regions.act("lock", {}, planned);
      await regions.act("demotePeer", {}, planned);
      const asItsKeeperReadIt = await regions.peerRole.read();
      regions.clock.pass(200);

      await regions.act("demotePeer", {}, planned);

      const at = regions.clock.now();
      assert.equal(await regions.peerRole.change(asItsKeeperReadIt, { role: "ACTIVE", epoch: 1, at }), false);
    });

    it("waits for what was under way only, once the peer has handed over", async () => {
      await regions.act("lock", {}, planned);
      await regions.act("demotePeer", {}, planned);
      await regions.act("latch", {}, planned);
      await regions.step("promote");
      await regions.wait(20);
      await assert.rejects(regions.act("activate", {}, planned), { name: "WitnessLost" });
      await regions.wait(10);

      const answer = await regions.act("activate", {}, planned);

      assert.equal((answer as { epoch: number }).epoch, 2);
      assert.equal(regions.roles, "ACTIVE 2, peer STANDBY 1");
    });

    it("waits for a whole lease when the peer took its role back, or does not say", async () => {
      await regions.act("lock", {}, planned);
      await regions.act("demotePeer", {}, planned);
      await regions.act("latch", {}, planned);
      await regions.wait(40);

      regions.peerRole.state = { ...regions.peerRole.state, role: "ACTIVE" };
      await assert.rejects(regions.act("activate", {}, planned), { name: "WitnessLost" });
      regions.peerRole.isAway = true;
      await assert.rejects(regions.act("activate", {}, planned), { name: "WitnessLost" });
    });

    it("stops when the peer is out of reach or takes over itself", async () => {
      await regions.act("lock", {}, planned);
      regions.isCapacityAway = true;
      await assert.rejects(regions.act("demotePeer", {}, planned), { name: "PeerUnreachable" });

      regions.peerRole.state = { ...regions.peerRole.state, role: "TAKING_OVER" };
      await assert.rejects(regions.act("demotePeer", {}, planned), { name: "RoleChanged" });
    });

    it("gives the role back when it aborts: fenced, from where the lease keeper resumes, and open", async () => {
      await regions.act("lock", {}, planned);
      await regions.act("demotePeer", {}, planned);
      await regions.act("latch", {}, planned);

      await regions.act("abort", { reason: "the witness stayed" }, planned);
      await regions.act("abort", { reason: "the witness stayed" }, planned);

      assert.equal(regions.roles, "STANDBY 1, peer FENCED 1");
      assert.deepEqual(regions.capacityCalls, ["close", "open", "open"]);
    });

    it("does not touch a peer that never gave up its role", async () => {
      await regions.act("lock", {}, planned);

      await regions.act("abort", { reason: "rejected" }, planned);

      assert.equal(regions.roles, "STANDBY 1, peer ACTIVE 1");
      assert.deepEqual(regions.capacityCalls, []);
    });

    it("says in its reason that a peer that is away was not released", async () => {
      await regions.act("lock", {}, planned);
      await regions.act("demotePeer", {}, planned);
      regions.peerRole.isAway = true;

      await regions.act("abort", { reason: "lost" }, planned);

      assert.match(regions.operations.record?.reason ?? "", /^lost; the peer was not released/);
      assert.equal(regions.operations.record?.state, "ABORTED");
    });
  });
});
