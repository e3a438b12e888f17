import { Database } from "../shared/database/Database";
import { readEnvironment } from "../shared/environment";
import { runtimeDependencies } from "../shared/http/runtime";
import { regionRole } from "../shared/regions/regionState";
import { documentClient } from "../shared/tables/client";
import { createHandler } from "./handler";

const environment = readEnvironment([
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "DATABASE_POOL_SIZE",
  "DATABASE_SECRET_ARN",
  "REGION_TABLE",
]);

/** Lambda entry: `GET /v1/payments` and `GET /v1/payments/{paymentId}`. */
export const handler = createHandler({
  ...runtimeDependencies(),
  database: Database.fromEnvironment(environment),
  regionState: regionRole(documentClient(), environment.REGION_TABLE),
});
