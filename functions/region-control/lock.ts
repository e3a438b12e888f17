import { hasBegunPromotion, nextEpoch, OPERATION_STALE_SECONDS, secondsBetween } from "../domain/failover";
import type { LockResult, OperationReference } from "../shared/failover/actions";
import { OperationInProgress, RegionAlreadyActive, RoleChanged } from "../shared/failover/errors";
import { isOpen, isUnderWay } from "../shared/failover/executions";
import { within } from "../shared/failover/within";
import type { OperationRecord } from "../shared/regions/operationRecord";
import type { RegionState } from "../shared/regions/roleRecord";
import { reasonOf, type RegionControlDependencies } from "./dependencies";

/** Lines of a timeline that are kept from an operation that is resumed. */
const MAX_KEPT_TIMELINE = 40;

/**
 * Takes the lock and decides the epoch. An operation that did not come to its end is taken up where it stood, with the
 * same target epoch, by whichever execution comes next; that one's name is then the operation's.
 *
 * @throws OperationInProgress when another operation is under way
 * @throws RegionAlreadyActive when there is nothing to take over
 * @throws RoleChanged when this Region is fenced: only its peer's word or an operator ends that
 */
export async function lock(
  dependencies: RegionControlDependencies,
  operation: OperationReference,
): Promise<LockResult> {
  const { operations, role: roles, clock } = dependencies;
  const [role, old] = await Promise.all([roles.read(), operations.read()]);
  await requireFree(dependencies, operation, old);
  const highest = await highestEpoch(dependencies, role);
  const resumed = resumable(operation, role, old, highest, clock.now());
  requireRole(role, resumed);
  if (old) await endForgotten(dependencies, operation, old);
  const now = clock.now();
  const record: OperationRecord = {
    ...operation,
    state: "RUNNING",
    step: resumed?.step ?? "lock",
    targetEpoch: resumed?.targetEpoch ?? nextEpoch(dependencies.place, highest),
    previousEpoch: resumed?.previousEpoch ?? highest,
    startedAt: resumed?.startedAt ?? now,
    updatedAt: now,
    request: "none",
    outageAt: resumed?.outageAt ?? (await outageAt(dependencies, operation, now)),
    timeline: [...(resumed?.timeline.slice(-MAX_KEPT_TIMELINE) ?? []), { step: "lock", at: now }],
  };
  if (!(await operations.start(record))) {
    throw new OperationInProgress("another operation took the lock at the same moment");
  }
  return {
    targetEpoch: record.targetEpoch,
    previousEpoch: record.previousEpoch,
    resumed: resumed !== undefined,
    promotionBegun: resumed !== undefined && hasBegunPromotion(resumed.step),
  };
}

async function requireFree(
  { executions, clock }: RegionControlDependencies,
  operation: OperationReference,
  old: OperationRecord | undefined,
): Promise<void> {
  if (old === undefined) return;
  // The same call again, because its answer was lost.
  if (old.operationId === operation.operationId && old.executionArn === operation.executionArn) return;
  // A rehearsal does not stand in the way of the real thing.
  if (old.dryRun && !operation.dryRun) return;
  if (await isUnderWay(old, executions, clock.now())) {
    throw new OperationInProgress(`operation ${old.operationId} is ${old.state} at step ${old.step}`);
  }
}

/**
 * The operation to take up, if there is one: it came to no end, nobody went further since, and it is fresh or has left
 * its role here. What failed longer ago is no reason to do without confirmation now.
 *
 * @throws OperationInProgress when a rehearsal would push one aside that must be finished
 */
function resumable(
  operation: OperationReference,
  role: RegionState,
  old: OperationRecord | undefined,
  highest: number,
  now: Date,
): OperationRecord | undefined {
  if (old === undefined || old.dryRun || !(isOpen(old) || old.state === "FAILED")) return undefined;
  const isFresh = secondsBetween(old.updatedAt, now) <= OPERATION_STALE_SECONDS;
  const isHere = role.role === "TAKING_OVER" || role.role === "ACTIVE";
  if (old.targetEpoch < highest || !(isFresh || isHere)) return undefined;
  if (!operation.dryRun) return old;
  if (hasBegunPromotion(old.step)) {
    throw new OperationInProgress(
      `operation ${old.operationId} ended at step ${old.step} and must be finished`,
    );
  }
  return undefined;
}

function requireRole(role: RegionState, resumed: OperationRecord | undefined): void {
  if (role.role === "FENCED") {
    throw new RoleChanged(
      "this Region is fenced; it takes over only after its peer or an operator released it",
    );
  }
  if (role.role === "ACTIVE" && resumed?.targetEpoch !== role.epoch) {
    throw new RegionAlreadyActive(`this Region is active in epoch ${role.epoch}`);
  }
}

/** The highest epoch that this Region can learn of. The lost Region's record is not waited for. */
async function highestEpoch(dependencies: RegionControlDependencies, own: RegionState): Promise<number> {
  const { control, peerRole, peerTimeoutMilliseconds, log } = dependencies;
  const [activation, peer] = await Promise.all([
    control.read(),
    within(peerTimeoutMilliseconds, peerRole.read()).catch((error: unknown) => {
      log.warn("the peer's role record cannot be read", { reason: reasonOf(error) });
      return undefined;
    }),
  ]);
  return Math.max(own.epoch, activation?.epoch ?? 0, peer?.epoch ?? 0);
}

/** Ends the record of an operation whose execution is gone, so that the lock's own condition lets the next one in. */
async function endForgotten(
  { operations, clock, log }: RegionControlDependencies,
  operation: OperationReference,
  old: OperationRecord,
): Promise<void> {
  if (!isOpen(old) || old.operationId === operation.operationId) return;
  log.warn("taking the lock from an operation that did not end", { old: old.operationId, step: old.step });
  const changes = old.dryRun
    ? { state: "CANCELLED" as const, reason: `operation ${operation.operationId} went first` }
    : { state: "FAILED" as const, reason: `its execution ended at step ${old.step} without a word` };
  await operations.update(old.operationId, changes, clock.now());
}

/**
 * When the outage began as seen from here: the last time that the peer was well. Earlier it cannot have been, so that no
 * figure that is counted from it flatters.
 */
async function outageAt(
  { probe, log }: RegionControlDependencies,
  { mode }: OperationReference,
  now: Date,
): Promise<Date | undefined> {
  if (mode === "switchover") return undefined;
  try {
    const seen = await probe.read();
    if (seen === undefined || seen.consecutiveFailures === 0) return now;
    return seen.lastOkAt ?? seen.firstFailedAt ?? now;
  } catch (error) {
    log.warn("the probe's record cannot be read", { reason: reasonOf(error) });
    return now;
  }
}
