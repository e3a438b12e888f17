import assert from "node:assert/strict";
import {
  AWS_TIMINGS,
  type ProtocolTimings,
  type ServiceAlarm,
  type WitnessReading,
} from "../../../functions/domain/failover";
import { createHandler, type Standing } from "../../../functions/lease-keeper/handler";
import { serviceAlarmOf } from "../../../functions/lease-keeper/serviceAlarmOf";
import { RecordUnreadable } from "../../../functions/shared/regions/records";
import type { StatusAnswer } from "../../../functions/shared/regions/peerStatus";
import type { RegionState, RoleChange, RoleRepository } from "../../../functions/shared/regions/roleRecord";
import { StandingClock, TIMINGS } from "./failoverSupport";
import { TestLog } from "./support";

/** A Region's role record with the conditions of the table. */
class Role implements RoleRepository {
  state: RegionState;
  readonly changes: string[] = [];
  /** Runs before a change, as somebody else would in between. */
  meanwhile: (() => void) | undefined;
  constructor(state: RegionState) {
    this.state = state;
  }
  read = async (): Promise<RegionState> => this.state;
  seed = async (): Promise<boolean> => false;
  async change(from: RegionState, { at, ...to }: RoleChange): Promise<boolean> {
    this.meanwhile?.();
    if (this.state.updatedAt !== from.updatedAt) return false;
    this.changes.push(to.role);
    this.state = { ...to, updatedAt: at, serviceAlarm: this.state.serviceAlarm };
    return true;
  }
  async renewLease(epoch: number, leaseRenewedAt: Date): Promise<boolean> {
    if (this.state.role !== "ACTIVE" || this.state.epoch !== epoch) return false;
    this.changes.push("renewed");
    this.state = { ...this.state, leaseRenewedAt };
    return true;
  }
  async noteServiceAlarm(serviceAlarm: ServiceAlarm): Promise<boolean> {
    this.state = { ...this.state, serviceAlarm };
    return true;
  }
}

/** primary, as its lease keeper sees the world. */
class Keeper {
  readonly clock = new StandingClock();
  readonly log = new TestLog();
  readonly role: Role;
  readonly capacity: string[] = [];
  readonly published: Standing[] = [];
  readonly witnessAnswers: ("primary" | "dr" | undefined)[] = [];
  named: "primary" | "dr" | undefined = "primary";
  peer: StatusAnswer = { reachable: false, reason: "no answer within the time limit" };
  looks = 0;
  /** Milliseconds that the peer was given at the last look. */
  patience: number | undefined;
  duringLook: (() => void) | undefined;
  alarm: () => Promise<ServiceAlarm> = async () => "OK";
  operationReads = 0;
  operationIsAway = false;

  constructor(role: RegionState["role"], changes: Partial<RegionState> = {}) {
    const updatedAt = new Date("2026-11-24T08:00:00.000Z");
    this.role = new Role({ role, epoch: 1, updatedAt, leaseRenewedAt: this.ago(60), ...changes });
  }

  ago(seconds: number): Date {
    return new Date(this.clock.now().getTime() - seconds * 1_000);
  }

  peerIs(role: "ACTIVE" | "STANDBY" | "TAKING_OVER" | "UNKNOWN", epoch: number | null): this {
    const status = { place: "dr" as const, region: "apse2", role, epoch, summary: "" };
    this.peer = {
      reachable: true,
      traffic: false,
      status: { ...status, database: "not_asked", serviceAlarm: "OK" },
    };
    return this;
  }

  run(timings: ProtocolTimings = TIMINGS) {
    const { clock, log, role } = this;
    return createHandler({
      ...{ place: "primary", timings, clock, log, role },
      operations: {
        read: async () => {
          this.operationReads += 1;
          if (this.operationIsAway) throw new RecordUnreadable("away");
          return undefined;
        },
      },
      witness: {
        ask: async (): Promise<WitnessReading | undefined> => {
          const named = this.witnessAnswers.length > 0 ? this.witnessAnswers.shift() : this.named;
          return named && { named, readAt: clock.now() };
        },
      },
      peer: {
        look: async (timeoutMilliseconds) => {
          this.looks += 1;
          this.patience = timeoutMilliseconds;
          this.duringLook?.();
          return this.peer;
        },
      },
      serviceAlarm: () => this.alarm(),
      capacity: async (action) => void this.capacity.push(action),
      publish: async (standing) => void this.published.push(standing),
    })();
  }
}

