/** A Region's place, fixed in configuration. */
export const PLACES = ["primary", "dr"] as const;
export type Place = (typeof PLACES)[number];

/** What a Region is right now; only ACTIVE may write. */
export const REGION_ROLES = ["ACTIVE", "STANDBY", "TAKING_OVER", "FENCED"] as const;
export type RegionRole = (typeof REGION_ROLES)[number];

/** Whether the Region's service alarm is red, as the lease keeper last saw it. */
export const SERVICE_ALARM_STATES = ["OK", "ALARM", "UNKNOWN"] as const;
export type ServiceAlarm = (typeof SERVICE_ALARM_STATES)[number];

/** A Region's role record, as the protocol sees it. */
export interface RoleRecord {
  readonly role: RegionRole;
  /** Odd while primary is active, even while dr is. */
  readonly epoch: number;
  /** When role or epoch last changed. */
  readonly updatedAt: Date;
  /** When the reading was made that last renewed the lease. */
  readonly leaseRenewedAt?: Date | undefined;
}

/** What one look at the witness gave. */
export interface WitnessReading {
  /** The place that may write. */
  readonly named: Place;
  /** When the question was sent: the answer is no older than this by the reader's own doing. */
  readonly readAt: Date;
}

/** What the peer's /status says; the role is the one shown. */
export interface PeerView {
  readonly role: RegionRole;
  readonly epoch: number;
}

export function peerOf(place: Place): Place {
  return place === "primary" ? "dr" : "primary";
}

/** The place that is active in an epoch: odd epochs are primary's. */
export function placeOfEpoch(epoch: number): Place {
  return epoch % 2 === 1 ? "primary" : "dr";
}

/** The smallest epoch above the highest one seen that belongs to the place. */
export function nextEpoch(place: Place, highestSeen: number): number {
  const next = highestSeen + 1;
  return placeOfEpoch(next) === place ? next : next + 1;
}
