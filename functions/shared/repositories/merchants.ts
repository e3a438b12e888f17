import type { Queryable } from "../database/Database";

/** A key's stored hash and whether it and its merchant may still be used. */
export interface ApiKeyRecord {
  readonly merchantId: string;
  readonly keyHash: Buffer;
  readonly usable: boolean;
}

/** Finds a key by the HMAC of the whole key. The caller compares the hash again in constant time. */
export async function findApiKey(database: Queryable, keyHash: Buffer): Promise<ApiKeyRecord | undefined> {
  const found = await database.query<{ merchant_id: string; key_hash: Buffer; usable: boolean }>(
    `SELECT k.merchant_id, k.key_hash, (k.revoked_at IS NULL AND m.status = 'active') AS usable
       FROM payments.merchant_api_keys k JOIN payments.merchants m USING (merchant_id)
      WHERE k.key_hash = $1`,
    [keyHash],
  );
  const row = found.rows[0];
  return row && { merchantId: row.merchant_id, keyHash: row.key_hash, usable: row.usable };
}

/** Where a merchant wants to be told of results; `undefined` when it does not. */
export async function findNotificationUrl(
  database: Queryable,
  merchantId: string,
): Promise<string | undefined> {
  const found = await database.query<{ notification_url: string | null }>(
    "SELECT notification_url FROM payments.merchants WHERE merchant_id = $1",
    [merchantId],
  );
  return found.rows[0]?.notification_url ?? undefined;
}
