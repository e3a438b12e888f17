import { Database } from "../shared/database/Database";
import { readEnvironment } from "../shared/environment";
import { runtimeDependencies } from "../shared/http/runtime";
import { SqsPaymentQueue } from "../shared/queue/PaymentQueue";
import { ADMISSION_VARIABLES, admittedRegionState } from "../shared/regions/regionState";
import { pspSecret, secretReader } from "../shared/secrets/SecretReader";
import { documentClient } from "../shared/tables/client";
import { createHandler } from "./handler";

const environment = readEnvironment([
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "DATABASE_POOL_SIZE",
  "DATABASE_SECRET_ARN",
  "PSP_SECRET_ARN",
  ...ADMISSION_VARIABLES,
  "PAYMENT_QUEUE_URL",
]);

/** Lambda entry: the load balancer's target. */
export const handler = createHandler({
  ...runtimeDependencies(),
  database: Database.fromEnvironment(environment),
  regionState: admittedRegionState(documentClient(), environment),
  queue: new SqsPaymentQueue(environment.PAYMENT_QUEUE_URL),
  secret: secretReader(environment.PSP_SECRET_ARN, pspSecret),
});
