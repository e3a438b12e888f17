import { Database } from "../shared/database/Database";
import { readEnvironment } from "../shared/environment";
import { runtimeDependencies } from "../shared/http/runtime";
import { DynamoRegionState } from "../shared/regions/regionState";
import { databaseSecret, secretReader } from "../shared/secrets/SecretReader";
import { documentClient } from "../shared/tables/client";
import { createHandler } from "./handler";

const environment = readEnvironment([
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "DATABASE_SECRET_ARN",
  "REGION_TABLE",
  "PLACE",
  "REGION_CODE",
]);

/** Lambda entry: `GET /health` and `GET /status`. */
export const handler = createHandler({
  ...runtimeDependencies(),
  // One connection and short limits (milliseconds): a database that is slow to answer is not fit for traffic either.
  database: new Database({
    host: environment.DATABASE_HOST,
    port: environment.DATABASE_PORT,
    database: environment.DATABASE_NAME,
    poolSize: 1,
    credentials: secretReader(environment.DATABASE_SECRET_ARN, databaseSecret),
    connectTimeoutMs: 1_000,
    statementTimeoutMs: 1_000,
  }),
  regionState: new DynamoRegionState(documentClient(), environment.REGION_TABLE),
  place: environment.PLACE,
  regionCode: environment.REGION_CODE,
});
