import { randomUUID } from "node:crypto";
import { Pool } from "pg";
import { readSecret, type EmbeddedCloud, type FlatOutputs } from "../client";

/** What pgbench would do on the same PostgreSQL: one transaction with two inserts, over connections that stay open. */
export class BareInserts {
  readonly #pool: Pool;

  private constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Connects to the primary and makes a schema of its own. */
  static async open(cloud: EmbeddedCloud, outputs: FlatOutputs, connections: number): Promise<BareInserts> {
    const { username, password } = await readSecret(
      cloud,
      "primary",
      `secret-database-admin-${outputs.suffix}`,
    );
    const host = outputs.of("primary", "DatabaseClusterEndpoint");
    const pool = new Pool({
      host,
      port: Number(outputs.of("primary", "DatabaseClusterPort")),
      database: outputs.of("primary", "DatabaseDatabaseName"),
      user: username as string,
      password: password as string,
      ssl: { ca: cloud.ca, host },
      max: connections,
    });
    const inserts = new BareInserts(pool);
    await inserts.#clear();
    await pool.query(`
      CREATE SCHEMA bench_inserts;
      CREATE TABLE bench_inserts.payments (id uuid PRIMARY KEY, amount bigint NOT NULL);
      CREATE TABLE bench_inserts.entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        payment_id uuid NOT NULL REFERENCES bench_inserts.payments, amount bigint NOT NULL);`);
    return inserts;
  }

  async insert(): Promise<void> {
    const client = await this.#pool.connect();
    try {
      const id = randomUUID();
      await client.query("BEGIN");
      await client.query("INSERT INTO bench_inserts.payments (id, amount) VALUES ($1, 1999)", [id]);
      await client.query("INSERT INTO bench_inserts.entries (payment_id, amount) VALUES ($1, 1999)", [id]);
      await client.query("COMMIT");
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.#clear();
    await this.#pool.end();
  }

  async #clear(): Promise<void> {
    await this.#pool.query("DROP SCHEMA IF EXISTS bench_inserts CASCADE");
  }
}
