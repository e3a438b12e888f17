import { isFresh } from "./admission";
import type { OperationMode } from "./operations";
import { placeOfEpoch, type PeerView, type Place, type RoleRecord, type WitnessReading } from "./regions";
import { secondsBetween, type ProtocolTimings } from "./timings";
import { namedForSeconds, type WitnessHistory } from "./witness";

/** What a Region knows before it takes the witness. */
export interface TakeoverView {
  readonly place: Place;
  readonly mode: OperationMode;
  readonly record: RoleRecord;
  readonly witness: WitnessReading | undefined;
  /** What the peer's /status says; undefined when it does not answer. */
  readonly peer: (PeerView & { readonly traffic: boolean }) | undefined;
  /** True when an operator started or approved the operation. */
  readonly decidedByOperator: boolean;
  readonly now: Date;
}

/**
 * Why a Region may not begin to take over, or undefined when it may. A failover needs the peer lost for this Region and
 * for the world: a cut between the Regions alone proves nothing. The world's word is only worth something in dr: the
 * witness names dr whenever primary is not healthy, so primary takes over by an operator's decision only.
 */
export function whyNotTakeOver(view: TakeoverView, timings: ProtocolTimings): string | undefined {
  const { place, mode, record, witness, peer, now } = view;
  if (record.role === "ACTIVE") return "this Region is active";
  if (record.role === "FENCED") return "this Region was active last: its writes are resumed, not taken over";
  if (peer !== undefined && peer.epoch > record.epoch) return `the peer has epoch ${peer.epoch}`;
  if (mode === "switchover") {
    // A peer that takes over itself must not be stood down: it may know of an epoch that this Region would not skip.
    return peer?.role === "ACTIVE" && peer.traffic ? undefined : "the peer is not active and healthy";
  }
  if (peer?.traffic) return "the peer serves";
  if (place === "primary")
    return view.decidedByOperator ? undefined : "primary takes over by an operator only";
  if (witness === undefined || !isFresh(witness, now, timings)) return "the witness cannot be read";
  return witness.named === place ? undefined : "the world still sees the peer";
}

/**
 * Why a Region may not take the witness for the epoch that its operation was given, or undefined when it may. The lease
 * keeper may have learnt of a higher epoch since.
 */
export function whyNotLatch(place: Place, record: RoleRecord, targetEpoch: number): string | undefined {
  if (record.role !== "STANDBY" && record.role !== "TAKING_OVER") return `the role is ${record.role}`;
  if (placeOfEpoch(targetEpoch) !== place) return `epoch ${targetEpoch} is not one of ${place}`;
  return targetEpoch > record.epoch ? undefined : `epoch ${record.epoch} is not before ${targetEpoch}`;
}

/** How far the wait for the peer's lease is. */
export interface TakeoverWait {
  /** Whether the witness names this Region right now. */
  readonly named: boolean;
  /** Seconds that count. */
  readonly waitedSeconds: number;
  /** The wait is over: whatever lease the peer had has run out, and only a peer of this Region's as STANDBY could renew it. */
  readonly ready: boolean;
}

/**
 * The wait for the peer's lease to run out. It counts from when this Region both was latched and is named without a
 * gap: the latch is what keeps the witness from going back unnoticed between two readings.
 */
export function takeoverWait(
  view: {
    readonly place: Place;
    readonly history: WitnessHistory | undefined;
    readonly latchedAt: Date;
    readonly now: Date;
  },
  timings: ProtocolTimings,
): TakeoverWait {
  const { place, history, latchedAt, now } = view;
  const namedSeconds = namedForSeconds(history, place, now, timings);
  const latchedSeconds = history === undefined ? 0 : secondsBetween(latchedAt, history.readAt);
  const waitedSeconds = Math.max(0, Math.min(namedSeconds, latchedSeconds));
  return {
    named: history?.named === place,
    waitedSeconds,
    ready: waitedSeconds >= timings.takeoverWaitSeconds,
  };
}

/**
 * The wait of a switchover whose peer is known to have given up its role: there is no lease to outlast, only what was
 * under way. Seconds are twice the age up to which a reading of the witness lets write.
 */
export function handedOver(wait: TakeoverWait, timings: ProtocolTimings): TakeoverWait {
  return { ...wait, ready: wait.named && wait.waitedSeconds >= 2 * timings.witnessFreshSeconds };
}

/**
 * Why a Region may not become active in the epoch, or undefined when it may. The wait must still hold: an orchestrator
 * that stood still while its database was promoted, with its Region or alone, may find that the peer took over meanwhile.
 */
export function whyNotActivate(
  place: Place,
  record: RoleRecord,
  targetEpoch: number,
  wait: TakeoverWait,
): string | undefined {
  if (record.role !== "TAKING_OVER") return `the role is ${record.role}`;
  const reason = whyNotLatch(place, record, targetEpoch);
  if (reason !== undefined) return reason;
  return wait.ready ? undefined : "the witness has not named this Region long enough";
}
