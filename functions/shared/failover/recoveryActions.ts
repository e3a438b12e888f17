/** What the failover's state machine says to the functions that repair, prove and report, and what they answer. */
import * as z from "zod";
import { PLACES } from "../../domain/failover";
import { operationReference, operationWarnings } from "./actions";

const operation = operationReference;

/** What `payment-recovery` is asked. */
export const paymentRecoveryInput = z.discriminatedUnion("action", [
  z.object({ action: z.literal("databaseWritable"), operation: operation.optional() }),
  z.object({ action: z.literal("replay"), operation, cursor: z.string().max(2_000).nullish() }),
  z.object({ action: z.literal("reconcile"), operation }),
  z.object({ action: z.literal("sweep") }),
]);
/** @see paymentRecoveryInput */
export type PaymentRecoveryInput = z.output<typeof paymentRecoveryInput>;

/** Answer to `databaseWritable`: whether this Region's database took a write just now. */
export interface DatabaseWritableResult {
  readonly writable: boolean;
}

/** Answer to `replay`: what this invocation did. Not done: call again with the cursor. */
export interface ReplayResult {
  /** Operations without an outcome whose message went to this Region's queue. */
  readonly replayed: number;
  /** Acknowledged requests that were taken from their session, because Aurora had not carried them over. */
  readonly redriven: number;
  /** Sessions that cannot be driven again yet, because the PSP does not answer; the last pass counts. */
  readonly waiting: number;
  /** Sessions that cannot be driven again at all; `reconcile` lists them. */
  readonly refused: number;
  readonly done: boolean;
  /** Where to go on; opaque. */
  readonly cursor?: string | undefined;
}

/** What the PSP says of an operation. `unknown`: it did not answer. */
export const PSP_STATUSES = [
  "succeeded",
  "declined",
  "pending",
  "not_found",
  "rejected",
  "unknown",
  "not_asked",
] as const;
export type PspStatus = (typeof PSP_STATUSES)[number];

/**
 * What was done about an acknowledged request that this Region's database has not got.
 *
 * - `waiting`: it stays in its session; the next `sweep` drives it again once the PSP answers.
 * - `operator`: nobody but an operator can decide; `reason` says why.
 */
export const LOST_ACTIONS = ["waiting", "operator"] as const;

/** An acknowledged request that did not reach this Region's database. Neither card data nor secrets. */
export const lostPayment = z.object({
  paymentId: z.string(),
  /** The operation that was acknowledged: the payment's own id, or a capture's, refund's or cancellation's. */
  operationId: z.string(),
  kind: z.enum(["authorize", "capture", "refund", "cancel"]),
  /** Null when only the PSP knows of it: an id does not tell its merchant. */
  merchantId: z.string().nullable(),
  /** When it was accepted, or when the PSP performed it. ISO 8601, UTC. */
  acceptedAt: z.string(),
  pspStatus: z.enum(PSP_STATUSES),
  action: z.enum(LOST_ACTIONS),
  reason: z.string(),
});
/** @see lostPayment */
export type LostPayment = z.output<typeof lostPayment>;

/** Most entries in an answer; a state machine's state holds 256 KiB. */
export const MAX_LOST_IN_ANSWER = 100;

/** Answer to `reconcile`. */
export interface ReconcileResult {
  /** The oldest ones, at most `MAX_LOST_IN_ANSWER`. */
  readonly lost: readonly LostPayment[];
  /** How many there are in all. */
  readonly count: number;
  /** Key of the whole list in the transaction bucket, if there are any. */
  readonly listKey: string | null;
  /** False when the time did not suffice, or the PSP could not be asked for all: there may be more. */
  readonly complete: boolean;
  /** Acknowledged requests that could be driven again only now. */
  readonly redriven: number;
}

/** Answer to `sweep`. */
export type SweepResult =
  | { readonly swept: false; readonly reason: string }
  | { readonly swept: true; readonly lost: number; readonly redriven: number; readonly complete: boolean };

/** What `synthetic-payment` is asked. */
export const syntheticPaymentInput = z.object({
  action: z.literal("pay"),
  operation,
  /** Another payment for the same operation; the same number pays once. */
  attempt: z.int().min(1).max(1_000).default(1),
});
/** @see syntheticPaymentInput */
export type SyntheticPaymentInput = z.output<typeof syntheticPaymentInput>;

/** Answer to `pay`. */
export interface SyntheticPaymentResult {
  readonly paymentId: string;
  /** `succeeded`; every other end is an error. */
  readonly status: string;
  /** Milliseconds from the request until the payment was seen to be final. */
  readonly latencyMs: number;
  /** The epoch that the payment was accepted in. */
  readonly epoch: number;
}

/** What an operation found out, as far as it went; whatever else the machine passes is ignored. */
export const reportFindings = z.object({
  activation: z.object({ epoch: z.int(), activatedAt: z.string() }).optional(),
  replayed: z.int().min(0).optional(),
  redriven: z.int().min(0).optional(),
  lost: z.array(lostPayment).max(MAX_LOST_IN_ANSWER).optional(),
  lostCount: z.int().min(0).optional(),
  lostListKey: z.string().nullish(),
  reconciled: z.boolean().optional(),
  syntheticPayment: z
    .object({ paymentId: z.string(), status: z.string(), latencyMs: z.number().min(0) })
    .optional(),
  warnings: operationWarnings.optional(),
  dryRun: z.boolean().optional(),
  finding: z.record(z.string(), z.unknown()).optional(),
});
/** @see reportFindings */
export type ReportFindings = z.output<typeof reportFindings>;

/** What `failover-report` is asked. */
export const failoverReportInput = z.discriminatedUnion("action", [
  z.object({ action: z.literal("report"), operation, findings: reportFindings.default({}) }),
  z.object({
    action: z.literal("notify"),
    operation,
    step: z.string().min(1).max(64),
    error: z
      .string()
      .min(1)
      .transform((text) => text.slice(0, 2_000)),
    /** As Step Functions gives it. */
    cause: z.string().optional(),
    /** Anchor in docs/runbook.md. */
    runbookSection: z.string().min(1).max(100),
  }),
]);
/** @see failoverReportInput */
export type FailoverReportInput = z.output<typeof failoverReportInput>;

/** Answer to `report`. */
export interface FailoverReportResult {
  readonly bucket: string;
  readonly key: string;
}

/** One check of the readiness evaluation. */
export interface ReadinessCheck {
  /** kebab-case, the same in every evaluation. */
  readonly name: string;
  readonly ok: boolean;
  /** What was found; for people. */
  readonly detail: string;
}

/** Answer of `readiness`, scheduled or on demand. */
export interface ReadinessResult {
  readonly place: (typeof PLACES)[number];
  readonly ready: boolean;
  readonly checkedAt: string;
  readonly checks: readonly ReadinessCheck[];
}
