import type { Attempt, Change, Facts, Moment } from "../facts";
import { placeOfEpoch } from "./writers";
import type { LostPayment } from "./payments";

/** The service counts as recovered with this many consecutive successful writes. */
export const RECOVERY_WRITES = 10;

/** The value that a watched thing had at a moment; undefined before it was first seen. */
export function valueAt(changes: readonly Change<string>[], at: Moment): string | undefined {
  return changes.findLast((change) => change.at <= at)?.value;
}

/**
 * When the service was back: the tenth consecutive successful write through the public name by the newly active Region,
 * counted from the fault, with that Region's service alarm green. Undefined when that never came.
 */
export function recoveredAt(
  facts: Pick<Facts, "attempts" | "activations" | "observations">,
  faultAt: Moment,
): Moment | undefined {
  const activation = facts.activations.find(({ at }) => at > faultAt);
  if (activation === undefined) return undefined;
  const alarm = facts.observations.serviceAlarms[activation.place];
  const writes = facts.attempts
    .filter(({ isInside }) => !isInside)
    .filter(({ startedAt, endedAt }) => startedAt >= faultAt && endedAt >= activation.at)
    .sort((left, right) => left.endedAt - right.endedAt);
  let consecutive = 0;
  for (const write of writes) {
    consecutive = isWriteOf(write, activation.place) ? consecutive + 1 : 0;
    if (consecutive >= RECOVERY_WRITES && valueAt(alarm, write.endedAt) === "OK") return write.endedAt;
  }
  return undefined;
}

function isWriteOf({ outcome, epoch }: Attempt, place: string): boolean {
  return outcome === "accepted" && epoch !== undefined && placeOfEpoch(epoch) === place;
}

/** Milliseconds from the acknowledgement of the oldest lost payment to the fault; 0 when none is lost. */
export function recoveryPointMs(lost: readonly LostPayment[], faultAt: Moment | undefined): number {
  if (faultAt === undefined || lost.length === 0) return 0;
  const oldest = Math.min(...lost.map(({ acknowledgedAt }) => acknowledgedAt));
  return Math.max(0, faultAt - oldest);
}

/** The longest time without a successful write, in milliseconds, and when it began. */
export interface WritePause {
  readonly from: Moment;
  readonly milliseconds: number;
}

/** The longest pause between two successful writes that ended after `since`. Undefined with fewer than two writes. */
export function longestWritePause(
  attempts: readonly Attempt[],
  since: Moment | undefined,
): WritePause | undefined {
  const ends = attempts
    .filter(({ outcome, isInside }) => outcome === "accepted" && !isInside)
    .map(({ endedAt }) => endedAt)
    .sort((left, right) => left - right);
  let longest: WritePause | undefined;
  for (const [index, end] of ends.entries()) {
    const from = ends[index - 1];
    if (from === undefined || (since !== undefined && end < since)) continue;
    if (longest === undefined || end - from > longest.milliseconds)
      longest = { from, milliseconds: end - from };
  }
  return longest;
}

/** When the loss was noticed: the standby's alarm, or the start of an operation, whichever came first after the fault. */
export function detectedAt(
  facts: Pick<Facts, "observations" | "operations">,
  faultAt: Moment,
): Moment | undefined {
  const alarms = Object.values(facts.observations.peerAlarms).flatMap((changes) =>
    changes.filter(({ value, at }) => value === "ALARM" && at >= faultAt).map(({ at }) => at),
  );
  const starts = facts.operations.map(({ startedAt }) => startedAt).filter((at) => at >= faultAt);
  const all = [...alarms, ...starts];
  return all.length === 0 ? undefined : Math.min(...all);
}
