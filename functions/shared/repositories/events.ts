import type { Queryable } from "../database/Database";
import { paymentResult, type PaymentResult } from "../tables/ResultRepository";

/** A payment's events that the results table has not got, in the order of their versions. */
export async function unpublishedEventsOf(database: Queryable, paymentId: string): Promise<PaymentResult[]> {
  const rows = await database.query<{ snapshot: unknown }>(
    `SELECT snapshot FROM payments.payment_events
      WHERE payment_id = $1 AND published_at IS NULL ORDER BY version`,
    [paymentId],
  );
  return rows.rows.map((row) => paymentResult.parse(row.snapshot));
}

/** Payments with events that have waited longer than `olderThanSeconds`, oldest first. */
export async function paymentsWithUnpublishedEvents(
  database: Queryable,
  olderThanSeconds: number,
  limit: number,
): Promise<string[]> {
  const rows = await database.query<{ payment_id: string }>(
    `SELECT payment_id FROM payments.payment_events
      WHERE published_at IS NULL AND occurred_at < now() - make_interval(secs => $1)
      GROUP BY payment_id ORDER BY min(occurred_at) LIMIT $2`,
    [olderThanSeconds, limit],
  );
  return rows.rows.map((row) => row.payment_id);
}

/** Notes that the results table has these events. */
export async function markPublished(transaction: Queryable, eventIds: readonly string[]): Promise<void> {
  await transaction.query(
    "UPDATE payments.payment_events SET published_at = now() WHERE event_id = ANY($1) AND published_at IS NULL",
    [eventIds],
  );
}

/** Whether the merchant already took this event's notification. An event that was lost with a Region says no. */
export async function wasNotified(database: Queryable, eventId: string): Promise<boolean> {
  const found = await database.query(
    "SELECT 1 FROM payments.payment_events WHERE event_id = $1 AND notified_at IS NOT NULL",
    [eventId],
  );
  return found.rowCount === 1;
}

/** Notes that the merchant took this event's notification. */
export async function markNotified(transaction: Queryable, eventId: string): Promise<void> {
  await transaction.query(
    "UPDATE payments.payment_events SET notified_at = now() WHERE event_id = $1 AND notified_at IS NULL",
    [eventId],
  );
}
