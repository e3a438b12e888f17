import { ACMClient } from "@aws-sdk/client-acm";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { RDSClient } from "@aws-sdk/client-rds";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { systemClock } from "../shared/clock";
import { readEnvironment } from "../shared/environment";
import { createLogger } from "../shared/observability/logger";
import { DynamoControl } from "../shared/regions/controlRecord";
import { DynamoDrift } from "../shared/regions/driftRecord";
import { HttpsStatus } from "../shared/regions/peerStatus";
import { ADMISSION_VARIABLES } from "../shared/regions/regionState";
import { DynamoRole } from "../shared/regions/roleRecord";
import { DnsWitness } from "../shared/regions/witness";
import { documentClient } from "../shared/tables/client";
import { databaseFacts, replicationLagMilliseconds } from "./databaseFacts";
import type { FactSources } from "./gatherFacts";
import { createHandler } from "./handler";
import { codeFacts, stackFacts } from "./parityFacts";
import { consumerFacts, queueFact, relayFact } from "./switchFacts";
import { certificateFacts, concurrencyFacts, keyFacts, secretFacts, tableFacts } from "./usableFacts";

const environment = readEnvironment([
  "ENVIRONMENT_SUFFIX",
  "REGION_CODE",
  "PEER_REGION",
  "PEER_API_URL",
  "CONTROL_TABLE",
  "SESSIONS_TABLE",
  "RESULTS_TABLE",
  "PAYMENT_QUEUE_URL",
  "EVENT_BUS_NAME",
  "GLOBAL_CLUSTER_IDENTIFIER",
  "CLUSTER_ARN",
  "PEER_CLUSTER_ARN",
  "CERTIFICATE_ARN",
  "SECRET_ARNS",
  "KEY_ARNS",
  ...ADMISSION_VARIABLES,
]);

/** Milliseconds. */
const limits = { maxAttempts: 3, requestHandler: { connectionTimeout: 2_000, requestTimeout: 8_000 } };
const there = { ...limits, region: environment.PEER_REGION };
const lambda = { own: new LambdaClient(limits), peer: new LambdaClient(there) };
const stacks = { own: new CloudFormationClient(limits), peer: new CloudFormationClient(there) };
const databases = { own: new RDSClient(limits), peer: new RDSClient(there) };
const figures = { own: new CloudWatchClient(limits), peer: new CloudWatchClient(there) };
const events = new EventBridgeClient(limits);
const queues = new SQSClient({ ...limits, useQueueUrlAsEndpoint: false });
const tables = documentClient();

const peerCode = environment.REGION_CODE === "apse1" ? "apse2" : "apse1";
const names = (type: string) => ({
  own: (purpose: string) => `${type}-${purpose}-${environment.REGION_CODE}-${environment.ENVIRONMENT_SUFFIX}`,
  peer: (purpose: string) => `${type}-${purpose}-${peerCode}-${environment.ENVIRONMENT_SUFFIX}`,
});
const role = new DynamoRole({ client: tables, table: environment.REGION_TABLE });
const control = new DynamoControl({ client: tables, table: environment.CONTROL_TABLE });
const drift = new DynamoDrift({ client: tables, table: environment.CONTROL_TABLE });
const peer = new HttpsStatus({ apiUrl: environment.PEER_API_URL });
const witness = new DnsWitness({
  name: environment.WITNESS_NAME,
  ttlSeconds: environment.WITNESS_TTL_SECONDS,
  clock: systemClock,
});

const sources: FactSources = {
  role: () => role.read(),
  peer: async () => {
    const answer = await peer.look();
    if (!answer.reachable) throw new Error(answer.reason);
    return answer.status;
  },
  witness: async () => {
    const reading = await witness.ask();
    if (reading === undefined) throw new Error("the witness gave no answer");
    return reading.named;
  },
  activation: () => control.read(),
  database: () =>
    databaseFacts({
      ...databases,
      place: environment.PLACE,
      globalClusterIdentifier: environment.GLOBAL_CLUSTER_IDENTIFIER,
      clusterArn: environment.CLUSTER_ARN,
      peerClusterArn: environment.PEER_CLUSTER_ARN,
    }),
  replicationLagMilliseconds: async () => {
    // Aurora tells it in the Region of the secondary cluster.
    const isWriter = (await role.read()).role === "ACTIVE";
    const [client, arn] = isWriter
      ? ([figures.peer, environment.PEER_CLUSTER_ARN] as const)
      : ([figures.own, environment.CLUSTER_ARN] as const);
    return replicationLagMilliseconds(client, arn, systemClock.now());
  },
  tables: () =>
    tableFacts(
      new DynamoDBClient(limits),
      [environment.SESSIONS_TABLE, environment.RESULTS_TABLE, environment.CONTROL_TABLE],
      environment.PEER_REGION,
    ),
  queue: () => queueFact(queues, environment.PAYMENT_QUEUE_URL),
  consumers: () => consumerFacts(lambda.own, names("function").own),
  outboxRelayEnabled: () => relayFact(events, names("rule").own("outbox-relay")),
  code: () => codeFacts(lambda, names("function")),
  stacks: () => stackFacts(stacks, names("stack")),
  drift: () => drift.read(),
  secrets: () => secretFacts(new SecretsManagerClient(limits), environment.SECRET_ARNS),
  keys: () => keyFacts(new KMSClient(limits), environment.KEY_ARNS),
  certificate: () => certificateFacts(new ACMClient(limits), environment.CERTIFICATE_ARN),
  concurrency: () => concurrencyFacts(lambda),
};

/** Lambda entry: every 30 minutes, and on demand. */
export const handler = createHandler({
  sources,
  place: environment.PLACE,
  clock: systemClock,
  log: createLogger(),
  publishMetric: async (failures, at) => {
    const metric = {
      MetricName: "ReadinessFailures",
      Dimensions: [{ Name: "Region", Value: environment.REGION_CODE }],
      Value: failures,
      Timestamp: at,
      Unit: "Count" as const,
    };
    const input = { Namespace: "Payments/Failover", MetricData: [metric] };
    await figures.own.send(new PutMetricDataCommand(input));
  },
  putEvent: async (detail) => {
    const entry = {
      EventBusName: environment.EVENT_BUS_NAME,
      Source: "payments.failover",
      DetailType: "Readiness Evaluated",
      Detail: JSON.stringify(detail),
    };
    const answer = await events.send(new PutEventsCommand({ Entries: [entry] }));
    // EventBridge answers 200 also when it took nothing.
    if (answer.FailedEntryCount) throw new Error(`the bus refused: ${answer.Entries?.[0]?.ErrorCode}`);
  },
});
