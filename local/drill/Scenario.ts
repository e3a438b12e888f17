import type { Findings } from "./checker";
import type { Drill } from "./Drill";
import type { Facts, Moment } from "./facts";

/** How a drill is set up; times in AWS seconds, which the clock factor shortens. */
export interface DrillSettings {
  readonly paymentsPerSecond: number;
  readonly merchants: number;
  /** Load before anything happens, in wall-clock seconds. */
  readonly warmUpSeconds: number;
  /** How far the standby's copies are behind, in AWS seconds. */
  readonly auroraLagSeconds: number;
  readonly dynamodbLagSeconds: number;
  readonly s3LagSeconds: number;
}

export const DEFAULT_SETTINGS: DrillSettings = {
  paymentsPerSecond: 20,
  merchants: 4,
  warmUpSeconds: 8,
  auroraLagSeconds: 20,
  dynamodbLagSeconds: 3,
  s3LagSeconds: 20,
};

/** A command of the operator's, and what it answered. */
export interface OperatorAction {
  readonly at: Moment;
  readonly command: string;
  readonly exitCode: number;
}

/** What expectations are held against. */
export interface Outcome {
  readonly facts: Facts;
  readonly findings: Findings;
  readonly settings: DrillSettings;
  readonly operatorActions: readonly OperatorAction[];
}

/** Something that must be so at the end of a drill. */
export interface Expectation {
  readonly text: string;
  /** @returns what is so instead; undefined when the expectation holds */
  readonly shortfall: (outcome: Outcome) => string | undefined;
}

/** One rehearsal: what goes wrong, and what must come of it. */
export interface Scenario {
  readonly name: string;
  /** What happens, in one sentence. */
  readonly title: string;
  readonly settings?: Partial<DrillSettings>;
  /** It ends with the platform as it was, so that the next drill may go on with it. */
  readonly leavesNormalState?: boolean;
  /** Breaks, waits, mends. Throws a `DrillTimeout` when what it waits for does not come. */
  readonly run: (drill: Drill) => Promise<void>;
  readonly expectations: readonly Expectation[];
}
