import { describeMachine } from "../../bench/machine";
import { placeOfEpoch } from "../checker";
import type { Mark } from "../Drill";
import type { Attempt, Facts, Moment, Observations } from "../facts";
import type { Expectation, Outcome, Scenario } from "../Scenario";
import type { DrillReport } from "./report";
import { LIMITS } from "./limits";

/** The time that the recovery may take on AWS, in seconds. */
export interface AwsBudget {
  readonly boundSeconds: number;
  readonly typicalSeconds: number;
}

export interface ReportInput {
  readonly scenario: Pick<Scenario, "name" | "title" | "expectations">;
  readonly seed: number;
  readonly startedAt: Moment;
  readonly outcome: Outcome;
  readonly marks: readonly Mark[];
  readonly budget: AwsBudget | undefined;
  /** Why the scenario did not come to its end, when it did not. */
  readonly failure: string | undefined;
}

/** Puts findings, expectations and what was seen into the report, and judges. */
export function buildReport(input: ReportInput): DrillReport {
  const { scenario, outcome, seed, failure, budget } = input;
  const { facts, findings, settings } = outcome;
  const checks = [
    ...(failure === undefined
      ? []
      : [{ expectation: "the scenario came to its end", held: false, instead: failure }]),
    ...scenario.expectations.map((each) => judged(each, outcome)),
  ];
  const { merchants, paymentsPerSecond, auroraLagSeconds, dynamodbLagSeconds, s3LagSeconds } = settings;
  return {
    version: 1,
    scenario: scenario.name,
    title: scenario.title,
    seed,
    verdict: checks.every(({ held }) => held) ? "as expected" : "unexpected",
    recordedAt: iso(Date.now()),
    machine: { ...describeMachine() },
    clockFactor: facts.clockFactor,
    load: {
      ...{ paymentsPerSecond, merchants, auroraLagSeconds, dynamodbLagSeconds, s3LagSeconds },
      requests: facts.attempts.length,
    },
    startedAt: iso(input.startedAt),
    endedAt: iso(facts.endedAt),
    ...durations(outcome),
    budgetOnAwsSeconds: budget?.boundSeconds ?? null,
    typicalOnAwsSeconds: budget?.typicalSeconds ?? null,
    acknowledged: findings.acknowledged,
    surviving: findings.surviving,
    lost: findings.lost.map((each) => ({ ...each, acknowledgedAt: iso(each.acknowledgedAt) })),
    duplicates: findings.duplicates.map((each) => ({ ...each, paymentIds: [...each.paymentIds] })),
    doubleCharges: [...findings.doubleCharges],
    chargedWithoutPayment: [...findings.chargedWithoutPayment],
    unsettled: [...findings.unsettled],
    replayed: findings.replayed.length,
    splitBrainWrites: findings.splitBrainWrites.length,
    splitBrainDetails: findings.splitBrainWrites.map(({ subject, epoch, at, activation }) => ({
      subject,
      epoch: epoch ?? null,
      at: iso(at),
      after: `${activation.place} took epoch ${activation.epoch} at ${iso(activation.at)}`,
    })),
    failbackWithoutOperator: findings.failbackWithoutOperator,
    activations: facts.activations.map((each) => ({ ...each, at: iso(each.at) })),
    operations: facts.operations.map(({ operationId, place, mode, state, startedAt, reason }) => ({
      ...{ operationId, place, mode, state },
      startedAt: iso(startedAt),
      reason: reason ?? null,
    })),
    steps: stepsOf(facts),
    operatorActions: outcome.operatorActions.map((each) => ({ ...each, at: iso(each.at) })),
    marks: input.marks.map((each) => ({ ...each, at: iso(each.at) })),
    checks,
    writes: writesPerSecond(facts.attempts, input.startedAt),
    observations: observed(facts.observations),
    limits: [...LIMITS],
  };
}

