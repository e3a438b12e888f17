import { secondsBetween } from "./timings";

/** What the orchestrator does: unplanned with the active Region lost, or planned with both healthy. */
export const OPERATION_MODES = ["failover", "switchover"] as const;
export type OperationMode = (typeof OPERATION_MODES)[number];

/** RUNNING, PAUSED and AWAITING_APPROVAL hold the lock. FAILED after the promotion began keeps the role and is started again. */
export const OPERATION_STATES = [
  "RUNNING",
  "PAUSED",
  "AWAITING_APPROVAL",
  "SUCCEEDED",
  "FAILED",
  "ABORTED",
  "CANCELLED",
] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** The steps of an operation in their order. */
export const OPERATION_STEPS = [
  "lock",
  "confirm",
  "approval",
  "demote",
  "latch",
  "fence",
  "wait",
  "promote",
  "writes",
  "open",
  "activate",
  "replay",
  "reconcile",
  "synthetic",
  "report",
] as const;
export type OperationStep = (typeof OPERATION_STEPS)[number];

/** An operation whose record is older than this, in seconds, no longer holds the lock. */
export const OPERATION_STALE_SECONDS = 1_800;

/** What the protocol needs of the operation's record. */
export interface OperationView {
  readonly operationId: string;
  readonly state: OperationState;
  readonly step: OperationStep;
  readonly updatedAt: Date;
}

/** Whether the operation holds the lock. */
export function holdsLock(operation: OperationView | undefined, now: Date): boolean {
  if (operation === undefined) return false;
  const isOpen =
    operation.state === "RUNNING" || operation.state === "PAUSED" || operation.state === "AWAITING_APPROVAL";
  return isOpen && secondsBetween(operation.updatedAt, now) <= OPERATION_STALE_SECONDS;
}

/** Whether the database may already have been touched: from then on there is no way back but to finish. */
export function hasBegunPromotion(step: OperationStep): boolean {
  return OPERATION_STEPS.indexOf(step) >= OPERATION_STEPS.indexOf("promote");
}
