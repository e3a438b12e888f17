/** How long each part of the protocol may take, in seconds. Fractions are for drills, where the clock runs faster. */
export interface ProtocolTimings {
  /** How long an answer of the witness is kept before it is asked for again: the record's TTL. */
  readonly witnessTtlSeconds: number;
  /** How old a reading of the witness may be for a write to be accepted. */
  readonly witnessFreshSeconds: number;
  /** How long the right to write lasts after the reading that renewed it: 60 s and the lease keeper's schedule. */
  readonly leaseSeconds: number;
  /** How long a Region that takes over waits, named by the witness, before it touches the database. */
  readonly takeoverWaitSeconds: number;
}

/** The values on AWS. */
export const AWS_TIMINGS: ProtocolTimings = {
  witnessTtlSeconds: 10,
  witnessFreshSeconds: 15,
  leaseSeconds: 120,
  takeoverWaitSeconds: 150,
};

/**
 * Seconds that the lease keeper gives the other Region to answer: 3 on AWS. Two such looks are a tenth of the keeper's
 * schedule, which is half a lease. Less than a second would tell how busy a machine is, not whether a Region is away.
 */
export function peerLookSeconds({ leaseSeconds }: Pick<ProtocolTimings, "leaseSeconds">): number {
  return Math.min(3, Math.max(1, leaseSeconds / 40));
}

/** How far the clocks of two machines may differ, in seconds. A time further in the future proves nothing. */
export const MAX_CLOCK_SKEW_SECONDS = 5;

/** Seconds from `from` until `to`; negative when `from` is later. */
export function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1_000;
}

/** Whether something that happened at `at` is no older than `limitSeconds`, and not from a future that no skew explains. */
export function isWithin(at: Date, now: Date, limitSeconds: number): boolean {
  const age = secondsBetween(at, now);
  return age <= limitSeconds && age >= -MAX_CLOCK_SKEW_SECONDS;
}
