import { isLeaseLive } from "./admission";
import type { RegionRole, RoleRecord, ServiceAlarm } from "./regions";
import type { ProtocolTimings } from "./timings";

/** Whether the database takes writes; `not_asked` where the answer would change nothing. */
export const DATABASE_STATES = ["writable", "read_only", "unreachable", "not_asked"] as const;
export type DatabaseState = (typeof DATABASE_STATES)[number];

/** The role as it is shown: a Region whose lease is over is fenced, whether or not its lease keeper has noted it. */
export function shownRole(record: RoleRecord, now: Date, timings: ProtocolTimings): RegionRole {
  return record.role === "ACTIVE" && !isLeaseLive(record, now, timings) ? "FENCED" : record.role;
}

/**
 * Whether traffic belongs here. A Region that takes over draws it before its database is promoted: towards dr, that is
 * the latch. A dead database or failing functions send it away as a dead Region does.
 */
export function drawsTraffic(
  shown: RegionRole | "UNKNOWN",
  database: DatabaseState,
  serviceAlarm: ServiceAlarm,
): boolean {
  if (shown === "TAKING_OVER") return true;
  return shown === "ACTIVE" && database === "writable" && serviceAlarm !== "ALARM";
}
