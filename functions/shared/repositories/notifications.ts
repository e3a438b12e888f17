import type { Queryable } from "../database/Database";

/** What is kept of a PSP notification. */
export interface NotificationRecord {
  readonly notificationId: string;
  readonly paymentId: string;
  readonly operationId: string;
  readonly type: string;
}

/** Notes a notification. False when this id came before: a replay. */
export async function claimNotification(
  transaction: Queryable,
  record: NotificationRecord,
): Promise<boolean> {
  const inserted = await transaction.query(
    `INSERT INTO payments.psp_notifications (notification_id, payment_id, operation_id, type)
     VALUES ($1, $2, $3, $4) ON CONFLICT (notification_id) DO NOTHING`,
    [record.notificationId, record.paymentId, record.operationId, record.type],
  );
  return inserted.rowCount === 1;
}
