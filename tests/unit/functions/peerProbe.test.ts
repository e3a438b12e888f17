import assert from "node:assert/strict";
import { createHandler, type PutProbeEvent } from "../../../functions/peer-probe/handler";
import type { Look } from "../../../functions/peer-probe/look";
import type { ProbeRecord } from "../../../functions/shared/regions/observationRecords";
import {
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

const SERVES: Look = { ok: true, reason: "serves" };
const SILENT: Look = { ok: false, reason: "no answer within the time limit", peer: undefined };

/** The standby dr that watches primary. */
class Standby {
  readonly clock = new StandingClock();
  readonly role = new MemoryRole("STANDBY", 1);
  readonly operations = new MemoryOperation();
  readonly executions = new TestExecutions();
  readonly probes = new MemoryObservation<ProbeRecord>();
  readonly witness = new TestWitness(this.clock, "primary");
  readonly metric: number[] = [];
  readonly events: Parameters<PutProbeEvent>[] = [];
  sight = SERVES;
  looks = 0;
  unfit: string | undefined;

  readonly handle = createHandler({
    ...{ place: "dr", regionCode: "apse2", timings: TIMINGS, clock: this.clock, log: new TestLog() },
    ...{ role: this.role, operations: this.operations, executions: this.executions, probes: this.probes },
    watch: watchOf("dr", this.clock, this.witness).watch,
    look: async () => {
      this.looks += 1;
      return this.sight;
    },
    unfitness: async () => this.unfit,
    publishMetric: async (value) => void this.metric.push(value),
    putEvent: async (...event) => void this.events.push(event),
  });

  /** The schedule's event. */
  minute(): Promise<unknown> {
    this.clock.pass(60);
    return this.handle({ source: "aws.events", "detail-type": "Scheduled Event" });
  }

  confirm(mode: "failover" | "switchover" = "failover"): Promise<unknown> {
    this.clock.pass(8);
    return this.handle({ action: "confirm", operation: { ...operationOf(), mode } });
  }

  /** An operation with the lock. */
  start(changes: object = {}): void {
    const at = this.clock.now();
    this.operations.record = {
      ...operationOf(),
      ...{
        state: "RUNNING",
        step: "confirm",
        targetEpoch: 2,
        previousEpoch: 1,
        request: "none",
        timeline: [],
      },
      ...{ startedAt: at, updatedAt: at },
      ...changes,
    };
  }
}

describe("peer probe", () => {
  let standby: Standby;
  beforeEach(() => {
    standby = new Standby();
  });

  describe("every minute", () => {
    it("counts failures in a row and forgets them when the peer serves again", async () => {
      await standby.minute();
      const okAt = standby.clock.now();
      standby.sight = SILENT;
      await standby.minute();
      const failedAt = standby.clock.now();
      const answer = await standby.minute();

      assert.deepEqual(answer, { unavailable: true, consecutiveFailures: 2, reason: SILENT.reason });
      assert.deepEqual(standby.metric, [0, 1, 1]);
      assert.deepEqual(standby.probes.value, {
        ...{ consecutiveFailures: 2, lastOkAt: okAt, firstFailedAt: failedAt },
        ...{ lastCheckedAt: standby.clock.now(), reason: SILENT.reason },
      });

      standby.sight = SERVES;
      await standby.minute();
      assert.deepEqual(standby.metric, [0, 1, 1, 0]);
      assert.equal(standby.probes.value.firstFailedAt, undefined);
    });

    it("says that the peer is lost at every look from the second failure on, while nobody acts", async () => {
      standby.sight = SILENT;
      await standby.minute();
      assert.equal(standby.events.length, 0);
      await standby.minute();
      await standby.minute();

      assert.equal(standby.events.length, 2);
      assert.deepEqual(standby.events[0], [
        "Peer Unavailable",
        {
          ...{ place: "dr", regionCode: "apse2", consecutiveFailures: 2, reason: SILENT.reason },
          firstFailedAt: "2026-11-24T09:01:00.000Z",
        },
      ]);
    });

    it("is quiet while an operation is under way, and speaks again when its execution is gone", async () => {
      standby.sight = SILENT;
      standby.start();
      standby.executions.running.set(operationOf().executionArn, true);
      await standby.minute();
      await standby.minute();
      assert.equal(standby.events.length, 0);

      standby.executions.running.set(operationOf().executionArn, false);
      await standby.minute();
      standby.start({ state: "ABORTED" });
      await standby.minute();

      assert.equal(standby.events.length, 2);
    });

    it("is not kept quiet by a rehearsal, nor by a record that cannot be read", async () => {
      standby.sight = SILENT;
      standby.start({ dryRun: true });
      standby.executions.running.set(operationOf().executionArn, true);
      await standby.minute();
      await standby.minute();
      assert.equal(standby.events.length, 1);

      standby.operations.read = async () => Promise.reject(new Error("malformed"));
      await standby.minute();
      assert.equal(standby.events.length, 2);
    });

    for (const role of ["ACTIVE", "FENCED"] as const) {
      it(`does not look in a Region that is ${role}, and keeps its alarm quiet`, async () => {
        standby.role.state = { ...standby.role.state, role };
        standby.sight = SILENT;
        for (let minute = 0; minute < 3; minute += 1) await standby.minute();

        assert.deepEqual([standby.looks, standby.metric, standby.events.length], [0, [0, 0, 0], 0]);
      });
    }

    it("looks on while it takes over, without starting anything", async () => {
      standby.role.state = { ...standby.role.state, role: "TAKING_OVER" };
      standby.sight = SILENT;
      await standby.minute();
      await standby.minute();

      assert.deepEqual([standby.metric, standby.events.length], [[1, 1], 0]);
    });
  });

  describe("an operation whose execution was killed", () => {
    const { executionArn } = operationOf();
    const leftBehind = (step: string, changes: object = {}) => {
      const { operationId, mode, approval } = { ...operationOf(), ...changes };
      const detail = { place: "dr", regionCode: "apse2", operationId, mode, approval, step };
      return [["Operation Left Behind", detail]];
    };
    const take = (role: "STANDBY" | "TAKING_OVER" | "ACTIVE" | "FENCED", epoch = 1): void => {
      standby.role.state = { ...standby.role.state, role, epoch };
    };
    beforeEach(() => {
      standby.executions.running.set(executionArn, false);
    });

    it("is told of during a take-over, every minute, until another execution drives it", async () => {
      take("TAKING_OVER");
      standby.start({ step: "wait" });
      standby.executions.running.set(executionArn, true);
      await standby.minute();
      assert.deepEqual(standby.events, []);

      standby.executions.running.set(executionArn, false);
      await standby.minute();
      await standby.minute();
      assert.deepEqual(standby.events, [...leftBehind("wait"), ...leftBehind("wait")]);

      standby.executions.running.set(executionArn, true);
      await standby.minute();
      assert.equal(standby.events.length, 2);
    });

    it("is told of after the activation, when the replay is still to do", async () => {
      take("ACTIVE", 2);
      standby.start({ step: "replay" });
      await standby.minute();

      assert.deepEqual([standby.events, standby.looks], [leftBehind("replay"), 0]);
    });

    it("is a switchover again when it was one, also before it took its role", async () => {
      const switchover = { mode: "switchover", approval: "approval" };
      standby.start({ ...switchover, step: "demote" });
      standby.sight = SILENT;
      await standby.minute();
      await standby.minute();

      const told = leftBehind("demote", switchover);
      assert.deepEqual(standby.events, [...told, ...told]);
    });

    it("is none when it has ended, is a rehearsal, or left nothing half done here", async () => {
      for (const [role, epoch, record] of [
        ["TAKING_OVER", 1, { step: "promote", state: "FAILED" }],
        ["TAKING_OVER", 1, { step: "wait", state: "ABORTED" }],
        ["TAKING_OVER", 1, { step: "wait", dryRun: true }],
        ["ACTIVE", 3, { step: "replay" }],
        ["ACTIVE", 2, { step: "confirm" }],
        ["FENCED", 2, { step: "replay" }],
        ["STANDBY", 1, { step: "demote" }],
        ["STANDBY", 1, { step: "approval", mode: "switchover" }],
        ["STANDBY", 1, { step: "demote", mode: "switchover", updatedAt: new Date("2026-11-24T08:00:00Z") }],
      ] as const) {
        take(role, epoch);
        standby.start(record);
        await standby.minute();
        assert.deepEqual(standby.events, [], `${role} ${JSON.stringify(record)}`);
      }
    });
  });

  describe("confirming a loss", () => {
    beforeEach(() => {
      standby.start();
      standby.sight = SILENT;
      standby.witness.named = "dr";
    });

    it("needs two failures in a row and the witness", async () => {
      const first = await standby.confirm();
      const second = await standby.confirm();

      assert.deepEqual(first, {
        ...{ confirmed: false, decided: false, witness: "dr", reason: `one look failed: ${SILENT.reason}` },
      });
      assert.deepEqual(second, { confirmed: true, decided: true, witness: "dr", reason: SILENT.reason });
    });

    it("does not decide while the world still sees the peer, or cannot be asked", async () => {
      await standby.confirm();
      standby.witness.named = "primary";
      const seen = await standby.confirm();
      standby.witness.named = undefined;
      const unread = await standby.confirm();

      const reason = (why: string): string => `lost to this Region (${SILENT.reason}), but ${why}`;
      assert.deepEqual(seen, {
        ...{ confirmed: false, decided: false, witness: "primary" },
        reason: reason("the world still sees the peer (witness: primary)"),
      });
      assert.deepEqual(unread, {
        ...{ confirmed: false, decided: false, witness: "unreadable" },
        reason: reason("the witness cannot be read (witness: unreadable)"),
      });
    });

    it("decides against it as soon as the peer serves", async () => {
      await standby.confirm();
      await standby.confirm();
      standby.sight = SERVES;

      const answer = await standby.confirm();

      assert.deepEqual(answer, { confirmed: false, decided: true, witness: "dr", reason: "the peer serves" });
    });

    it("does not take over with a Region that is not fit, and names the reason", async () => {
      standby.unfit = "its database cluster is absent";
      await standby.confirm();

      const answer = await standby.confirm();

      const reason = "this Region is not fit to take over: its database cluster is absent";
      assert.deepEqual(answer, { confirmed: false, decided: false, witness: "dr", reason });
    });

    it("leaves a peer alone that is in a later epoch", async () => {
      standby.sight = { ...SILENT, peer: { role: "ACTIVE", epoch: 3, traffic: false } };
      await standby.confirm();

      const answer = (await standby.confirm()) as { decided: boolean; reason: string };

      assert.equal(answer.decided, false);
      assert.match(answer.reason, /the peer has epoch 3/);
    });

    it("holds nothing up in a second run after this Region became active", async () => {
      standby.role.state = { ...standby.role.state, role: "ACTIVE", epoch: 2 };
      standby.sight = SERVES;

      const answer = (await standby.confirm()) as { confirmed: boolean; decided: boolean };

      assert.deepEqual([answer.confirmed, answer.decided], [true, true]);
    });
  });

  describe("confirming a switchover", () => {
    beforeEach(() => {
      standby.start({ mode: "switchover" });
      standby.witness.named = "primary";
    });

    it("asks only whether this Region is fit, and leaves the peer's probe alone", async () => {
      const answer = await standby.confirm("switchover");

      const reason = "this Region is fit";
      assert.deepEqual(answer, { confirmed: true, decided: true, witness: "primary", reason });
      assert.equal(standby.looks, 0);
    });

    it("does not let the peer step down for a Region that is not fit", async () => {
      standby.unfit = "its own API does not answer (no answer within the time limit)";

      const answer = (await standby.confirm("switchover")) as { confirmed: boolean; reason: string };

      assert.equal(answer.confirmed, false);
      assert.match(answer.reason, /not fit to take over: its own API does not answer/);
    });
  });

  describe("watching the witness", () => {
    const watch = (): Promise<unknown> => standby.handle({ action: "witness" });
    beforeEach(() => {
      standby.role.state = { ...standby.role.state, role: "TAKING_OVER", updatedAt: standby.clock.now() };
    });

    it("is ready once this Region was named without a gap for the whole wait", async () => {
      standby.witness.named = "dr";
      for (let seconds = 0; seconds < 150; seconds += 25) {
        assert.deepEqual(await watch(), { named: true, namedForSeconds: seconds, ready: false });
        standby.clock.pass(25);
      }

      assert.deepEqual(await watch(), { named: true, namedForSeconds: 150, ready: true });
      standby.witness.named = undefined;
      assert.deepEqual(await watch(), { named: false, namedForSeconds: 150, ready: false });
    });

    it("begins anew after another answer, and after a gap in the looks", async () => {
      standby.witness.named = "dr";
      await watch();
      standby.clock.pass(20);
      standby.witness.named = "primary";
      assert.deepEqual(await watch(), { named: false, namedForSeconds: 0, ready: false });

      standby.clock.pass(20);
      standby.witness.named = "dr";
      await watch();
      standby.clock.pass(200);
      assert.deepEqual(await watch(), { named: true, namedForSeconds: 0, ready: false });
    });

    it("is not ready while there is no answer, and goes on counting after one is missing", async () => {
      standby.witness.named = "dr";
      await watch();
      standby.clock.pass(10);
      standby.witness.named = undefined;
      assert.deepEqual(await watch(), { named: false, namedForSeconds: 0, ready: false });

      standby.clock.pass(10);
      standby.witness.named = "dr";
      assert.deepEqual(await watch(), { named: true, namedForSeconds: 20, ready: false });
    });

    it("counts from the latch on, also when the witness named this Region before", async () => {
      standby.witness.named = "dr";
      await watch();
      standby.clock.pass(15);
      standby.role.state = { ...standby.role.state, updatedAt: standby.clock.now() };
      standby.clock.pass(15);
      assert.deepEqual(await watch(), { named: true, namedForSeconds: 15, ready: false });

      standby.role.state = { ...standby.role.state, role: "STANDBY" };
      assert.deepEqual(await watch(), { named: true, namedForSeconds: 0, ready: false });
    });
  });
});
