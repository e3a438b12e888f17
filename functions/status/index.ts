import { Database } from "../shared/database/Database";
import { readEnvironment } from "../shared/environment";
import { runtimeDependencies } from "../shared/http/runtime";
import { regionRole, TIMING_VARIABLES, timingsOf } from "../shared/regions/regionState";
import { documentClient } from "../shared/tables/client";
import { createHandler } from "./handler";

const environment = readEnvironment([
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "DATABASE_POOL_SIZE",
  "DATABASE_SECRET_ARN",
  "REGION_TABLE",
  "PLACE",
  "REGION_CODE",
  ...TIMING_VARIABLES,
]);

/** Lambda entry: `GET /health` and `GET /status`. */
export const handler = createHandler({
  ...runtimeDependencies(),
  // Short limits (milliseconds): a database that is slow to answer is not fit for traffic either.
  database: Database.fromEnvironment(environment, { connectTimeoutMs: 1_000, statementTimeoutMs: 1_000 }),
  regionState: regionRole(documentClient(), environment.REGION_TABLE),
  timings: timingsOf(environment),
  place: environment.PLACE,
  regionCode: environment.REGION_CODE,
});
