import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Database } from "../shared/database/Database";
import { readEnvironment } from "../shared/environment";
import { runtimeDependencies } from "../shared/http/runtime";
import { HttpPaymentServiceProvider } from "../shared/psp/HttpPaymentServiceProvider";
import { RotatingPaymentServiceProvider } from "../shared/psp/RotatingPaymentServiceProvider";
import { SqsPaymentQueue } from "../shared/queue/PaymentQueue";
import { DynamoOperation } from "../shared/regions/operationRecord";
import { ADMISSION_VARIABLES, admittedRegionState } from "../shared/regions/regionState";
import { pspSecret, secretReader } from "../shared/secrets/SecretReader";
import { documentClient } from "../shared/tables/client";
import { DynamoResultReader } from "../shared/tables/ResultReader";
import { DynamoResults } from "../shared/tables/ResultRepository";
import { DynamoSessionIndex } from "../shared/tables/SessionIndex";
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
  "PAYMENT_QUEUE_URL",
  "TRANSACTION_BUCKET",
]);
const tables = documentClient();
const secret = secretReader(environment.PSP_SECRET_ARN, pspSecret);
const pspWith = (apiKey: string) =>
  new HttpPaymentServiceProvider({ baseUrl: environment.PSP_BASE_URL, apiKey });
// Milliseconds.
const bucket = new S3Client({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 },
});

/** Lambda entry: the failover's state machine, and operators. */
export const handler = createHandler({
  ...runtimeDependencies(),
  database: Database.fromEnvironment(environment),
  psp: new RotatingPaymentServiceProvider(secret, pspWith),
  journal: {
    // Rarely asked, so the secret is read anew: its rotation needs no second try.
    performedSince: async (from, after) =>
      pspWith((await secret.read({ fresh: true })).apiKey).performedSince(from, after),
  },
  regionState: admittedRegionState(tables, environment),
  operations: new DynamoOperation({ client: tables, table: environment.REGION_TABLE }),
  sessions: new DynamoSessions(tables, environment.SESSIONS_TABLE),
  sessionIndex: new DynamoSessionIndex(tables, environment.SESSIONS_TABLE),
  results: new DynamoResults(tables, environment.RESULTS_TABLE),
  resultReader: new DynamoResultReader(tables, environment.RESULTS_TABLE),
  queue: new SqsPaymentQueue(environment.PAYMENT_QUEUE_URL),
  keep: async (Key, Body) => {
    await bucket.send(
      new PutObjectCommand({
        Bucket: environment.TRANSACTION_BUCKET,
        Key,
        Body,
        ContentType: "application/json",
      }),
    );
  },
});