describe("the lease keeper's function", () => {
  it("renews to the reading's time while the peer does not answer, and says that the Region is active", async () => {
    const keeper = new Keeper("ACTIVE");

    const report = await keeper.run();

    assert.deepEqual([report.decision, report.role], ["renew", "ACTIVE"]);
    assert.deepEqual(keeper.role.state.leaseRenewedAt, keeper.clock.now());
    assert.deepEqual(keeper.role.changes, ["renewed"]);
    assert.deepEqual(keeper.published, [{ active: true, leaseLapsed: false }]);
    assert.equal(keeper.looks, 2);
    assert.equal(keeper.operationReads, 0);
  });

  for (const [seconds, leaseSeconds, where] of [
    [3, AWS_TIMINGS.leaseSeconds, "on AWS"],
    [1.5, AWS_TIMINGS.leaseSeconds / 2, "when the clock runs twice as fast"],
    [1, AWS_TIMINGS.leaseSeconds / 20, "when the clock runs faster than a machine answers"],
    [3, 600, "with the longest lease"],
  ] as const) {
    it(`gives the peer ${seconds} s to answer ${where}`, async () => {
      const keeper = new Keeper("ACTIVE");
      await keeper.run({ ...TIMINGS, leaseSeconds });
      assert.equal(keeper.patience, seconds * 1_000);
    });
  }

  it("keeps the lease that it has just renewed, however long the peer takes", async () => {
    const keeper = new Keeper("ACTIVE");
    keeper.duringLook = () => keeper.clock.pass(TIMINGS.leaseSeconds / 3);

    const report = await keeper.run();

    assert.deepEqual([report.decision, report.role], ["renew", "ACTIVE"]);
    assert.deepEqual(keeper.role.changes, ["renewed"]);
  });

  it("asks the witness three times before it counts as unreadable", async () => {
    const keeper = new Keeper("ACTIVE");
    keeper.witnessAnswers.push(undefined, undefined, "primary");
    assert.equal((await keeper.run()).decision, "renew");

    const blind = new Keeper("ACTIVE");
    blind.witnessAnswers.push(undefined, undefined, undefined, "primary");
    assert.equal((await blind.run()).decision, "keep");
  });

  it("fences a Region whose lease is over, and tells CloudWatch", async () => {
    const keeper = new Keeper("ACTIVE", { leaseRenewedAt: new Date("2026-11-24T08:57:59.000Z") });

    const report = await keeper.run();

    assert.deepEqual([report.decision, report.role, report.epoch], ["fence", "FENCED", 1]);
    assert.equal(keeper.role.state.leaseRenewedAt, undefined);
    assert.deepEqual(keeper.published, [{ active: false, leaseLapsed: true }]);
    assert.deepEqual(keeper.capacity, []);
  });

  it("resumes a fenced Region by the word of a standby of its epoch", async () => {
    const keeper = new Keeper("FENCED", { leaseRenewedAt: undefined }).peerIs("STANDBY", 1);
    keeper.named = "dr";

    assert.deepEqual((await keeper.run()).role, "ACTIVE");
    assert.deepEqual(keeper.role.state.leaseRenewedAt, keeper.clock.now());
    assert.deepEqual(keeper.capacity, []);
  });

  it("does not take the word of a peer that cannot tell its own role", async () => {
    const keeper = new Keeper("FENCED").peerIs("UNKNOWN", null);
    assert.deepEqual([(await keeper.run()).role, keeper.looks], ["FENCED", 1]);
  });

  it("stands by and closes when the peer has a higher epoch, even just after it renewed", async () => {
    const keeper = new Keeper("ACTIVE").peerIs("ACTIVE", 2);

    const report = await keeper.run();

    assert.deepEqual([report.role, report.epoch], ["STANDBY", 2]);
    assert.deepEqual(keeper.role.changes, ["renewed", "STANDBY"]);
    assert.deepEqual(keeper.capacity, ["close"]);
    assert.deepEqual(keeper.published, [{ active: false, leaseLapsed: false }]);
  });

  it("opens again what a switchover that did not go on had closed", async () => {
    const keeper = new Keeper("STANDBY").peerIs("STANDBY", 1);

    assert.equal((await keeper.run()).decision, "resume");
    assert.deepEqual(keeper.capacity, ["open"]);
  });

  it("changes nothing when the role changed since it was read", async () => {
    const keeper = new Keeper("FENCED").peerIs("STANDBY", 1);
    keeper.role.meanwhile = () => {
      keeper.role.state = { ...keeper.role.state, role: "STANDBY", updatedAt: keeper.ago(0) };
    };

    assert.equal((await keeper.run()).role, "STANDBY");
    assert.deepEqual(keeper.role.changes, []);
    assert.match(keeper.log.lines.join("\n"), /changed meanwhile/);
  });

  it("gives a take-over up without an operation, and not when it cannot know", async () => {
    const keeper = new Keeper("TAKING_OVER");
    assert.equal((await keeper.run()).decision, "stand_by");
    assert.deepEqual(keeper.capacity, []);

    const unknowing = new Keeper("TAKING_OVER");
    unknowing.operationIsAway = true;
    await assert.rejects(unknowing.run(), RecordUnreadable);
    assert.equal(unknowing.role.state.role, "TAKING_OVER");
  });

  it("notes the service alarm, and UNKNOWN when CloudWatch does not tell", async () => {
    const keeper = new Keeper("ACTIVE");
    keeper.alarm = async () => "ALARM";
    await keeper.run();
    assert.equal(keeper.role.state.serviceAlarm, "ALARM");

    keeper.alarm = async () => {
      throw new Error("throttled");
    };
    await keeper.run();
    assert.equal(keeper.role.state.serviceAlarm, "UNKNOWN");
  });

  it("reads the state of a composite or a metric alarm, and takes no data for no news", () => {
    assert.equal(serviceAlarmOf({ CompositeAlarms: [{ StateValue: "ALARM" }], MetricAlarms: [] }), "ALARM");
    assert.equal(serviceAlarmOf({ MetricAlarms: [{ StateValue: "OK" }] }), "OK");
    assert.equal(serviceAlarmOf({ MetricAlarms: [{ StateValue: "INSUFFICIENT_DATA" }] }), "UNKNOWN");
    assert.equal(serviceAlarmOf({}), "UNKNOWN");
  });
});
