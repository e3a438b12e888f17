import { createHash } from "node:crypto";
import type { ClientBase } from "pg";
import { ensureApplicationRole, type DatabaseCredentials } from "./applicationRole";
import { MigrationHistoryChanged, UnknownMigrationApplied } from "./errors";
import { migrations as allMigrations } from "./index";
import type { Migration } from "./types";

/** Any constant will do, as long as every runner takes the same one. */
const ADVISORY_LOCK_KEY = 7_206_340_401;

/** What a run did. */
export interface MigrationReport {
  readonly applied: readonly string[];
  readonly alreadyApplied: readonly string[];
}

/**
 * Brings the schema to the newest version and the application's role to the secret's password. Safe to run twice and
 * from two places at once: an advisory lock lets one run at a time. Each migration is one transaction, so a failure
 * leaves the ones before it applied and nothing of its own.
 *
 * @param client a connected administrator's client.
 * @throws MigrationHistoryChanged when an applied migration's text differs from the one given.
 * @throws UnknownMigrationApplied when the database is newer than this code.
 */
export async function runMigrations(
  client: ClientBase,
  credentials: DatabaseCredentials,
  migrations: readonly Migration[] = allMigrations,
): Promise<MigrationReport> {
  await client.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCK_KEY]);
  try {
    await client.query("CREATE SCHEMA IF NOT EXISTS payments");
    await client.query(`CREATE TABLE IF NOT EXISTS payments.schema_migrations (
      id text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
    await inTransaction(client, () => ensureApplicationRole(client, credentials));
    const known = await readHistory(client, migrations);
    const applied: string[] = [];
    for (const migration of migrations) {
      if (known.has(migration.id)) continue;
      await inTransaction(client, () => apply(client, migration));
      applied.push(migration.id);
    }
    return { applied, alreadyApplied: [...known] };
  } finally {
    await client.query("SELECT pg_advisory_unlock($1)", [ADVISORY_LOCK_KEY]);
  }
}

async function readHistory(client: ClientBase, migrations: readonly Migration[]): Promise<Set<string>> {
  const history = await client.query<{ id: string; checksum: string }>(
    "SELECT id, checksum FROM payments.schema_migrations ORDER BY id",
  );
  const byId = new Map(migrations.map((migration) => [migration.id, migration]));
  for (const row of history.rows) {
    const migration = byId.get(row.id);
    if (!migration)
      throw new UnknownMigrationApplied(`the database has ${row.id}, which this code does not know`);
    if (checksumOf(migration) !== row.checksum) {
      throw new MigrationHistoryChanged(
        `${row.id} was changed after it was applied; add a new migration instead`,
      );
    }
  }
  const ids = new Set(history.rows.map((row) => row.id));
  const firstMissing = migrations.findIndex((migration) => !ids.has(migration.id));
  if (firstMissing !== -1 && migrations.slice(firstMissing).some((migration) => ids.has(migration.id))) {
    throw new MigrationHistoryChanged(
      `${migrations[firstMissing]?.id} was inserted before an applied migration`,
    );
  }
  return ids;
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  await client.query(migration.sql);
  await client.query("INSERT INTO payments.schema_migrations (id, checksum) VALUES ($1, $2)", [
    migration.id,
    checksumOf(migration),
  ]);
}

async function inTransaction(client: ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query("BEGIN");
  try {
    await work();
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

function checksumOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql, "utf8").digest("hex");
}
