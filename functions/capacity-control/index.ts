import { setTimeout as pause } from "node:timers/promises";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { systemClock } from "../shared/clock";
import { readEnvironment } from "../shared/environment";
import { witnessWatchOf } from "../shared/failover/WitnessWatch";
import { createLogger } from "../shared/observability/logger";
import { ADMISSION_VARIABLES } from "../shared/regions/regionState";
import { documentClient } from "../shared/tables/client";
import { createHandler } from "./handler";
import { AwsRegionCapacity } from "./RegionCapacity";

const environment = readEnvironment([
  "ENVIRONMENT_SUFFIX",
  "REGION_CODE",
  "PAYMENT_QUEUE_URL",
  "PROVISIONED_CONCURRENCY",
  ...ADMISSION_VARIABLES,
]);
const watch = witnessWatchOf(documentClient(), environment, systemClock);

/** Milliseconds. */
const limits = { maxAttempts: 3, requestHandler: { connectionTimeout: 1_500, requestTimeout: 4_000 } };

/** Lambda entry: called by the failover's state machine, the lease keeper, and the other Region's region-control. */
export const handler = createHandler({
  log: createLogger(),
  capacity: new AwsRegionCapacity(
    // The endpoint of the Region, and not whatever host the queue's URL names.
    {
      sqs: new SQSClient({ ...limits, useQueueUrlAsEndpoint: false }),
      lambda: new LambdaClient(limits),
      events: new EventBridgeClient(limits),
    },
    environment.PAYMENT_QUEUE_URL,
  ),
  regionCode: environment.REGION_CODE,
  environmentSuffix: environment.ENVIRONMENT_SUFFIX,
  provisionedConcurrency: environment.PROVISIONED_CONCURRENCY,
  pause: (milliseconds) => pause(milliseconds),
  watchWitness: () => watch.look(),
});
