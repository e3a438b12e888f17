import type { Database } from "../database/Database";
import { markPublished, unpublishedEventsOf } from "../repositories/events";
import type { ResultRepository } from "../tables/ResultRepository";

/**
 * Carries a payment's events to the results table, in the order of their versions: the table's stream then shows each
 * of them. Two that do this at once do no harm: the table takes a version once.
 *
 * @returns how many events were carried over.
 */
export async function publishEvents(
  database: Database,
  results: ResultRepository,
  paymentId: string,
): Promise<number> {
  const events = await unpublishedEventsOf(database, paymentId);
  if (events.length === 0) return 0;
  for (const event of events) await results.put(event);
  const ids = events.map((event) => event.eventId);
  await markPublished(database, ids);
  return events.length;
}
