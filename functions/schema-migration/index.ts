import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { putAnswer } from "../shared/customResource";
import { databaseTls } from "../shared/database/tls";
import { readEnvironment } from "../shared/environment";
import { createLogger } from "../shared/observability/logger";
import { regionRole } from "../shared/regions/regionState";
import { databaseSecret, secretReader } from "../shared/secrets/SecretReader";
import { documentClient } from "../shared/tables/client";
import { createHandler } from "./handler";

const environment = readEnvironment([
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "DATABASE_SECRET_ARN",
  "ADMIN_SECRET_ARN",
  "REGION_TABLE",
  "PLACE",
]);
const administrator = secretReader(environment.ADMIN_SECRET_ARN, databaseSecret);
const application = secretReader(environment.DATABASE_SECRET_ARN, databaseSecret);

async function connect(): Promise<Client> {
  const { username, password } = await administrator.read({ fresh: true });
  const client = new Client({
    host: environment.DATABASE_HOST,
    port: environment.DATABASE_PORT,
    database: environment.DATABASE_NAME,
    user: username,
    password,
    ssl: databaseTls(environment.DATABASE_HOST),
    application_name: "schema-migration",
    // Milliseconds. A migration may take longer than a request.
    connectionTimeoutMillis: 5_000,
    statement_timeout: 120_000,
  });
  await client.connect();
  return client;
}

/** Lambda entry: the custom resource of the schema. */
export const handler = createHandler({
  log: createLogger(),
  place: environment.PLACE,
  physicalResourceId: "payments-schema",
  put: putAnswer,
  regionState: regionRole(documentClient(), environment.REGION_TABLE),
  connect,
  applicationCredentials: () => application.read({ fresh: true }),
  pause: (milliseconds) => pause(milliseconds),
});
