import { Database } from "../shared/database/Database";
import { readEnvironment } from "../shared/environment";
import { runtimeDependencies } from "../shared/http/runtime";
import { SqsPaymentQueue } from "../shared/queue/PaymentQueue";
import { ADMISSION_VARIABLES, admittedRegionState } from "../shared/regions/regionState";
import { documentClient } from "../shared/tables/client";
import { DynamoResults } from "../shared/tables/ResultRepository";
import { createHandler } from "./handler";

const environment = readEnvironment([
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "DATABASE_POOL_SIZE",
  "DATABASE_SECRET_ARN",
  "RESULTS_TABLE",
  ...ADMISSION_VARIABLES,
  "PAYMENT_QUEUE_URL",
]);
const tables = documentClient();

/** Lambda entry: every minute. */
export const handler = createHandler({
  ...runtimeDependencies(),
  database: Database.fromEnvironment(environment),
  queue: new SqsPaymentQueue(environment.PAYMENT_QUEUE_URL),
  results: new DynamoResults(tables, environment.RESULTS_TABLE),
  regionState: admittedRegionState(tables, environment),
});
