import type {
  OperationMode,
  OperationState,
  OperationStep,
  Place,
  RoleRecord,
  WitnessHistory,
  WitnessReading,
} from "../../../functions/domain/failover";

/** Answers of the other kind after which a health check turns. */
const CHECK_THRESHOLD = 3;

/** An operation of the orchestrator. */
export interface Operation {
  readonly operationId: string;
  readonly mode: OperationMode;
  readonly targetEpoch: number;
  state: OperationState;
  step: OperationStep;
  updatedAt: Date;
  /** When the step began, in seconds of the simulation. */
  stepAt: number;
  /** False after a crash, until it is started again. */
  alive: boolean;
  restartAt: number;
  latchedAt: Date | undefined;
}

/** One Region as it is simulated. */
export class Region {
  readonly place: Place;
  record: RoleRecord;
  up = true;
  world = true;
  dns = true;
  sick = false;
  keeper = true;
  lag = 0;
  lastNamed: Place = "primary";
  /** The youngest reading of any environment that named this Region: the one that admits most. */
  permissive: WitnessReading | undefined;
  pending: { readonly at: number; readonly apply: () => void } | undefined;
  operation: Operation | undefined;
  history: WitnessHistory | undefined;
  failedLooks = 0;
  constructor(place: Place, record: RoleRecord) {
    this.place = place;
    this.record = record;
  }
}

/** A health check: it turns after three answers of the other kind. */
export class HealthCheck {
  healthy: boolean;
  #contrary = 0;
  constructor(healthy: boolean) {
    this.healthy = healthy;
  }
  look(answer: boolean): void {
    this.#contrary = answer === this.healthy ? 0 : this.#contrary + 1;
    if (this.#contrary >= CHECK_THRESHOLD) {
      this.healthy = answer;
      this.#contrary = 0;
    }
  }
}
