import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { RDSClient } from "@aws-sdk/client-rds";
import { SFNClient } from "@aws-sdk/client-sfn";
import * as z from "zod";
import { systemClock } from "../shared/clock";
import { readEnvironment } from "../shared/environment";
import { StepFunctionsExecutions } from "../shared/failover/executions";
import { witnessWatchOf } from "../shared/failover/WitnessWatch";
import { createLogger } from "../shared/observability/logger";
import { probeObservation } from "../shared/regions/observationRecords";
import { DynamoOperation } from "../shared/regions/operationRecord";
import { HttpsStatus } from "../shared/regions/peerStatus";
import { ADMISSION_VARIABLES, timingsOf } from "../shared/regions/regionState";
import { DynamoRole } from "../shared/regions/roleRecord";
import { secretReader } from "../shared/secrets/SecretReader";
import { documentClient } from "../shared/tables/client";
import { clusterStatus, unfitness } from "./fitness";
import { createHandler } from "./handler";
import { lookAtPeer } from "./look";
import { syntheticRead } from "./syntheticRead";

const environment = readEnvironment([
  "REGION_CODE",
  "OWN_API_URL",
  "PEER_API_URL",
  "PUBLIC_API_URL",
  "CLUSTER_ARN",
  "SYNTHETIC_SECRET_ARN",
  "EVENT_BUS_NAME",
  ...ADMISSION_VARIABLES,
]);

/** Milliseconds that a Region is given to answer; slower is lost. Route 53's checkers give it four seconds in all. */
const ANSWER_TIMEOUT_MS = 3_000;
const limits = { maxAttempts: 2, requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 } };

const own = { client: documentClient(), table: environment.REGION_TABLE };
const metrics = new CloudWatchClient(limits);
const events = new EventBridgeClient(limits);
const databases = new RDSClient(limits);
const merchant = secretReader(environment.SYNTHETIC_SECRET_ARN, z.object({ apiKey: z.string().min(1) }));
const status = (apiUrl: string): HttpsStatus =>
  new HttpsStatus({ apiUrl, timeoutMilliseconds: ANSWER_TIMEOUT_MS });
const read = (apiUrl: string): ReturnType<typeof syntheticRead> =>
  syntheticRead({
    apiUrl,
    apiKey: async () => (await merchant.read()).apiKey,
    timeoutMilliseconds: ANSWER_TIMEOUT_MS,
  });
const sights = {
  place: environment.PLACE,
  direct: status(environment.PEER_API_URL),
  publicName: status(environment.PUBLIC_API_URL),
  readDirect: read(environment.PEER_API_URL),
  readPublicName: read(environment.PUBLIC_API_URL),
};
const fitness = {
  place: environment.PLACE,
  ownApi: status(environment.OWN_API_URL),
  clusterStatus: () => clusterStatus(databases, environment.CLUSTER_ARN),
};

/** Lambda entry: every minute, and called by the failover's state machine. */
export const handler = createHandler({
  place: environment.PLACE,
  regionCode: environment.REGION_CODE,
  timings: timingsOf(environment),
  clock: systemClock,
  log: createLogger(),
  role: new DynamoRole(own),
  operations: new DynamoOperation(own),
  executions: new StepFunctionsExecutions(new SFNClient(limits)),
  probes: probeObservation(own),
  watch: witnessWatchOf(own.client, environment, systemClock),
  look: () => lookAtPeer(sights),
  unfitness: () => unfitness(fitness),
  publishMetric: async (value, at) => {
    const dimensions = [{ Name: "Region", Value: environment.REGION_CODE }];
    await metrics.send(
      new PutMetricDataCommand({
        Namespace: "Payments/Failover",
        MetricData: [
          {
            MetricName: "PeerUnavailable",
            Dimensions: dimensions,
            Value: value,
            Timestamp: at,
            Unit: "Count",
          },
        ],
      }),
    );
  },
  putEvent: async (type, detail) => {
    const answer = await events.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: environment.EVENT_BUS_NAME,
            Source: "payments.failover",
            DetailType: type,
            Detail: JSON.stringify(detail),
          },
        ],
      }),
    );
    // EventBridge answers 200 also when it took nothing.
    if (answer.FailedEntryCount) throw new Error(`the bus refused: ${answer.Entries?.[0]?.ErrorCode}`);
  },
});
