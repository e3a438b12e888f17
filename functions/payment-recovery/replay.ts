import type { ReplayResult } from "../shared/failover/recoveryActions";
import { askingMessage } from "../shared/payments/askingMessage";
import { StaleEpoch } from "../shared/payments/processOperation";
import { markSent } from "../shared/repositories/outbox";
import { openOperationsBefore } from "../shared/repositories/recovery";
import type { Session } from "../shared/tables/SessionRepository";
import { decodeCursor, encodeCursor, type ReplayCursor, type SessionsCursor } from "./cursor";
import {
  beginRecovery,
  isOver,
  requireSameEpoch,
  type Recovery,
  type RecoveryDependencies,
} from "./dependencies";
import { missingSessions, positionOf } from "./missingSessions";
import { redriveSession } from "./redrive";
import { minuteAfter, recoveryWindow } from "./window";

/** How long one invocation goes on, in milliseconds; the state machine calls again. */
const RUN_MILLISECONDS = 20_000;
/** Operations in one page. */
const OPERATIONS_PAGE = 200;
/** Passes over the sessions: those that had to wait for the PSP are tried again. */
const MAX_PASSES = 5;

/** What an invocation did so far. */
interface Counts {
  replayed: number;
  redriven: number;
  waiting: number;
  refused: number;
}

/** How a step ended: go on at the cursor, or come back to it in another invocation; undefined: all is done. */
type Step = { readonly cursor: ReplayCursor; readonly pause?: boolean } | undefined;

/**
 * Brings back what the lost Region took with it: first every operation without an outcome is sent to this Region's
 * queue, then every acknowledged request that Aurora had not carried over is accepted again from its session. Bounded
 * in time and resumable by its cursor; whatever is repeated changes nothing.
 *
 * @throws RegionNotActive, StaleEpoch
 */
export async function replay(
  dependencies: RecoveryDependencies,
  operationId: string,
  cursor: string | undefined,
): Promise<ReplayResult> {
  const recovery = await beginRecovery(dependencies, operationId, RUN_MILLISECONDS);
  const counts: Counts = { replayed: 0, redriven: 0, waiting: 0, refused: 0 };
  let step: Step = { cursor: cursor === undefined ? startOf(recovery) : decodeCursor(cursor) };
  if (step.cursor.epoch !== recovery.epoch) throw new StaleEpoch("the cursor is of another epoch");
  while (step !== undefined && step.pause !== true && !isOver(dependencies, recovery)) {
    step = await advance(dependencies, recovery, step.cursor, counts);
  }
  const { log, metrics } = dependencies;
  metrics.count("ReplayedOperations", counts.replayed);
  metrics.count("RedrivenRequests", counts.redriven);
  log.info("replay", { operationId, ...counts, done: step === undefined });
  return { ...counts, done: step === undefined, ...(step && { cursor: encodeCursor(step.cursor) }) };
}

function startOf({ epoch }: Recovery): ReplayCursor {
  return { phase: "operations", epoch, after: "" };
}

function advance(
  dependencies: RecoveryDependencies,
  recovery: Recovery,
  cursor: ReplayCursor,
  counts: Counts,
): Promise<Step> {
  return cursor.phase === "operations"
    ? replayOperations(dependencies, recovery, cursor.after, counts)
    : redriveSessions(dependencies, recovery, cursor, counts);
}

/**
 * Their messages were never sent, or went to the lost Region's queue. What this Region has begun itself is of its own
 * epoch, and its messages are in its own queue.
 */
async function replayOperations(
  dependencies: RecoveryDependencies,
  recovery: Recovery,
  after: string,
  counts: Counts,
): Promise<Step> {
  const { database, queue, clock } = dependencies;
  const { epoch, operation } = recovery;
  const operations = await openOperationsBefore(database, epoch, after, OPERATIONS_PAGE);
  const last = operations.at(-1);
  if (last === undefined) {
    const window = recoveryWindow(operation, clock.now());
    return { cursor: { phase: "sessions", epoch, ...window, minute: window.first, pass: 1, waiting: 0 } };
  }
  await requireSameEpoch(dependencies, epoch);
  const now = clock.now();
  const taken = await queue.sendAll(operations.map((each) => askingMessage(each, epoch, now)));
  counts.replayed += taken.size;
  // The relay need not send them once more; what it has sent already only asks twice.
  await database.withTransaction((transaction) => markSent(transaction, [...taken]));
  // What the queue did not take is sent by the next invocation.
  if (taken.size < operations.length) return { cursor: { phase: "operations", epoch, after }, pause: true };
  return { cursor: { phase: "operations", epoch, after: last.operationId } };
}

async function redriveSessions(
  dependencies: RecoveryDependencies,
  recovery: Recovery,
  cursor: SessionsCursor,
  counts: Counts,
): Promise<Step> {
  const { missing, malformed, next } = await missingSessions(dependencies, cursor.minute, cursor.after);
  counts.refused += malformed.length;
  let { waiting } = cursor;
  for (const session of missing) {
    if (isOver(dependencies, recovery))
      return { cursor: { ...cursor, waiting, after: before(missing, session, cursor) } };
    const { kind } = await redriveSession(dependencies, session, recovery.epoch);
    if (kind !== "present") counts[kind] += 1;
    if (kind === "waiting") waiting += 1;
  }
  if (next !== undefined) return { cursor: { ...cursor, waiting, after: next } };
  const minute = minuteAfter(cursor.minute, cursor);
  if (minute !== undefined) return { cursor: { ...cursor, waiting, minute, after: undefined } };
  return endOfPass(cursor, waiting);
}

/** The last session that was dealt with before this one: from there the page is read again. */
function before(
  missing: readonly Session[],
  session: Session,
  cursor: SessionsCursor,
): SessionsCursor["after"] {
  const previous = missing[missing.indexOf(session) - 1];
  return previous ? positionOf(previous) : cursor.after;
}

function endOfPass(cursor: SessionsCursor, waiting: number): Step {
  if (waiting === 0 || cursor.pass >= MAX_PASSES) return undefined;
  const { first, pass } = cursor;
  return {
    cursor: { ...cursor, minute: first, after: undefined, pass: pass + 1, waiting: 0 },
    pause: true,
  };
}
