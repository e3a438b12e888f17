import { Database } from "../shared/database/Database";
import { readEnvironment } from "../shared/environment";
import { createLogger } from "../shared/observability/logger";
import { DynamoRegionState } from "../shared/regions/regionState";
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
  database: Database.fromEnvironment(environment),
  regionState: new DynamoRegionState(documentClient(), environment.REGION_TABLE),
  secret: secretReader(environment.MERCHANT_SECRET_ARN, merchantSecret),
});
