import type { PaymentsConfig } from "./config";

/** What Aurora PostgreSQL never exceeds by itself. */
const MOST = 5_000;
/** What it never exceeds where the least capacity is below one unit. */
const MOST_BELOW_ONE_UNIT = 2_000;
/** Share of the limit at which somebody should look. */
const ALARM_SHARE = 0.8;

/**
 * Connections that an Aurora Serverless v2 instance allows. The engine derives them from the largest capacity, whatever
 * the capacity of the moment: 189 at 1 unit, 823 at 4, 1,669 at 8, 3,360 at 16, 5,000 from 32 on, which is a straight
 * line. With a least capacity below 1 it stops at 2,000 (Aurora user guide, "Maximum connections for Aurora Serverless
 * v2", and https://repost.aws/articles/ARm5e6RHE3R4mnHS2S-UZUwA).
 */
export function maximumConnections({
  minCapacity,
  maxCapacity,
}: Pick<PaymentsConfig["database"], "minCapacity" | "maxCapacity">): number {
  const derived = Math.round(211.375 * maxCapacity - 22.4);
  return Math.min(derived, minCapacity < 1 ? MOST_BELOW_ONE_UNIT : MOST);
}

/** Connections to one instance from which an alarm is due. */
export function connectionsThreshold(database: PaymentsConfig["database"]): number {
  return Math.floor(ALARM_SHARE * maximumConnections(database));
}
