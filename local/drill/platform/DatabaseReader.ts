import { Client, DatabaseError, type ClientConfig } from "pg";
import { readSecret, type EmbeddedCloud, type FlatOutputs, type Place } from "../../client";
import type { DatabaseFacts, StoredPayment } from "../facts";

/** Milliseconds. A server that is frozen accepts connections and answers nothing. */
const CONNECT_TIMEOUT_MS = 2_000;
const QUERY_TIMEOUT_MS = 20_000;

/** SQLSTATE class 42: syntax error or access rule violation. */
const WRONG_QUESTION = /^42/;

const PAYMENTS = `
  SELECT payment_id, merchant_id, idempotency_key, status, amount::text, currency, epoch::text,
         extract(epoch FROM created_at) * 1000 AS created_ms
    FROM payments.payments WHERE merchant_id = ANY($1)`;
const LAST_CHANGE = `
  SELECT extract(epoch FROM greatest(
    (SELECT max(updated_at) FROM payments.payments WHERE merchant_id = ANY($1)),
    (SELECT max(updated_at) FROM payments.payment_operations WHERE merchant_id = ANY($1)),
    (SELECT max(ledger_entries.created_at) FROM payments.ledger_entries JOIN payments.payments USING (payment_id)
      WHERE merchant_id = ANY($1)))) * 1000 AS last_ms`;
const LEDGER = `
  SELECT coalesce(sum(abs(total)), 0)::text AS difference FROM (
    SELECT sum(ledger_entries.amount) AS total FROM payments.ledger_entries JOIN payments.payments USING (payment_id)
     WHERE merchant_id = ANY($1) GROUP BY event_id, ledger_entries.currency) AS events`;

interface PaymentRow {
  payment_id: string;
  merchant_id: string;
  idempotency_key: string;
  status: string;
  amount: string;
  currency: string;
  epoch: string;
  created_ms: string;
}

/**
 * Reads one place's PostgreSQL server as its administrator, past everything that the emulator breaks: how to connect is
 * found out before the fault.
 */
export class DatabaseReader {
  readonly #place: Place;
  readonly #config: ClientConfig;

  private constructor(place: Place, config: ClientConfig) {
    this.#place = place;
    this.#config = config;
  }

  static async open(cloud: EmbeddedCloud, outputs: FlatOutputs, place: Place): Promise<DatabaseReader> {
    const prefix = place === "primary" ? "Primary" : "Dr";
    const secret = await readSecret(cloud, place, `secret-database-admin-${outputs.suffix}`);
    const host = outputs.get(`${prefix}DatabaseClusterEndpoint`);
    return new DatabaseReader(place, {
      host,
      port: Number(outputs.get(`${prefix}DatabaseClusterPort`)),
      database: outputs.get(`${prefix}DatabaseDatabaseName`),
      user: secret["username"],
      password: secret["password"],
      ssl: { ca: cloud.ca, host },
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    });
  }

  /** What the server holds of these merchants; undefined when it does not answer. */
  async read(merchantIds: readonly string[]): Promise<DatabaseFacts | undefined> {
    return this.#query(async (client) => {
      const parameters = [[...merchantIds]];
      // One snapshot, so that a row is not counted without its ledger.
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const recovering = await client.query<{ standby: boolean }>("SELECT pg_is_in_recovery() AS standby");
      const rows = await client.query<PaymentRow>(PAYMENTS, parameters);
      const last = await client.query<{ last_ms: string | null }>(LAST_CHANGE, parameters);
      const ledger = await client.query<{ difference: string }>(LEDGER, parameters);
      const lastMs = last.rows[0]?.last_ms;
      return {
        place: this.#place,
        at: Date.now(),
        isWriter: recovering.rows[0]?.standby === false,
        payments: rows.rows.map(storedPayment),
        lastChangeAt: lastMs === null || lastMs === undefined ? undefined : Number(lastMs),
        ledgerDifference: Number(ledger.rows[0]?.difference),
      };
    });
  }

  /** How many of the merchants the server knows; undefined when it does not answer. */
  async countMerchants(merchantIds: readonly string[]): Promise<number | undefined> {
    return this.#query(async (client) => {
      const text = "SELECT count(*)::int AS known FROM payments.merchants WHERE merchant_id = ANY($1)";
      return (await client.query<{ known: number }>(text, [[...merchantIds]])).rows[0]?.known;
    });
  }

  async #query<Result>(read: (client: Client) => Promise<Result>): Promise<Result | undefined> {
    const client = new Client(this.#config);
    client.on("error", () => undefined);
    try {
      await client.connect();
      return await read(client);
    } catch (error) {
      // A server that refuses a question has answered: the question is wrong, and must not pass for a silent server.
      if (error instanceof DatabaseError && WRONG_QUESTION.test(error.code ?? "")) throw error;
      return undefined;
    } finally {
      // A server that is frozen would keep the farewell waiting.
      void client.end().catch(() => undefined);
    }
  }
}

function storedPayment(row: PaymentRow): StoredPayment {
  return {
    paymentId: row.payment_id,
    merchantId: row.merchant_id,
    idempotencyKey: row.idempotency_key,
    status: row.status,
    amount: Number(row.amount),
    currency: row.currency,
    epoch: Number(row.epoch),
    createdAt: Number(row.created_ms),
  };
}
