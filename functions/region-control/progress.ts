import { hasBegunPromotion, OPERATION_STEPS, type OperationStep } from "../domain/failover";
import type { CheckpointResult, OperationReference } from "../shared/failover/actions";
import { OperationInProgress } from "../shared/failover/errors";
import { isOpen } from "../shared/failover/executions";
import type { OperationChanges, OperationRecord } from "../shared/regions/operationRecord";
import { ownRecord, reasonOf, type RegionControlDependencies } from "./dependencies";

/** Lines that a timeline may have; an operation has fifteen steps, and may be resumed. */
const MAX_TIMELINE = 100;

/**
 * Before a step: notes it, and says whether to go on. An operator's pause or cancel counts until the promotion begins;
 * from then on the only way is forward.
 *
 * @throws OperationInProgress when another operation took this one's place, or this one has ended
 */
export async function checkpoint(
  dependencies: RegionControlDependencies,
  operation: OperationReference,
  step: OperationStep,
): Promise<CheckpointResult> {
  const record = await ownRecord(dependencies, operation);
  if (!isOpen(record)) throw new OperationInProgress(`operation ${record.operationId} is ${record.state}`);
  // At the checkpoint before the promotion nothing is promoted yet.
  const canStop = !hasBegunPromotion(record.step) && (step === "promote" || !hasBegunPromotion(step));
  if (canStop && record.request === "cancel") return { decision: "cancel" };
  if (canStop && record.request === "pause") {
    await update(dependencies, record, { state: "PAUSED" });
    return { decision: "pause" };
  }
  await reach(dependencies, record, step, { state: "RUNNING", request: "none", taskToken: "" });
  return { decision: "proceed" };
}

/** Waits for an operator's word; the token goes into the record, for the commands that approve and reject. */
export async function awaitApproval(
  dependencies: RegionControlDependencies,
  operation: OperationReference,
  taskToken: string,
): Promise<Record<string, never>> {
  const { notify, log, place } = dependencies;
  const record = await ownRecord(dependencies, operation);
  if (!isOpen(record)) throw new OperationInProgress(`operation ${record.operationId} is ${record.state}`);
  await reach(dependencies, record, "approval", { state: "AWAITING_APPROVAL", taskToken });
  await notify(
    `Failover: ${record.mode} to ${place} waits for approval`,
    `Operation ${record.operationId} (trigger: ${record.trigger}) waits. Approve: npm run failover -- approve. Reject: npm run failover -- reject.`,
  ).catch((error: unknown) => log.error("the on-call engineer was not told", { reason: reasonOf(error) }));
  return {};
}

/** Ends the operation. One that is not this one's any more is left alone. */
export async function finish(
  dependencies: RegionControlDependencies,
  { operationId }: OperationReference,
  state: "SUCCEEDED" | "FAILED",
  reason: string | undefined,
): Promise<Record<string, never>> {
  const { operations, clock, log } = dependencies;
  const changes = { state, request: "none" as const, ...(reason !== undefined && { reason }) };
  const isOwn = await operations.update(operationId, changes, clock.now());
  if (!isOwn) log.warn("another operation took this one's place before it ended", { operationId });
  return {};
}

/** Notes a step that was reached. The record's step never goes back: it says what may have been done. */
export async function reach(
  dependencies: RegionControlDependencies,
  record: OperationRecord,
  step: OperationStep,
  changes: OperationChanges = {},
): Promise<void> {
  const isFurther = OPERATION_STEPS.indexOf(step) > OPERATION_STEPS.indexOf(record.step);
  const isNews = record.timeline.at(-1)?.step !== step && record.timeline.length < MAX_TIMELINE;
  await update(dependencies, record, { ...changes, ...(isFurther && { step }) }, isNews ? step : undefined);
}

async function update(
  { operations, clock }: RegionControlDependencies,
  { operationId }: OperationRecord,
  changes: OperationChanges,
  reached?: OperationStep,
): Promise<void> {
  if (await operations.update(operationId, changes, clock.now(), reached)) return;
  throw new OperationInProgress(`another operation took the place of ${operationId}`);
}
