import { IN_FLIGHT_SECONDS, KEY_RETENTION_DAYS, type IdempotencyRecord } from "../../domain/idempotency";
import type { Queryable } from "../database/Database";

/** The first answer, as it is repeated. */
export interface StoredAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** The payment or operation that the key made. */
  readonly resourceId: string;
}

/** A key as the table has it, and the database's own time: both sides of its expiry are measured by one clock. */
export interface KeyRecord extends IdempotencyRecord {
  readonly answer: StoredAnswer;
  readonly readAt: Date;
}

/** A key of a merchant. */
export interface KeyIdentity {
  readonly merchantId: string;
  readonly key: string;
}

/**
 * Claims a key together with its answer. False when the key is taken. While another transaction is claiming the same
 * key this waits for its end, at most `lock_timeout`.
 */
export async function claimKey(
  transaction: Queryable,
  identity: KeyIdentity,
  fingerprint: Buffer,
  answer: StoredAnswer,
): Promise<boolean> {
  const inserted = await transaction.query(
    `INSERT INTO payments.idempotency_keys (merchant_id, key, request_fingerprint, state, locked_until,
       status_code, answer_headers, answer_body, resource_id, expires_at)
     VALUES ($1, $2, $3, 'in_flight', clock_timestamp() + make_interval(secs => $4), $5, $6, $7, $8,
       now() + make_interval(days => $9))
     ON CONFLICT (merchant_id, key) DO NOTHING`,
    [
      identity.merchantId,
      identity.key,
      fingerprint,
      IN_FLIGHT_SECONDS,
      answer.statusCode,
      JSON.stringify(answer.headers),
      answer.body,
      answer.resourceId,
      KEY_RETENTION_DAYS,
    ],
  );
  return inserted.rowCount === 1;
}

/** The record of a key, if there is one. */
export async function findKey(database: Queryable, identity: KeyIdentity): Promise<KeyRecord | undefined> {
  const found = await database.query<{
    request_fingerprint: Buffer;
    state: KeyRecord["state"];
    locked_until: Date;
    read_at: Date;
    status_code: number;
    answer_headers: Record<string, string>;
    answer_body: string;
    resource_id: string;
  }>(
    `SELECT request_fingerprint, state, locked_until, clock_timestamp() AS read_at,
            status_code, answer_headers, answer_body, resource_id
       FROM payments.idempotency_keys WHERE merchant_id = $1 AND key = $2`,
    [identity.merchantId, identity.key],
  );
  const row = found.rows[0];
  if (!row) return undefined;
  return {
    fingerprint: row.request_fingerprint,
    state: row.state,
    inFlightUntil: row.locked_until,
    readAt: row.read_at,
    answer: {
      statusCode: row.status_code,
      headers: row.answer_headers,
      body: row.answer_body,
      resourceId: row.resource_id,
    },
  };
}

/** Takes over a key whose writer is gone. False when another request was faster. */
export async function takeOverKey(transaction: Queryable, identity: KeyIdentity): Promise<boolean> {
  const updated = await transaction.query(
    `UPDATE payments.idempotency_keys SET locked_until = clock_timestamp() + make_interval(secs => $3)
      WHERE merchant_id = $1 AND key = $2 AND state = 'in_flight' AND locked_until <= clock_timestamp()`,
    [identity.merchantId, identity.key, IN_FLIGHT_SECONDS],
  );
  return updated.rowCount === 1;
}

/** Lets a key go whose writer failed after its commit, so that the caller's next try need not wait for the expiry. */
export async function releaseKey(transaction: Queryable, identity: KeyIdentity): Promise<void> {
  await transaction.query(
    `UPDATE payments.idempotency_keys SET locked_until = clock_timestamp()
      WHERE merchant_id = $1 AND key = $2 AND state = 'in_flight'`,
    [identity.merchantId, identity.key],
  );
}

/** Removes keys that are past their retention, at most `limit`. Returns how many. */
export async function deleteExpiredKeys(transaction: Queryable, limit: number): Promise<number> {
  const deleted = await transaction.query(
    `DELETE FROM payments.idempotency_keys WHERE (merchant_id, key) IN (
       SELECT merchant_id, key FROM payments.idempotency_keys WHERE expires_at < now() LIMIT $1)`,
    [limit],
  );
  return deleted.rowCount ?? 0;
}
