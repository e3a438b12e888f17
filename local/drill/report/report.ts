import * as z from "zod";

const place = z.enum(["primary", "dr"]);
const moment = z.iso.datetime();
const seconds = z.number();
const change = z.strictObject({ at: moment, value: z.string() });
const changes = z.array(change);
const both = z.strictObject({ primary: changes, dr: changes });

/**
 * A drill's report. Seconds are AWS seconds: what was measured here times the clock factor; fields that end in
 * `WallSeconds` are what a clock on the wall showed.
 */
export const drillReport = z.strictObject({
  version: z.literal(1),
  scenario: z.string(),
  title: z.string(),
  seed: z.int().min(0),
  verdict: z.enum(["as expected", "unexpected"]),
  recordedAt: moment,
  machine: z.strictObject({
    cpuModel: z.string(),
    cores: z.int(),
    memoryGiB: z.int(),
    platform: z.string(),
    node: z.string(),
  }),
  /** AWS seconds that passed in one second here. */
  clockFactor: z.number().min(1),
  load: z.strictObject({
    paymentsPerSecond: z.number(),
    merchants: z.int(),
    requests: z.int(),
    auroraLagSeconds: seconds,
    dynamodbLagSeconds: seconds,
    s3LagSeconds: seconds,
  }),
  startedAt: moment,
  endedAt: moment,
  outageAt: moment.nullable(),
  detectedAt: moment.nullable(),
  recoveredAt: moment.nullable(),
  detectionSeconds: seconds.nullable(),
  detectionWallSeconds: seconds.nullable(),
  rtoSeconds: seconds.nullable(),
  rtoWallSeconds: seconds.nullable(),
  rpoSeconds: seconds,
  rpoWallSeconds: seconds,
  /** The longest time without a successful payment since the fault or the operator's command. */
  writePauseSeconds: seconds.nullable(),
  writePauseWallSeconds: seconds.nullable(),
  /** Sum of the bounds on the worst path on AWS: detection, lease, DNS and every step. */
  budgetOnAwsSeconds: seconds.nullable(),
  /** The same with AWS's published typical times. */
  typicalOnAwsSeconds: seconds.nullable(),
  acknowledged: z.int(),
  surviving: z.int(),
  lost: z.array(
    z.strictObject({
      paymentId: z.string(),
      merchantId: z.string(),
      acknowledgedAt: moment,
      charged: z.boolean(),
      /** Something outside the lost Region tells of it. */
      traceable: z.boolean(),
      listed: z.boolean(),
    }),
  ),
  duplicates: z.array(
    z.strictObject({
      merchantId: z.string(),
      idempotencyKey: z.string(),
      paymentIds: z.array(z.string()),
    }),
  ),
  doubleCharges: z.array(
    z.strictObject({
      paymentId: z.string(),
      authorizations: z.int(),
      taken: z.int(),
      wanted: z.int(),
    }),
  ),
  /** Cards that the PSP charged for payments that the surviving database does not have. */
  chargedWithoutPayment: z.array(z.string()),
  unsettled: z.array(z.string()),
  /** Payments accepted before the last take-over that reached the PSP only after it. */
  replayed: z.int(),
  splitBrainWrites: z.int(),
  splitBrainDetails: z.array(
    z.strictObject({ subject: z.string(), epoch: z.int().nullable(), at: moment, after: z.string() }),
  ),
  failbackWithoutOperator: z.boolean(),
  activations: z.array(z.strictObject({ place, epoch: z.int(), at: moment })),
  operations: z.array(
    z.strictObject({
      operationId: z.string(),
      place,
      mode: z.string(),
      state: z.string(),
      startedAt: moment,
      reason: z.string().nullable(),
    }),
  ),
  /** Every step of every operation, as the operation's own record has it. */
  steps: z.array(
    z.strictObject({
      operationId: z.string(),
      place,
      step: z.string(),
      at: moment,
      /** Since the fault or the operator's command. */
      sinceSeconds: seconds,
      sinceWallSeconds: seconds,
    }),
  ),
  operatorActions: z.array(z.strictObject({ at: moment, command: z.string(), exitCode: z.int() })),
  marks: z.array(z.strictObject({ at: moment, text: z.string() })),
  checks: z.array(
    z.strictObject({ expectation: z.string(), held: z.boolean(), instead: z.string().nullable() }),
  ),
  /** Payments in each second of the wall clock, by what became of the request. */
  writes: z.array(
    z.strictObject({
      second: z.int(),
      primary: z.int(),
      dr: z.int(),
      refused: z.int(),
      failed: z.int(),
    }),
  ),
  observations: z.strictObject({
    roles: both,
    serviceAlarms: both,
    peerAlarms: both,
    redAlarms: both,
    dns: changes,
    witness: changes,
  }),
  /** What the embedded cloud cannot show. */
  limits: z.array(z.string()),
});

/** @see drillReport */
export type DrillReport = z.output<typeof drillReport>;
