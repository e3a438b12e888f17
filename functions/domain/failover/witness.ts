import type { Place, WitnessReading } from "./regions";
import { secondsBetween, type ProtocolTimings } from "./timings";

/** Since when readings have named the same place without a gap. */
export interface WitnessHistory {
  readonly named: Place;
  readonly since: Date;
  /** The last reading that said so. */
  readonly readAt: Date;
}

/**
 * Readings further apart than this many times the TTL do not prove that nothing was said in between. Nearer ones do: there
 * and back takes the health checks two rounds of three looks, 30 s apart.
 */
const MAX_GAP_TTLS = 5;

/** Adds a reading. One that is older than what is known changes nothing. */
export function observeWitness(
  history: WitnessHistory | undefined,
  reading: WitnessReading,
  timings: ProtocolTimings,
): WitnessHistory {
  const { named, readAt } = reading;
  if (history === undefined) return { named, since: readAt, readAt };
  const gap = secondsBetween(history.readAt, readAt);
  if (gap < 0 && history.named === named) return history;
  const continues = named === history.named && gap <= MAX_GAP_TTLS * timings.witnessTtlSeconds;
  return { named, since: continues ? history.since : readAt, readAt };
}

/** For how many seconds the place has been named without a gap; 0 when it is not, or was not asked for too long. */
export function namedForSeconds(
  history: WitnessHistory | undefined,
  place: Place,
  now: Date,
  timings: ProtocolTimings,
): number {
  if (history?.named !== place) return 0;
  if (secondsBetween(history.readAt, now) > MAX_GAP_TTLS * timings.witnessTtlSeconds) return 0;
  return Math.max(0, secondsBetween(history.since, history.readAt));
}
