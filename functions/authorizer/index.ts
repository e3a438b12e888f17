import { systemClock } from "../shared/clock";
import { Database } from "../shared/database/Database";
import { readEnvironment } from "../shared/environment";
import { createLogger } from "../shared/observability/logger";
import { regionRole, RememberedRegionRole } from "../shared/regions/regionState";
import { merchantSecret, secretReader } from "../shared/secrets/SecretReader";
import { documentClient } from "../shared/tables/client";
import { createHandler } from "./handler";

const environment = readEnvironment([
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "DATABASE_POOL_SIZE",
  "DATABASE_SECRET_ARN",
  "MERCHANT_SECRET_ARN",
  "REGION_TABLE",
]);

/** Lambda entry: API Gateway's authorizer. */
export const handler = createHandler({
  log: createLogger(),
  // Two tries must fit into the five seconds that the function has, or the caller gets 500 instead of 503.
  database: Database.fromEnvironment(environment, { connectTimeoutMs: 1_500, statementTimeoutMs: 1_500 }),
  regionState: new RememberedRegionRole(regionRole(documentClient(), environment.REGION_TABLE), systemClock),
  secret: secretReader(environment.MERCHANT_SECRET_ARN, merchantSecret),
});
