import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import { base32Id, hashApiKey, MERCHANT_ID_PATTERN } from "../../functions/domain/identifiers";
import { CommandError, UsageError } from "../cli";
import { readSecret } from "./aws";
import { connectWriter } from "./database";
import { FlatOutputs, readEmbeddedCloud, type EmbeddedCloud } from "./EmbeddedCloud";

/** What administering merchants needs: the writer's database and the pepper under which keys are hashed. */
export interface MerchantStore {
  readonly database: Pick<Client, "query">;
  readonly apiKeyPepper: string;
}

/** A merchant to make. */
export interface NewMerchant {
  readonly name: string;
  readonly notificationUrl?: string;
  /** A test key says so in its prefix; the platform treats both alike. */
  readonly test?: boolean;
}

/** A merchant with its key, which is nowhere else. */
export interface MerchantWithKey {
  readonly merchantId: string;
  readonly apiKey: string;
}

/** A merchant as the list shows it. */
export interface MerchantSummary {
  readonly merchantId: string;
  readonly name: string;
  readonly notificationUrl: string | null;
  readonly usableKeys: number;
}

const KEY_BYTES = 32;
const MAX_NAME_LENGTH = 200;

/** Opens the running platform's store for one action. @throws CommandError when nothing runs. */
export async function withMerchants<Result>(
  action: (store: MerchantStore) => Promise<Result>,
  cloud: EmbeddedCloud = readEmbeddedCloud(),
  outputs: FlatOutputs = FlatOutputs.read(),
): Promise<Result> {
  const { apiKeyPepper } = await readSecret(cloud, "primary", `secret-merchants-${outputs.suffix}`);
  if (!apiKeyPepper) throw new CommandError("The merchants' secret has no apiKeyPepper. Run: npm run up");
  const database = await connectWriter(cloud, outputs);
  try {
    return await action({ database, apiKeyPepper });
  } finally {
    await database.end();
  }
}

/**
 * Makes a merchant with one key of 256 bits. Only the key's HMAC is stored.
 *
 * @throws UsageError when the name or the address would not be accepted.
 */
export async function createMerchant(store: MerchantStore, merchant: NewMerchant): Promise<MerchantWithKey> {
  const name = merchant.name.trim();
  if (name === "" || name.length > MAX_NAME_LENGTH) throw new UsageError("The name has 1 to 200 characters.");
  const url = merchant.notificationUrl;
  if (url !== undefined && !(URL.canParse(url) && url.startsWith("https://"))) {
    throw new UsageError("The notification URL must be an https address.");
  }
  const merchantId = `mer_${base32Id(randomBytes(KEY_BYTES))}`;
  const apiKey = `mk_${merchant.test ? "test" : "live"}_${randomBytes(KEY_BYTES).toString("base64url")}`;
  await insertMerchant(store, { merchantId, apiKey }, name, url);
  return { merchantId, apiKey };
}

/**
 * Makes a merchant whose id and key are given, unless it is there with this key.
 * @returns whether it was made just now
 */
export async function ensureMerchant(
  store: MerchantStore,
  { merchantId, apiKey }: MerchantWithKey,
  name: string,
): Promise<boolean> {
  const known = await store.database.query(
    "SELECT 1 FROM payments.merchant_api_keys WHERE merchant_id = $1 AND key_hash = $2 AND revoked_at IS NULL",
    [merchantId, hashApiKey(store.apiKeyPepper, apiKey)],
  );
  if (known.rowCount === 1) return false;
  await insertMerchant(store, { merchantId, apiKey }, name);
  return true;
}

/** One statement, so that there is never a merchant without its key. */
async function insertMerchant(
  { database, apiKeyPepper }: MerchantStore,
  { merchantId, apiKey }: MerchantWithKey,
  name: string,
  notificationUrl?: string,
): Promise<void> {
  await database.query(
    `WITH merchant AS (
       INSERT INTO payments.merchants (merchant_id, name, notification_url) VALUES ($1, $2, $3) RETURNING merchant_id)
     INSERT INTO payments.merchant_api_keys (key_id, merchant_id, key_hash)
       SELECT $4, merchant_id, $5 FROM merchant`,
    [
      merchantId,
      name,
      notificationUrl ?? null,
      `key_${base32Id(randomBytes(KEY_BYTES))}`,
      hashApiKey(apiKeyPepper, apiKey),
    ],
  );
}

/** Revokes every key of a merchant. Returns how many were usable, or undefined when there is no such merchant. */
export async function revokeMerchant(store: MerchantStore, merchantId: string): Promise<number | undefined> {
  if (!MERCHANT_ID_PATTERN.test(merchantId)) return undefined;
  const known = await store.database.query("SELECT 1 FROM payments.merchants WHERE merchant_id = $1", [
    merchantId,
  ]);
  if (known.rowCount === 0) return undefined;
  const revoked = await store.database.query(
    "UPDATE payments.merchant_api_keys SET revoked_at = now() WHERE merchant_id = $1 AND revoked_at IS NULL",
    [merchantId],
  );
  return revoked.rowCount ?? 0;
}

/** All merchants, oldest first. */
export async function listMerchants(store: MerchantStore): Promise<MerchantSummary[]> {
  const found = await store.database.query<{
    merchant_id: string;
    name: string;
    notification_url: string | null;
    usable_keys: number;
  }>(
    `SELECT m.merchant_id, m.name, m.notification_url,
            (count(k.key_id) FILTER (WHERE k.revoked_at IS NULL AND m.status = 'active'))::int AS usable_keys
       FROM payments.merchants m LEFT JOIN payments.merchant_api_keys k USING (merchant_id)
      GROUP BY m.merchant_id ORDER BY m.created_at, m.merchant_id`,
  );
  return found.rows.map((row) => ({
    merchantId: row.merchant_id,
    name: row.name,
    notificationUrl: row.notification_url,
    usableKeys: row.usable_keys,
  }));
}
