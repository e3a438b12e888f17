import * as z from "zod";

/** The requirement (R49): an answer of the API takes less than this, in milliseconds. */
export const P99_LIMIT_MILLISECONDS = 500;

const latency = z.strictObject({
  count: z.int().min(1),
  p50: z.number().positive(),
  p99: z.number().positive(),
  max: z.number().positive(),
  perSecond: z.number().positive(),
});

/** A recorded run of the benchmark. Latencies are milliseconds as the client sees them. */
export const benchResult = z.strictObject({
  recordedAt: z.iso.datetime(),
  machine: z.strictObject({
    cpuModel: z.string(),
    cores: z.int().min(1),
    memoryGiB: z.int().min(1),
    platform: z.string(),
    node: z.string(),
  }),
  parallel: z.int().min(1),
  /** The first `parallel` requests of the run: workers that are not warm yet are among them. */
  cold: latency,
  /** `POST /v1/payments`, after the warm-up. */
  payments: latency,
  /** A function without authentication, validation, session or queue: two inserts, through the same gateway. */
  bareFunction: latency,
  /** Median of a payment over the median of the bare function. */
  medianRatio: z.number().positive(),
  /** Seconds from the first measured request until every payment was final. */
  secondsUntilAllFinal: z.number().positive(),
  outcome: z.strictObject({
    acknowledged: z.int(),
    succeeded: z.int(),
    notSucceeded: z.int(),
    missingInDatabase: z.int(),
    missingAtPsp: z.int(),
    chargedTwice: z.int(),
    ledgerDifference: z.int(),
  }),
});

/** @see benchResult */
export type BenchResult = z.output<typeof benchResult>;

/** Every reason why a run does not satisfy the requirements; none when it does. */
export function shortcomings(result: BenchResult): string[] {
  const { outcome, payments } = result;
  const reasons: string[] = [];
  if (payments.p99 >= P99_LIMIT_MILLISECONDS) {
    reasons.push(
      `p99 of POST /v1/payments is ${payments.p99} ms; it must be below ${P99_LIMIT_MILLISECONDS} ms`,
    );
  }
  if (outcome.notSucceeded > 0) reasons.push(`${outcome.notSucceeded} payments did not succeed`);
  if (outcome.missingInDatabase > 0)
    reasons.push(`${outcome.missingInDatabase} payments are not in the database`);
  if (outcome.missingAtPsp > 0) reasons.push(`${outcome.missingAtPsp} payments were never charged`);
  if (outcome.chargedTwice > 0) reasons.push(`${outcome.chargedTwice} payments were charged more than once`);
  if (outcome.ledgerDifference !== 0)
    reasons.push(`the ledger is off by ${outcome.ledgerDifference} minor units`);
  if (outcome.succeeded + outcome.notSucceeded !== outcome.acknowledged)
    reasons.push("payments are unaccounted for");
  return reasons;
}
