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
export class Regions {
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
