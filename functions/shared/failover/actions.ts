/**
 * What the failover's state machine (template failover) says to its functions, and what they answer. An input is
 * checked where it arrives; fields that an action does not know are ignored, so that the machine may pass its own.
 */
import * as z from "zod";
import { OPERATION_MODES, OPERATION_STEPS } from "../../domain/failover";
import { reasonText } from "./reasonText";

/** The operation that an invocation belongs to: the machine's input with its execution's name and ARN. */
export const operationReference = z.object({
  /** Names the operation over several executions: a second execution with the same one resumes it. */
  operationId: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,80}$/, "1 to 80 letters, digits, dots, hyphens, underscores"),
  executionArn: z.string().min(1),
  mode: z.enum(OPERATION_MODES),
  approval: z.enum(["automatic", "approval"]),
  /** What started it: an alarm's name, or `operator`. */
  trigger: z.string().min(1).max(256),
  dryRun: z.boolean(),
});
/** @see operationReference */
export type OperationReference = z.output<typeof operationReference>;

const operation = operationReference;
/** What a failed step said, as Step Functions gives it. Never refused: an operation must be able to end. */
const cause = z.string().optional();
const reason = z
  .string()
  .min(1)
  .transform((text) => text.slice(0, 1_000));

/** Warnings that an operation tells of: one of each step and checkpoint, and a few to spare. */
const MAX_WARNINGS = 40;

/**
 * What went wrong on the way of an operation that goes on all the same, as the machine notes it: the step with the
 * error's name, and the cause that Step Functions gives. One line each afterwards.
 */
export const operationWarnings = z
  .array(z.object({ reason, cause }).transform(({ reason, cause }) => reasonText(reason, cause)))
  .transform((all) => all.slice(0, MAX_WARNINGS));

/** What `region-control` is asked. */
export const regionControlInput = z.discriminatedUnion("action", [
  z.object({ action: z.literal("lock"), operation }),
  z.object({ action: z.literal("checkpoint"), operation, step: z.enum(OPERATION_STEPS) }),
  z.object({ action: z.literal("awaitApproval"), operation, taskToken: z.string().min(1) }),
  z.object({ action: z.literal("demotePeer"), operation }),
  z.object({ action: z.literal("latch"), operation }),
  z.object({ action: z.literal("fencePeer"), operation }),
  z.object({ action: z.literal("activate"), operation }),
  z.object({ action: z.literal("abort"), operation, reason, cause }),
  z.object({
    action: z.literal("finish"),
    operation,
    state: z.enum(["SUCCEEDED", "FAILED"]),
    reason: reason.optional(),
    cause,
    warnings: operationWarnings.optional(),
  }),
]);
/** @see regionControlInput */
export type RegionControlInput = z.output<typeof regionControlInput>;

/** Answer to `lock`. */
export interface LockResult {
  /** The epoch that this Region will be active in. */
  readonly targetEpoch: number;
  /** The highest epoch seen before: the one of the Region that is active or lost. */
  readonly previousEpoch: number;
  /** True when an operation that did not come to its end is taken up again, with the same target epoch. */
  readonly resumed: boolean;
  /** True when that one had begun to promote the database: confirm and approval are behind, and it cannot abort. */
  readonly promotionBegun: boolean;
}
/** Answer to `checkpoint`: pause means ask again after a while; a cancel is only answered before the promotion. */
export interface CheckpointResult {
  readonly decision: "proceed" | "pause" | "cancel";
}
/** Answer to `latch`: since when the role has been TAKING_OVER (or ACTIVE, when resumed after `activate`). */
export interface LatchResult {
  /** ISO 8601, UTC. */
  readonly since: string;
}
/** Answer to `fencePeer`, which never fails. */
export interface FencePeerResult {
  readonly fenced: boolean;
  readonly reason: string;
}
/** Answer to `activate`. */
export interface ActivateResult {
  readonly epoch: number;
  /** ISO 8601, UTC. */
  readonly activatedAt: string;
}
/** Answer to `abort`: CANCELLED when the operator asked for it. */
export interface AbortResult {
  readonly state: "ABORTED" | "CANCELLED";
  /** As the record has it. */
  readonly reason: string;
}

/** What `peer-probe` is asked; a scheduled event has no action and means `probe`. */
export const peerProbeInput = z.discriminatedUnion("action", [
  z.object({ action: z.literal("probe") }),
  z.object({ action: z.literal("confirm"), operation }),
  z.object({ action: z.literal("witness"), operation: operation.optional() }),
]);
/** @see peerProbeInput */
export type PeerProbeInput = z.output<typeof peerProbeInput>;

/** Answer to the scheduled probe. */
export interface ProbeResult {
  readonly unavailable: boolean;
  readonly consecutiveFailures: number;
  readonly reason: string;
}
/** Answer to `confirm`: one look. `confirmed` is only true when it is decided. */
export interface ConfirmResult {
  /** This Region is fit; for a failover also: two looks in a row failed, and the witness names this Region. */
  readonly confirmed: boolean;
  /** The place that the witness names, or `unreadable`. */
  readonly witness: "primary" | "dr" | "unreadable";
  readonly reason: string;
  /** False: look again. True with confirmed=false: the peer serves, so the operation ends. */
  readonly decided: boolean;
}
/** Answer to `witness`. */
export interface WitnessResult {
  /** Whether the witness names this Region right now. */
  readonly named: boolean;
  readonly namedForSeconds: number;
  /** Named for TAKEOVER_WAIT_SECONDS without a gap: the old lease is over. */
  readonly ready: boolean;
}

/** What `database-control` is asked. */
export const databaseControlInput = z.discriminatedUnion("action", [
  z.object({ action: z.literal("promote"), operation, mode: z.enum(OPERATION_MODES) }),
  z.object({ action: z.literal("progress"), operation: operation.optional() }),
]);
/** @see databaseControlInput */
export type DatabaseControlInput = z.output<typeof databaseControlInput>;

/** Answer to `promote`: false when this Region's cluster is the writer already, or is being promoted. */
export interface PromoteResult {
  readonly started: boolean;
}
/** Answer to `progress`. */
export interface ProgressResult {
  /** Whether this Region's cluster is the global cluster's writer. */
  readonly writer: boolean;
  /** RDS's own words: the global cluster's status, and a failover's if one runs. */
  readonly status: string;
}

/** What `capacity-control` is asked, by the state machine, the lease keeper or the other Region's region-control. */
export const capacityControlInput = z.object({ action: z.enum(["open", "close"]) });
/** @see capacityControlInput */
export type CapacityControlInput = z.output<typeof capacityControlInput>;

/** Answer to `open` and `close`: what was not yet as it should be, e.g. `payment-queue`, `outbox-relay`. */
export interface CapacityResult {
  readonly changed: readonly string[];
}
