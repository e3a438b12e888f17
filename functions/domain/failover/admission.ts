import type { Place, RoleRecord, WitnessReading } from "./regions";
import { isWithin, type ProtocolTimings } from "./timings";

/** Whether a Region may accept a write, and in which epoch. */
export type Admission =
  { readonly admitted: true; readonly epoch: number } | { readonly admitted: false; readonly reason: string };

/** What a Region knows when a write arrives; undefined is what could not be read. */
export interface AdmissionView {
  readonly place: Place;
  readonly record: RoleRecord | undefined;
  readonly witness: WitnessReading | undefined;
  readonly now: Date;
}

/**
 * The rule of who may write. A Region must prove three things; what it cannot read does not admit.
 * (a) its role record says ACTIVE;
 * (b) a fresh reading of the witness names it: this stops it when the world no longer sends it traffic;
 * (c) its lease is not over: this stops it for good, until a Region that takes over has ended its wait.
 */
export function mayAcceptWrite(view: AdmissionView, timings: ProtocolTimings): Admission {
  const { place, record, witness, now } = view;
  if (record === undefined) return refused("the role record cannot be read");
  if (record.role !== "ACTIVE") return refused(`the role is ${record.role}`);
  if (witness === undefined) return refused("the witness cannot be read");
  if (!isFresh(witness, now, timings)) return refused("the last reading of the witness is too old");
  if (witness.named !== place) return refused(`the witness names ${witness.named}`);
  if (!isLeaseLive(record, now, timings)) return refused("the lease is over");
  return { admitted: true, epoch: record.epoch };
}

/**
 * The rule for reading payments: only the role. A Region whose lease is just over still has the truth; a standby's copy
 * may lag and would deny a payment that was acknowledged.
 */
export function mayServeReads(record: RoleRecord | undefined): Admission {
  if (record === undefined) return refused("the role record cannot be read");
  if (record.role !== "ACTIVE") return refused(`the role is ${record.role}`);
  return { admitted: true, epoch: record.epoch };
}

/** Whether the reading is young enough to act on. */
export function isFresh(reading: WitnessReading, now: Date, timings: ProtocolTimings): boolean {
  return isWithin(reading.readAt, now, timings.witnessFreshSeconds);
}

/** Whether the right to write was renewed recently enough. A record without a lease has none. */
export function isLeaseLive(record: RoleRecord, now: Date, timings: ProtocolTimings): boolean {
  return record.leaseRenewedAt !== undefined && isWithin(record.leaseRenewedAt, now, timings.leaseSeconds);
}

function refused(reason: string): Admission {
  return { admitted: false, reason };
}
