import { randomUUID } from "node:crypto";
import { Pool } from "pg";

/**
 * The least that a payment costs here: one function, two inserts in one transaction. Bundled and deployed for the
 * benchmark only.
 */
const pool = new Pool({
  host: process.env["DATABASE_HOST"],
  port: Number(process.env["DATABASE_PORT"]),
  database: process.env["DATABASE_NAME"],
  user: process.env["DATABASE_USER"],
  password: process.env["DATABASE_PASSWORD"],
  max: 1,
  // The runtime's roots and NODE_EXTRA_CA_CERTS.
  ssl: true,
});

/** Lambda entry. */
export async function handler(): Promise<{ statusCode: number; body: string }> {
  const client = await pool.connect();
  const id = randomUUID();
  try {
    await client.query("BEGIN");
    await client.query("INSERT INTO bench.payments (id, amount) VALUES ($1, 1999)", [id]);
    await client.query("INSERT INTO bench.entries (payment_id, amount) VALUES ($1, 1999)", [id]);
    await client.query("COMMIT");
  } finally {
    client.release();
  }
  return { statusCode: 202, body: JSON.stringify({ id }) };
}
