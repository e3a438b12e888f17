import type {
  OperationStep,
  Place,
  ProtocolTimings,
  WitnessReading,
} from "../../../functions/domain/failover";
import type { OperationReference } from "../../../functions/shared/failover/actions";
import { WitnessWatch } from "../../../functions/shared/failover/WitnessWatch";
import { isOpen, type ExecutionReader } from "../../../functions/shared/failover/executions";
import type { WitnessRecord } from "../../../functions/shared/regions/observationRecords";
import type { ActivationRecord, ControlRepository } from "../../../functions/shared/regions/controlRecord";
import type {
  OperationChanges,
  OperationRecord,
  OperationRepository,
} from "../../../functions/shared/regions/operationRecord";
import type { RegionState, RoleChange, RoleRepository } from "../../../functions/shared/regions/roleRecord";
import type { Witness } from "../../../functions/shared/regions/witness";

/** The timings of AWS. */
export const TIMINGS: ProtocolTimings = {
  witnessTtlSeconds: 10,
  witnessFreshSeconds: 15,
  leaseSeconds: 120,
  takeoverWaitSeconds: 150,
};

/** A clock that stands until it is moved. */
export class StandingClock {
  #now = new Date("2026-11-24T09:00:00.000Z");
  now(): Date {
    return this.#now;
  }
  pass(seconds: number): void {
    this.#now = new Date(this.#now.getTime() + seconds * 1_000);
  }
}

/** A role record in memory, with the conditions of the table. `isAway` makes it a black hole. */
export class MemoryRole implements RoleRepository {
  state: RegionState;
  isAway = false;
  writes = 0;
  /** Runs before the next change, as somebody else would in between. */
  beforeChange: (() => void) | undefined;

  constructor(role: RegionState["role"], epoch: number) {
    this.state = { role, epoch, updatedAt: new Date("2026-11-24T08:00:00.000Z") };
  }

  async read(): Promise<RegionState> {
    if (this.isAway) return new Promise(() => undefined);
    return this.state;
  }

  async seed(): Promise<boolean> {
    return false;
  }

  async change(from: RegionState, { at, ...to }: RoleChange): Promise<boolean> {
    this.beforeChange?.();
    this.beforeChange = undefined;
    const { role, epoch, updatedAt } = this.state;
    if (role !== from.role || epoch !== from.epoch || updatedAt.getTime() !== from.updatedAt.getTime())
      return false;
    this.state = { ...to, updatedAt: at };
    this.writes += 1;
    return true;
  }

  async renewLease(): Promise<boolean> {
    return false;
  }

  async noteServiceAlarm(): Promise<boolean> {
    return false;
  }
}

/** The operation's record in memory, with the conditions of the table. */
export class MemoryOperation implements OperationRepository {
  record: OperationRecord | undefined;
  /** A starter that is faster. */
  rival: OperationRecord | undefined;

  async read(): Promise<OperationRecord | undefined> {
    return this.record;
  }

  async start(record: OperationRecord): Promise<boolean> {
    if (this.rival) this.record = this.rival;
    const held = this.record;
    if (held && held.operationId !== record.operationId && isOpen(held)) return false;
    this.record = record;
    return true;
  }

  async update(
    operationId: string,
    changes: OperationChanges,
    at: Date,
    reached?: OperationStep,
  ): Promise<boolean> {
    if (this.record?.operationId !== operationId) return false;
    const timeline = reached ? [...this.record.timeline, { step: reached, at }] : this.record.timeline;
    this.record = { ...this.record, ...changes, updatedAt: at, timeline };
    return true;
  }
}

/** The control record in memory, with the condition of the table. */
export class MemoryControl implements ControlRepository {
  record: ActivationRecord | undefined;

  async read(): Promise<ActivationRecord | undefined> {
    return this.record;
  }

  async activate(record: ActivationRecord): Promise<boolean> {
    if (this.record && this.record.epoch > record.epoch) return false;
    this.record = record;
    return true;
  }
}

/** A record that one function overwrites. */
export class MemoryObservation<Value> {
  value: Value | undefined;

  async read(): Promise<Value | undefined> {
    return this.value;
  }

  async write(value: Value): Promise<void> {
    this.value = value;
  }
}

/** A witness that says what a test sets; undefined is silence. */
export class TestWitness implements Witness {
  named: WitnessReading["named"] | undefined;
  readonly #clock: StandingClock;

  constructor(clock: StandingClock, named: WitnessReading["named"] | undefined) {
    this.#clock = clock;
    this.named = named;
  }

  async read(): Promise<WitnessReading | undefined> {
    return this.ask();
  }

  async ask(): Promise<WitnessReading | undefined> {
    return this.named && { named: this.named, readAt: this.#clock.now() };
  }
}

/** Executions by ARN: true, false, or unknown when absent. */
export class TestExecutions implements ExecutionReader {
  readonly running = new Map<string, boolean>();

  async isRunning(executionArn: string): Promise<boolean | undefined> {
    return this.running.get(executionArn);
  }
}

/** An operation as the state machine names it. */
export function operationOf(changes: Partial<OperationReference> = {}): OperationReference {
  const operationId = changes.operationId ?? "op-1";
  return {
    operationId,
    executionArn: `arn:aws:states:ap-southeast-2:123456789012:execution:statemachine-failover-apse2-local:${operationId}`,
    mode: "failover",
    approval: "automatic",
    trigger: "alarm-peer-unavailable-apse2-local",
    dryRun: false,
    ...changes,
  };
}

/** A watch over a test's witness, with its record. */
export function watchOf(
  place: Place,
  clock: StandingClock,
  witness: TestWitness,
): { readonly watch: WitnessWatch; readonly history: MemoryObservation<WitnessRecord> } {
  const history = new MemoryObservation<WitnessRecord>();
  return { watch: new WitnessWatch({ place, timings: TIMINGS, clock, witness, record: history }), history };
}
