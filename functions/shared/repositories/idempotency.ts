import type { Queryable } from "../database/Database";

/**
 * How long a key stays in flight, in seconds: between the commit and the session's write. A request that finds it older
 * takes it over; the writer that held it is gone.
 */
export const IN_FLIGHT_SECONDS = 10;

/** How long our keys are kept, in days, and the PSP's, in hours. A later repeat never reaches the PSP. */
export const KEY_RETENTION_DAYS = 45;
export const PSP_KEY_RETENTION_HOURS = 24;

/** The first answer, as it is repeated. */
export interface StoredAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** The payment or operation that the key made. */
  readonly resourceId: string;
}

/** A key as the table has it. `inFlight` is true while its writer may still be at work. */
export interface KeyRecord extends StoredAnswer {
  readonly fingerprint: Buffer;
  readonly completed: boolean;
  readonly inFlight: boolean;
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
     VALUES ($1, $2, $3, 'in_flight', now() + make_interval(secs => $4), $5, $6, $7, $8,
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
    state: string;
    in_flight: boolean;
    status_code: number;
    answer_headers: Record<string, string>;
    answer_body: string;
    resource_id: string;
  }>(
    `SELECT request_fingerprint, state, (state = 'in_flight' AND locked_until > now()) AS in_flight,
            status_code, answer_headers, answer_body, resource_id
       FROM payments.idempotency_keys WHERE merchant_id = $1 AND key = $2`,
    [identity.merchantId, identity.key],
  );
  const row = found.rows[0];
  return (
    row && {
      fingerprint: row.request_fingerprint,
      completed: row.state === "completed",
      inFlight: row.in_flight,
      statusCode: row.status_code,
      headers: row.answer_headers,
      body: row.answer_body,
      resourceId: row.resource_id,
    }
  );
}

/** Lets a key go whose writer failed after its commit, so that the caller's next try need not wait for the expiry. */
export async function releaseKey(transaction: Queryable, identity: KeyIdentity): Promise<void> {
  await transaction.query(
    `UPDATE payments.idempotency_keys SET locked_until = now()
      WHERE merchant_id = $1 AND key = $2 AND state = 'in_flight'`,
    [identity.merchantId, identity.key],
  );
}

/** Notes that both replicas hold the request: from now on the key is only repeated. */
export async function completeKey(transaction: Queryable, identity: KeyIdentity): Promise<void> {
  await transaction.query(
    `UPDATE payments.idempotency_keys SET state = 'completed'
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
