import { setTimeout as pause } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { Database } from "../shared/database/Database";
import { readEnvironment } from "../shared/environment";
import { runtimeDependencies } from "../shared/http/runtime";
import { merchantSecret, secretReader } from "../shared/secrets/SecretReader";
import { createHandler } from "./handler";
import { postNotification } from "./postNotification";
import { S3TransactionLog } from "./transactionLog";

const environment = readEnvironment([
  "DATABASE_HOST",
  "DATABASE_PORT",
  "DATABASE_NAME",
  "DATABASE_POOL_SIZE",
  "DATABASE_SECRET_ARN",
  "MERCHANT_SECRET_ARN",
  "TRANSACTION_BUCKET",
  "NOTIFICATION_PRIVATE_HOSTS",
]);

/** Lambda entry: the stream of the results table. */
export const handler = createHandler({
  ...runtimeDependencies(),
  database: Database.fromEnvironment(environment),
  // Milliseconds.
  transactionLog: new S3TransactionLog(
    new S3Client({ maxAttempts: 3, requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 } }),
    environment.TRANSACTION_BUCKET,
  ),
  secret: secretReader(environment.MERCHANT_SECRET_ARN, merchantSecret),
  post: (notification) => postNotification(notification, environment.NOTIFICATION_PRIVATE_HOSTS),
  pause: (milliseconds) => pause(milliseconds),
});
