import { isFresh, isLeaseLive } from "./admission";
import { hasBegunPromotion, holdsLock, type OperationState, type OperationView } from "./operations";
import { placeOfEpoch, type PeerView, type Place, type RoleRecord, type WitnessReading } from "./regions";
import { secondsBetween, type ProtocolTimings } from "./timings";

/** What the lease keeper knows. `witness` and `record` were read before `peer` was asked; undefined is what did not answer. */
export interface LeaseView {
  readonly place: Place;
  readonly record: RoleRecord;
  readonly witness: WitnessReading | undefined;
  readonly peer: PeerView | undefined;
  /** The operation of the Region's own table. */
  readonly operation: OperationView | undefined;
  readonly now: Date;
}

/** What the lease keeper does. Every change is conditional on the record that was read. */
export type LeaseDecision =
  | { readonly kind: "keep"; readonly reason: string }
  | { readonly kind: "renew"; readonly leaseRenewedAt: Date; readonly reason: string }
  | { readonly kind: "fence"; readonly reason: string }
  | {
      readonly kind: "resume";
      readonly leaseRenewedAt: Date;
      /** Whether queue, consumers and schedules are opened: a Region that was stood down had closed them. */
      readonly opens: boolean;
      readonly reason: string;
    }
  | {
      readonly kind: "stand_by";
      readonly epoch: number;
      /** Whether queue, consumers and schedules are closed: they may have been open. */
      readonly closes: boolean;
      readonly reason: string;
    };

/** The lease keeper's decision. */
export function decideLease(view: LeaseView, timings: ProtocolTimings): LeaseDecision {
  const { record, peer } = view;
  if (peer !== undefined && peer.epoch > record.epoch) {
    const reason = `the peer has epoch ${peer.epoch}`;
    return { kind: "stand_by", epoch: peer.epoch, closes: record.role !== "STANDBY", reason };
  }
  switch (record.role) {
    case "ACTIVE":
      return isLeaseLive(record, view.now, timings) ? renew(view, timings) : resumeOr(view, timings, FENCE);
    case "FENCED":
      return resumeOr(view, timings, keep("without a lease"));
    case "TAKING_OVER":
      return takingOver(view);
    case "STANDBY":
      return stoodDown(view, timings) ? resumeOr(view, timings, keep("stood down")) : keep("a standby");
  }
}

/** A failed operation is not over: it is started again. */
const END_STATES: ReadonlySet<OperationState> = new Set(["SUCCEEDED", "ABORTED", "CANCELLED"]);

const FENCE: LeaseDecision = { kind: "fence", reason: "the lease is over" };

/**
 * The lease goes on by the world's word or by the peer's. With both against it the Region is fenced at once: the witness
 * may turn back to it while the peer, which hears of that late, takes over, and then the rest of a lease would do harm.
 */
function renew(view: LeaseView, timings: ProtocolTimings): LeaseDecision {
  const { place, witness, record, now } = view;
  if (witness === undefined || !isFresh(witness, now, timings)) return keep("the witness cannot be read");
  const { named, readAt } = witness;
  if (record.leaseRenewedAt !== undefined && readAt <= record.leaseRenewedAt) return keep("renewed already");
  if (named === place)
    return { kind: "renew", leaseRenewedAt: readAt, reason: "the witness names this Region" };
  if (peerGivesLease(view, timings)) return { kind: "renew", leaseRenewedAt: readAt, reason: PEERS_WORD };
  return {
    kind: "fence",
    reason: `the witness names ${named}, and the peer does not say that it is a standby`,
  };
}

function resumeOr(view: LeaseView, timings: ProtocolTimings, otherwise: LeaseDecision): LeaseDecision {
  const { witness, record } = view;
  if (witness === undefined || !peerGivesLease(view, timings)) return otherwise;
  return {
    kind: "resume",
    leaseRenewedAt: witness.readAt,
    opens: record.role === "STANDBY",
    reason: PEERS_WORD,
  };
}

const PEERS_WORD = "the peer is a standby of this epoch";

/**
 * A Region without a lease gets one only when the peer says that it is a standby of the same epoch: then nobody began to
 * take over before that lease, and whoever begins later waits until it is over. The witness need not name the Region yet,
 * because it cannot while /status says FENCED (writes still wait for it); but it must be readable, or a Region that
 * cannot read it would draw traffic that it must refuse.
 */
function peerGivesLease({ place, record, peer, witness, now }: LeaseView, timings: ProtocolTimings): boolean {
  if (peer?.role !== "STANDBY" || peer.epoch !== record.epoch) return false;
  if (placeOfEpoch(record.epoch) !== place) return false;
  return witness !== undefined && isFresh(witness, now, timings);
}

/** Before the promotion a take-over that nobody drives any more is given up; afterwards there is no way back. */
function takingOver({ record, operation, now }: LeaseView): LeaseDecision {
  if (holdsLock(operation, now)) return keep("taking over");
  const isOver = operation === undefined || END_STATES.has(operation.state);
  if (!isOver && hasBegunPromotion(operation.step))
    return keep("the promotion has begun: the operation must be started again");
  return { kind: "stand_by", epoch: record.epoch, closes: false, reason: "no operation is running" };
}

/**
 * The epoch is this Region's and yet it is a standby: a switchover stood it down and did not go on. It had the time
 * that a take-over waits.
 */
function stoodDown({ place, record, operation, now }: LeaseView, timings: ProtocolTimings): boolean {
  return (
    placeOfEpoch(record.epoch) === place &&
    !holdsLock(operation, now) &&
    secondsBetween(record.updatedAt, now) > timings.takeoverWaitSeconds
  );
}

function keep(reason: string): LeaseDecision {
  return { kind: "keep", reason };
}
