import { Database } from "../database/Database";
import { readEnvironment, type Environment, type VariableName } from "../environment";
import type { HttpDependencies } from "../http/apiHandler";
import { runtimeDependencies } from "../http/runtime";
import { SqsPaymentQueue } from "../queue/PaymentQueue";
import { ADMISSION_VARIABLES, admittedRegionState, type RegionStateReader } from "../regions/regionState";
import { documentClient } from "../tables/client";
import { DynamoSessions } from "../tables/SessionRepository";
import type { AcceptDependencies } from "./acceptOnce";

const VARIABLES = [
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "DATABASE_POOL_SIZE",
  "DATABASE_SECRET_ARN",
  "SESSIONS_TABLE",
  ...ADMISSION_VARIABLES,
  "PAYMENT_QUEUE_URL",
] as const satisfies readonly VariableName[];

/** What a running function that accepts requests works with, as its environment says. */
export type AcceptRuntime = HttpDependencies &
  Omit<AcceptDependencies, "log"> & { readonly regionState: RegionStateReader };

/** Builds it at cold start. @throws InvalidEnvironment */
export function acceptRuntime(
  environment: Environment<(typeof VARIABLES)[number]> = readEnvironment(VARIABLES),
): AcceptRuntime {
  const tables = documentClient();
  return {
    ...runtimeDependencies(),
    database: Database.fromEnvironment(environment),
    sessions: new DynamoSessions(tables, environment.SESSIONS_TABLE),
    queue: new SqsPaymentQueue(environment.PAYMENT_QUEUE_URL),
    regionState: admittedRegionState(tables, environment),
  };
}
