import { Client } from "pg";
import { CommandError } from "../cli";
import { readSecret } from "./aws";
import type { EmbeddedCloud, FlatOutputs, Place } from "./EmbeddedCloud";

/**
 * Connects to a place's cluster as the administrator, over verified TLS. The caller ends the client. On dr it is the
 * read-only replica as long as primary is active.
 *
 * @throws what pg or Secrets Manager throws.
 */
export async function connectDatabase(
  cloud: EmbeddedCloud,
  outputs: FlatOutputs,
  place: Place,
): Promise<Client> {
  const { username, password } = await readSecret(cloud, place, `secret-database-admin-${outputs.suffix}`);
  const host = outputs.of(place, "DatabaseClusterEndpoint");
  const client = new Client({
    host,
    port: Number(outputs.of(place, "DatabaseClusterPort")),
    database: outputs.of(place, "DatabaseDatabaseName"),
    user: username,
    password,
    ssl: { ca: cloud.ca, host },
    connectionTimeoutMillis: 10_000,
    // Milliseconds. A command or a test must not hang on a lock.
    statement_timeout: 30_000,
  });
  // A server that ends while the client is idle is found out by the next query.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/**
 * Connects to the cluster that has the writer now: primary's, or dr's after a failover. The caller ends the client.
 *
 * @throws CommandError when neither accepts writes.
 */
export async function connectWriter(cloud: EmbeddedCloud, outputs: FlatOutputs): Promise<Client> {
  const reasons: string[] = [];
  for (const place of ["primary", "dr"] as const) {
    try {
      const client = await connectDatabase(cloud, outputs, place);
      const { rows } = await client.query<{ standby: boolean }>("SELECT pg_is_in_recovery() AS standby");
      if (rows[0]?.standby === false) return client;
      await client.end();
      reasons.push(`${place} is a read-only replica`);
    } catch (error) {
      // A Region that is lost does not answer; the other one may have the writer.
      reasons.push(`${place}: ${(error as Error).message}`);
    }
  }
  throw new CommandError(`No database accepts writes: ${reasons.join("; ")}. See: npm run status`);
}
