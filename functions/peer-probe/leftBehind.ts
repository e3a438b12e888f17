import { hasBegunPromotion, OPERATION_STALE_SECONDS, secondsBetween, type Place } from "../domain/failover";
import { isOpen, isUnderWay } from "../shared/failover/executions";
import type { OperationRecord } from "../shared/regions/operationRecord";
import type { RegionState } from "../shared/regions/roleRecord";
import type { PeerProbeDependencies } from "./handler";

/** The detail of the event `Operation Left Behind` of `payments.failover`: what is to be started again, as what it was. */
export interface OperationLeftBehindDetail {
  readonly place: Place;
  readonly regionCode: string;
  readonly operationId: string;
  readonly mode: OperationRecord["mode"];
  readonly approval: OperationRecord["approval"];
  readonly step: OperationRecord["step"];
}

/**
 * Tells of an operation whose execution was killed in the middle, so that another one finishes it: its record is open
 * and nobody drives it. What ended by itself is not started again from here: its end was told to people.
 *
 * @returns whether there was one
 */
export async function tellOfLeftBehind(
  { operations, executions, clock, log, place, regionCode, putEvent }: PeerProbeDependencies,
  role: RegionState,
): Promise<boolean> {
  const operation = await operations.read().catch((error: unknown) => {
    // The alarm and the next minute are still there.
    log.error("the operation's record cannot be read", { error });
    return undefined;
  });
  if (operation === undefined || !mustBeFinished(operation, role, clock.now())) return false;
  if (await isUnderWay(operation, executions, clock.now())) return false;
  const { operationId, mode, approval, step } = operation;
  log.warn("an operation was left behind", { operationId, mode, step });
  await putEvent("Operation Left Behind", { place, regionCode, operationId, mode, approval, step });
  return true;
}

/** Whether something would stay half done. A failover that has not taken its role begins anew with the next look. */
function mustBeFinished(operation: OperationRecord, role: RegionState, now: Date): boolean {
  const { dryRun, mode, step, targetEpoch, updatedAt } = operation;
  if (dryRun || !isOpen(operation)) return false;
  switch (role.role) {
    case "TAKING_OVER":
      return true;
    case "ACTIVE":
      return targetEpoch === role.epoch && hasBegunPromotion(step);
    case "STANDBY":
      // The peer may have stood down for it already.
      return (
        mode === "switchover" &&
        step === "demote" &&
        secondsBetween(updatedAt, now) <= OPERATION_STALE_SECONDS
      );
    case "FENCED":
      return false;
  }
}
