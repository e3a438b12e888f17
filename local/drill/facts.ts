import type { Place } from "../client";
import type { PspLedgerEntry } from "../psp/PspLedger";

/** A point in time of this machine's clock, in milliseconds since 1970: all parts of the embedded cloud share it. */
export type Moment = number;

/** A payment that a payer wants to make, whatever becomes of it. */
export interface WantedPayment {
  readonly merchantId: string;
  readonly idempotencyKey: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly paymentMethod: string;
}

/** One request of a payer through the public name. */
export interface Attempt {
  readonly merchantId: string;
  readonly idempotencyKey: string;
  /** 1 for the first request of a payment; later ones repeat it with the same key. */
  readonly number: number;
  readonly startedAt: Moment;
  readonly endedAt: Moment;
  /** `refused`: an answer that says no. `failed`: no answer, or none that can be understood. */
  readonly outcome: "accepted" | "refused" | "failed";
  readonly status?: number;
  /** The refusal's code, or the connection's error. */
  readonly code?: string;
  /** Of an accepted request. */
  readonly paymentId?: string;
  /** The epoch that the answer names: odd for primary, even for dr. */
  readonly epoch?: number;
  /** The answer repeats an earlier one. */
  readonly replayed?: boolean;
  /** Sent inside a Region, past the public name, by somebody whom an isolated Region still reaches. */
  readonly isInside?: boolean;
}

/** A payment as a database has it. */
export interface StoredPayment {
  readonly paymentId: string;
  readonly merchantId: string;
  readonly idempotencyKey: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  readonly epoch: number;
  readonly createdAt: Moment;
}

/** What one place's PostgreSQL server holds at one moment. */
export interface DatabaseFacts {
  readonly place: Place;
  readonly at: Moment;
  /** It accepts writes of its own, so that what is in it was not merely carried over. */
  readonly isWriter: boolean;
  readonly payments: readonly StoredPayment[];
  /** The newest change of a payment, an operation or the ledger. */
  readonly lastChangeAt?: Moment;
  /** Sum of what does not balance in the ledger, in minor units. */
  readonly ledgerDifference: number;
}

/** An item of the sessions or of the results table, as one place's replica has it. */
export interface TableItem {
  readonly paymentId: string;
  readonly status: string;
  readonly epoch: number;
  /** `acceptedAt` of a session, `updatedAt` of a result. */
  readonly at: Moment;
}

export interface TableFacts {
  readonly sessions: readonly TableItem[];
  readonly results: readonly TableItem[];
}

/** A Region took over: from `at` on, writes of a lower epoch are a split brain. */
export interface Activation {
  readonly place: Place;
  readonly epoch: number;
  readonly at: Moment;
}

/** A value that was looked at again and again; kept only when it changed. */
export interface Change<Value> {
  readonly at: Moment;
  readonly value: Value;
}

/** What was seen while the drill ran. `unknown` stands for "could not be read". */
export interface Observations {
  /** e.g. `ACTIVE 3`. */
  readonly roles: Readonly<Record<Place, readonly Change<string>[]>>;
  /** `OK`, `ALARM`, `INSUFFICIENT_DATA`. */
  readonly serviceAlarms: Readonly<Record<Place, readonly Change<string>[]>>;
  readonly peerAlarms: Readonly<Record<Place, readonly Change<string>[]>>;
  /** Names of the alarms that are in state ALARM in a place, sorted, joined by a comma. */
  readonly redAlarms: Readonly<Record<Place, readonly Change<string>[]>>;
  /** Which place the public name leads to: `primary`, `dr`, `none`; `unknown` when nothing answered in time. */
  readonly dns: readonly Change<string>[];
  /** What the witness says: `primary`, `dr`, `none`. */
  readonly witness: readonly Change<string>[];
}

/** One operation of the orchestrator, from the Region's own record of it. */
export interface OperationFacts {
  /** The place in which the orchestrator runs. */
  readonly place: Place;
  readonly operationId: string;
  readonly mode: string;
  readonly state: string;
  /** The step that it is at. */
  readonly step?: string;
  readonly trigger?: string;
  readonly dryRun: boolean;
  readonly targetEpoch?: number;
  readonly reason?: string;
  readonly startedAt: Moment;
  readonly timeline: readonly { readonly step: string; readonly at: Moment }[];
}

/** What a report of the product itself says about one failover. */
export interface ProductReport {
  readonly place: Place;
  readonly operationId: string;
  /** Ids of the payments that it lists as lost. */
  readonly lost: readonly string[];
  readonly replayed?: number;
  readonly redriven?: number;
}

/** Everything that the checker judges by. */
export interface Facts {
  readonly clockFactor: number;
  /** When the fault began; absent in a drill without one. */
  readonly outageAt?: Moment;
  /** When the planned operation was asked for. */
  readonly operatorAt?: Moment;
  /** When an operator asked to go back; what happens after it is no failback by itself. */
  readonly failbackAskedAt?: Moment;
  readonly endedAt: Moment;
  readonly wanted: readonly WantedPayment[];
  readonly attempts: readonly Attempt[];
  /** The place that is active at the end; undefined when none is. */
  readonly survivor: Place | undefined;
  /** At the end, by place; a server that does not answer is missing. */
  readonly databases: Readonly<Partial<Record<Place, DatabaseFacts>>>;
  /** Taken earlier, e.g. of the old writer before it is rebuilt as a standby. */
  readonly earlierDatabases: readonly DatabaseFacts[];
  readonly tables: Readonly<Partial<Record<Place, TableFacts>>>;
  readonly psp: readonly PspLedgerEntry[];
  readonly activations: readonly Activation[];
  readonly observations: Observations;
  readonly operations: readonly OperationFacts[];
  readonly productReports: readonly ProductReport[];
}
