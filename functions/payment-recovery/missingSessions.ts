import { knownOperations } from "../shared/repositories/recovery";
import type { SessionPosition } from "../shared/tables/SessionIndex";
import type { Session } from "../shared/tables/SessionRepository";
import type { RecoveryDependencies } from "./dependencies";

/** Sessions read at once. */
export const PAGE_SIZE = 100;

/** One page of sessions, and which of them the database has not got. */
export interface MissingSessions {
  readonly all: readonly Session[];
  readonly missing: readonly Session[];
  /** Ids of sessions that are not understood and have no row. */
  readonly malformed: readonly string[];
  readonly next: SessionPosition | undefined;
}

/** Reads a page and compares it with the database. */
export async function missingSessions(
  { sessionIndex, database }: Pick<RecoveryDependencies, "sessionIndex" | "database">,
  minute: string,
  after: SessionPosition | undefined,
): Promise<MissingSessions> {
  const page = await sessionIndex.page(minute, after, PAGE_SIZE);
  const ids = [...page.sessions.map((session) => session.paymentId), ...page.malformed];
  const known = ids.length > 0 ? await knownOperations(database, ids) : new Set<string>();
  return {
    all: page.sessions,
    missing: page.sessions.filter((session) => !known.has(session.paymentId)),
    malformed: page.malformed.filter((id) => !known.has(id)),
    next: page.next,
  };
}

/** Where a session stands in its minute. */
export function positionOf(session: Session): SessionPosition {
  return { paymentId: session.paymentId, acceptedAt: session.acceptedAt.toISOString() };
}
