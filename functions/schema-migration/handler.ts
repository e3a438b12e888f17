import type { CloudFormationCustomResourceEvent, Context } from "aws-lambda";
import type { ClientBase } from "pg";
import type { DatabaseCredentials } from "../migrations/applicationRole";
import { runMigrations } from "../migrations/runMigrations";
import {
  serveCustomResource,
  type CustomResourceDependencies,
  type CustomResourceResult,
} from "../shared/customResource";
import { RegionStateUnreadable, type RegionRoleReader } from "../shared/regions/regionState";

/** A connected administrator, to be ended by the caller. */
export type AdminClient = ClientBase & { end(): Promise<void> };

/** What the migration works with. */
export interface MigrationDependencies extends CustomResourceDependencies {
  readonly place: "primary" | "dr";
  readonly regionState: Pick<RegionRoleReader, "read">;
  /** Connects as the administrator, once. */
  readonly connect: () => Promise<AdminClient>;
  readonly applicationCredentials: () => Promise<DatabaseCredentials>;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Milliseconds between two tries to connect to a cluster whose first instance is still starting. */
const RETRY_MILLISECONDS = 3_000;
/** Milliseconds left for the migrations and the answer when trying to connect ends. */
const RESERVE_MILLISECONDS = 30_000;

/**
 * The custom resource that brings the schema up. Only on the writer: a standby's schema follows its writer's, so there
 * it succeeds without doing anything. Deleting it deletes nothing: the database's own deletion decides about data.
 */
export function createHandler(
  dependencies: MigrationDependencies,
): (event: CloudFormationCustomResourceEvent, context: Context) => Promise<void> {
  return (event, context) =>
    serveCustomResource(event, context, () => work(dependencies, event, context), dependencies);
}

async function work(
  dependencies: MigrationDependencies,
  event: CloudFormationCustomResourceEvent,
  context: Context,
): Promise<CustomResourceResult> {
  if (event.RequestType === "Delete") return {};
  if (!(await isWriterRegion(dependencies))) return { data: { Migrations: "skipped: standby" } };
  const client = await connectPatiently(dependencies, context);
  try {
    const recovery = await client.query<{ recovering: boolean }>("SELECT pg_is_in_recovery() AS recovering");
    if (recovery.rows[0]?.recovering === true) return { data: { Migrations: "skipped: standby" } };
    const report = await runMigrations(client, await dependencies.applicationCredentials());
    dependencies.log.info("schema is up to date", { applied: report.applied });
    return { data: { Migrations: `applied ${report.applied.length}`, Version: newestOf(report) } };
  } finally {
    await client.end();
  }
}

/** By the role record; before there is one, by the place: a deployment starts with primary active. */
async function isWriterRegion({ regionState, place }: MigrationDependencies): Promise<boolean> {
  try {
    return (await regionState.read()).role === "ACTIVE";
  } catch (error) {
    if (error instanceof RegionStateUnreadable) return place === "primary";
    throw error;
  }
}

async function connectPatiently(
  { connect, pause, log }: MigrationDependencies,
  context: Context,
): Promise<AdminClient> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (context.getRemainingTimeInMillis() < RESERVE_MILLISECONDS) throw error;
      log.info("the database does not answer yet", { error });
      await pause(RETRY_MILLISECONDS);
    }
  }
}

function newestOf(report: { applied: readonly string[]; alreadyApplied: readonly string[] }): string {
  return [...report.alreadyApplied, ...report.applied].sort().at(-1) ?? "none";
}