function judged(expectation: Expectation, outcome: Outcome): DrillReport["checks"][number] {
  const instead = expectation.shortfall(outcome);
  return { expectation: expectation.text, held: instead === undefined, instead: instead ?? null };
}

type Durations = Pick<
  DrillReport,
  | "outageAt"
  | "detectedAt"
  | "recoveredAt"
  | "detectionSeconds"
  | "detectionWallSeconds"
  | "rtoSeconds"
  | "rtoWallSeconds"
  | "rpoSeconds"
  | "rpoWallSeconds"
  | "writePauseSeconds"
  | "writePauseWallSeconds"
>;

function durations({ facts, findings }: Outcome): Durations {
  const { outageAt, clockFactor } = facts;
  const since = (at: Moment | undefined) =>
    at === undefined || outageAt === undefined ? null : at - outageAt;
  const wall = (milliseconds: number | null) => (milliseconds === null ? null : round(milliseconds / 1000));
  const aws = (milliseconds: number | null) =>
    milliseconds === null ? null : round((milliseconds / 1000) * clockFactor);
  const detection = since(findings.detectedAt);
  const recovery = since(findings.recoveredAt);
  const pause = findings.writePause?.milliseconds ?? null;
  return {
    outageAt: isoOrNull(outageAt),
    detectedAt: isoOrNull(findings.detectedAt),
    recoveredAt: isoOrNull(findings.recoveredAt),
    detectionSeconds: aws(detection),
    detectionWallSeconds: wall(detection),
    rtoSeconds: aws(recovery),
    rtoWallSeconds: wall(recovery),
    rpoSeconds: aws(findings.recoveryPointMs)!,
    rpoWallSeconds: wall(findings.recoveryPointMs)!,
    writePauseSeconds: aws(pause),
    writePauseWallSeconds: wall(pause),
  };
}

/** The steps of all operations, in AWS seconds since the fault, else since the operator's command. */
function stepsOf(facts: Facts): DrillReport["steps"] {
  const { outageAt, operatorAt, clockFactor, operations } = facts;
  const from = outageAt ?? operatorAt ?? operations[0]?.startedAt ?? 0;
  return operations.flatMap(({ operationId, place, timeline }) =>
    timeline.map(({ step, at }) => ({
      ...{ operationId, place, step },
      at: iso(at),
      sinceSeconds: round(((at - from) / 1000) * clockFactor),
      sinceWallSeconds: round((at - from) / 1000),
    })),
  );
}

/** How many requests ended in each second since the start, and how. */
export function writesPerSecond(attempts: readonly Attempt[], startedAt: Moment): DrillReport["writes"] {
  const bySecond = new Map<number, DrillReport["writes"][number]>();
  for (const { endedAt, outcome, epoch } of attempts) {
    const second = Math.max(0, Math.floor((endedAt - startedAt) / 1000));
    const bucket = bySecond.get(second) ?? { second, primary: 0, dr: 0, refused: 0, failed: 0 };
    bySecond.set(second, bucket);
    if (outcome !== "accepted") bucket[outcome] += 1;
    else bucket[epoch === undefined ? "primary" : placeOfEpoch(epoch)] += 1;
  }
  return [...bySecond.values()].sort((left, right) => left.second - right.second);
}

function observed(observations: Observations): DrillReport["observations"] {
  const written = (changes: Observations["dns"]) => changes.map(({ at, value }) => ({ at: iso(at), value }));
  const both = ({ primary, dr }: Observations["roles"]) => ({ primary: written(primary), dr: written(dr) });
  return {
    roles: both(observations.roles),
    serviceAlarms: both(observations.serviceAlarms),
    peerAlarms: both(observations.peerAlarms),
    redAlarms: both(observations.redAlarms),
    dns: written(observations.dns),
    witness: written(observations.witness),
  };
}

function iso(moment: Moment): string {
  return new Date(moment).toISOString();
}

function isoOrNull(moment: Moment | undefined): string | null {
  return moment === undefined ? null : iso(moment);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
