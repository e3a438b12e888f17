import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type ClientConfig } from "pg";
import { runMigrations } from "../../../functions/migrations/runMigrations";
import { Database } from "../../../functions/shared/database/Database";
import type { DatabaseSecret, SecretReader } from "../../../functions/shared/secrets/SecretReader";
import { PostgresSupervisor, type ClusterEndpoints, type PostgresTls } from "../../../local/postgres";
import { makePki } from "../postgres/support";

const MASTER = { username: "payments_admin", password: "correct-horse-battery" };
/** A password with every character that careless quoting breaks on. */
export const APPLICATION = { username: "payments_app", password: `p'w"d$1\\;--` };
const REGION = "ap-southeast-1";

/** One real PostgreSQL over TLS for a test file, with an administrator as Aurora has it: no superuser. */
export class TestDatabase {
  readonly #directory = mkdtempSync(join(tmpdir(), "payments-functions-"));
  readonly #open: { close(): Promise<void> }[] = [];
  #supervisor!: PostgresSupervisor;
  #tls!: PostgresTls;
  #endpoints!: ClusterEndpoints;

  async start(): Promise<void> {
    this.#tls = await makePki(this.#directory);
    this.#supervisor = new PostgresSupervisor({ directory: this.#directory, tls: this.#tls });
    await this.#supervisor.start();
    this.#endpoints = await this.#supervisor.createCluster({
      region: REGION,
      clusterIdentifier: "cluster-payments",
      engineVersion: "17.7",
      databaseName: "payments",
      masterUsername: MASTER.username,
      masterUserPassword: MASTER.password,
      role: "writer",
    });
  }

  async stop(): Promise<void> {
    for (const resource of this.#open) await resource.close().catch(() => undefined);
    await this.#supervisor.destroy();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Brings the schema up. */
  async migrate(): Promise<void> {
    const client = await this.client(MASTER);
    await runMigrations(client, APPLICATION);
    await client.end();
  }

  /** A connected client of the administrator or of another user; the caller ends it. */
  async client(user: { username: string; password: string } = MASTER): Promise<Client> {
    const client = new Client(this.connection(user));
    await client.connect();
    return client;
  }

  connection(user: { username: string; password: string } = MASTER): ClientConfig {
    const { host, port } = this.#endpoints;
    const ssl = { ca: readFileSync(this.#tls.caFile, "utf8"), host };
    return { host, port, database: "payments", user: user.username, password: user.password, ssl };
  }

  /** What a function uses, as the application's role. */
  database(
    options: { poolSize?: number; credentials?: SecretReader<DatabaseSecret>; trust?: "own" | "aws" } = {},
  ): Database {
    const { host, port } = this.#endpoints;
    const database = new Database({
      host,
      port,
      database: "payments",
      poolSize: options.poolSize ?? 4,
      credentials: options.credentials ?? { read: async () => APPLICATION },
      ...(options.trust !== "aws" && { ssl: { ca: readFileSync(this.#tls.caFile, "utf8"), host } }),
    });
    this.#open.push(database);
    return database;
  }

  /** A database that nothing listens for. */
  unreachableDatabase(): Database {
    return new Database({
      host: "127.0.0.1",
      // The discard port: loopback refuses at once.
      port: 9,
      database: "payments",
      poolSize: 1,
      credentials: { read: async () => APPLICATION },
      connectTimeoutMs: 500,
    });
  }
}
