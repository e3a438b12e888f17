import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { readEnvironment } from "../shared/environment";
import { runtimeDependencies } from "../shared/http/runtime";
import { DynamoOperation } from "../shared/regions/operationRecord";
import { documentClient } from "../shared/tables/client";
import { createHandler } from "./handler";

const environment = readEnvironment([
  "PLACE",
  "REGION_CODE",
  "REGION_TABLE",
  "TRANSACTION_BUCKET",
  "OPERATIONS_TOPIC_ARN",
]);
// Milliseconds.
const limits = { maxAttempts: 3, requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000 } };
const bucket = new S3Client(limits);
const topic = new SNSClient(limits);

/** Lambda entry: the failover's state machine. */
export const handler = createHandler({
  ...runtimeDependencies(),
  operations: new DynamoOperation({ client: documentClient(), table: environment.REGION_TABLE }),
  bucket: environment.TRANSACTION_BUCKET,
  keep: async (Key, Body) => {
    // Without a key of its own in the request the bucket's is used (template storage).
    const object = { Bucket: environment.TRANSACTION_BUCKET, Key, Body, ContentType: "application/json" };
    await bucket.send(new PutObjectCommand(object));
  },
  publish: async ({ subject, text }) => {
    const message = { TopicArn: environment.OPERATIONS_TOPIC_ARN, Subject: subject, Message: text };
    await topic.send(new PublishCommand(message));
  },
  place: environment.PLACE,
  regionCode: environment.REGION_CODE,
});
