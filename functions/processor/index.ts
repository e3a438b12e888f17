import { Database } from "../shared/database/Database";
import { readEnvironment } from "../shared/environment";
import { runtimeDependencies } from "../shared/http/runtime";
import { HttpPaymentServiceProvider } from "../shared/psp/HttpPaymentServiceProvider";
import { RotatingPaymentServiceProvider } from "../shared/psp/RotatingPaymentServiceProvider";
import { ADMISSION_VARIABLES, admittedRegionState } from "../shared/regions/regionState";
import { pspSecret, secretReader } from "../shared/secrets/SecretReader";
import { documentClient } from "../shared/tables/client";
import { DynamoResults } from "../shared/tables/ResultRepository";
import { DynamoSessions } from "../shared/tables/SessionRepository";
import { createHandler } from "./handler";

const environment = readEnvironment([
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "DATABASE_POOL_SIZE",
  "DATABASE_SECRET_ARN",
  "PSP_SECRET_ARN",
  "PSP_BASE_URL",
  "SESSIONS_TABLE",
  "RESULTS_TABLE",
  ...ADMISSION_VARIABLES,
]);
const tables = documentClient();

/** Lambda entry: the payment queue. */
export const handler = createHandler({
  ...runtimeDependencies(),
  database: Database.fromEnvironment(environment),
  psp: new RotatingPaymentServiceProvider(
    secretReader(environment.PSP_SECRET_ARN, pspSecret),
    (apiKey) => new HttpPaymentServiceProvider({ baseUrl: environment.PSP_BASE_URL, apiKey }),
  ),
  regionState: admittedRegionState(tables, environment),
  sessions: new DynamoSessions(tables, environment.SESSIONS_TABLE),
  results: new DynamoResults(tables, environment.RESULTS_TABLE),
});
