import type { Queryable } from "../database/Database";
import { paymentMessage, type PaymentMessage } from "../queue/paymentMessage";

/** Writes a message with the change that it announces. A message id that is there already is left alone. */
export async function addMessage(transaction: Queryable, message: PaymentMessage): Promise<void> {
  await transaction.query(
    `INSERT INTO payments.outbox (message_id, payment_id, message, next_attempt_at)
     VALUES ($1, $2, $3, now()) ON CONFLICT (message_id) DO NOTHING`,
    [message.messageId, message.paymentId, JSON.stringify(message)],
  );
}

/**
 * Takes messages that their writers did not send, oldest first, and locks them until the transaction ends. Rows that
 * another relay holds are skipped.
 *
 * @param olderThanSeconds leaves the writers their own time to send.
 */
export async function takeUnsent(
  transaction: Queryable,
  olderThanSeconds: number,
  limit: number,
): Promise<PaymentMessage[]> {
  const rows = await transaction.query<{ message: unknown }>(
    `SELECT message FROM payments.outbox
      WHERE sent_at IS NULL AND next_attempt_at < now() - make_interval(secs => $1)
      ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
    [olderThanSeconds, limit],
  );
  return rows.rows.map((row) => paymentMessage.parse(row.message));
}

/** Notes that the queue has these messages. */
export async function markSent(transaction: Queryable, messageIds: readonly string[]): Promise<void> {
  await transaction.query(
    `UPDATE payments.outbox SET sent_at = now(), attempts = attempts + 1 WHERE message_id = ANY($1) AND sent_at IS NULL`,
    [messageIds],
  );
}

/** Puts messages off that the queue did not take: 10 s more for each attempt, at most 5 minutes. */
export async function postpone(transaction: Queryable, messageIds: readonly string[]): Promise<void> {
  await transaction.query(
    `UPDATE payments.outbox SET attempts = attempts + 1,
       next_attempt_at = now() + make_interval(secs => least(10 * (attempts + 1), 300))
     WHERE message_id = ANY($1)`,
    [messageIds],
  );
}

/** Removes messages sent more than `days` ago, at most `limit`. Returns how many. */
export async function deleteSent(transaction: Queryable, days: number, limit: number): Promise<number> {
  const deleted = await transaction.query(
    `DELETE FROM payments.outbox WHERE message_id IN (
       SELECT message_id FROM payments.outbox WHERE sent_at < now() - make_interval(days => $1) LIMIT $2)`,
    [days, limit],
  );
  return deleted.rowCount ?? 0;
}
