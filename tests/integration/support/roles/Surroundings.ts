import { ACMClient, ListCertificatesCommand } from "@aws-sdk/client-acm";
import { DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeRuleCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import {
  GetProvisionedConcurrencyConfigCommand,
  LambdaClient,
  ProvisionedConcurrencyConfigNotFoundException,
} from "@aws-sdk/client-lambda";
import { GetBucketReplicationCommand, S3Client, type ReplicationConfiguration } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { randomUUID } from "node:crypto";
import { peerOf, REGIONS } from "../../../../components/regions";
import { awsConfig, type EmbeddedCloud, type FlatOutputs, type Place } from "../../../../local/client";

/** Names of one Region's resources that the roles' tests need. */
interface RegionNames {
  readonly region: string;
  readonly code: string;
  readonly regionTable: string;
  readonly paymentQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly transactionBucket: string;
  readonly artifactBucket: string;
  readonly clusterArn: string;
  readonly backupVault: string;
}

/** What a role of one Region may, and may not, find around it. */
export interface Surroundings {
  readonly place: Place;
  readonly own: RegionNames;
  /** The same in the other Region. */
  readonly peer: RegionNames;
  readonly suffix: string;
  readonly accountId: string;
  /** Key, record id and name of whatever a probe might leave; unlike any other. */
  readonly mark: string;
  readonly tables: { readonly sessions: string; readonly results: string; readonly control: string };
  readonly secrets: Readonly<
    Record<"application" | "administrator" | "merchants" | "psp" | "synthetic", string>
  >;
  /** Whether this Region's payment queue refuses messages, whoever sends them, as a standby's does. */
  readonly queueIsShut: boolean;
  readonly dataKeyArn: string;
  readonly peerDataKeyArn: string;
  readonly messagingKeyArn: string;
  readonly logsKeyArn: string;
  readonly peerLogsKeyArn: string;
  readonly certificateArn: string;
  /** This Region's own stream of the results table. */
  readonly resultsStreamArn: string;
  readonly eventBus: string;
  readonly operationsTopicArn: string;
  readonly clusterIdentifier: string;
  readonly globalCluster: string;
  readonly stateMachineArn: string;
  /** The mapping of the payment queue to processor. */
  readonly paymentQueueSource: string;
  /** The mapping of the results stream to payment-events. */
  readonly resultsStreamSource: string;
  /** Whether outbox-relay's schedule runs, as it does in an active Region. */
  readonly relayRuns: boolean;
  /** Provisioned concurrency of intake, as it is; 0 when it has none. */
  readonly warmIntakes: number;
  readonly defaultSecurityGroupId: string;
  readonly functionSecurityGroupId: string;
  /** As they are: putting them again changes nothing. */
  readonly replication: { readonly own: ReplicationConfiguration; readonly peer: ReplicationConfiguration };
}

/** The log group of a function. */
export function logGroupOf(purpose: string, { own, suffix }: Surroundings): string {
  return `/aws/lambda/function-${purpose}-${own.code}-${suffix}`;
}

/** Its ARN, without the ending that stands for its streams. */
export function logGroupArn(purpose: string, around: Surroundings): string {
  return `arn:aws:logs:${around.own.region}:${around.accountId}:log-group:${logGroupOf(purpose, around)}`;
}

function namesOf(outputs: FlatOutputs, place: Place): RegionNames {
  const of = (output: string) => outputs.of(place, output);
  return {
    region: REGIONS[place].name,
    code: REGIONS[place].code,
    regionTable: of("RegionStateRegionTableName"),
    paymentQueueUrl: of("MessagingPaymentQueueUrl"),
    deadLetterQueueUrl: of("MessagingFunctionDeadLetterQueueUrl"),
    transactionBucket: of("StorageTransactionBucketName"),
    artifactBucket: of("ArtifactsBucketName"),
    clusterArn: of("DatabaseClusterArn"),
    backupVault: of("AuditBackupVaultName"),
  };
}

/** Reads the flat outputs, and from the cloud what they do not say. */
export async function surroundingsOf(
  cloud: EmbeddedCloud,
  outputs: FlatOutputs,
  place: Place,
): Promise<Surroundings> {
  const { suffix } = outputs;
  const other = peerOf(place);
  const of = (output: string) => outputs.of(place, output);
  const [own, peer] = [namesOf(outputs, place), namesOf(outputs, other)];
  return {
    place,
    own,
    peer,
    suffix,
    accountId: cloud.accountId,
    mark: `probe-${randomUUID()}`,
    tables: {
      sessions: outputs.get("PrimaryTablesSessionsTableName"),
      results: outputs.get("PrimaryTablesResultsTableName"),
      control: outputs.get("PrimaryTablesControlTableName"),
    },
    secrets: {
      application: `secret-database-application-${suffix}`,
      administrator: `secret-database-admin-${suffix}`,
      merchants: `secret-merchants-${suffix}`,
      psp: `secret-psp-${suffix}`,
      synthetic: `secret-synthetic-merchant-${suffix}`,
    },
    queueIsShut: await isShut(cloud, place, own.paymentQueueUrl),
    dataKeyArn: of("EncryptionDataKeyArn"),
    peerDataKeyArn: outputs.of(other, "EncryptionDataKeyArn"),
    messagingKeyArn: of("EncryptionMessagingKeyArn"),
    logsKeyArn: of("EncryptionLogsKeyArn"),
    peerLogsKeyArn: outputs.of(other, "EncryptionLogsKeyArn"),
    certificateArn: await certificate(cloud, place),
    resultsStreamArn: of("RegionStateResultsStreamArn"),
    eventBus: of("MessagingEventBusName"),
    operationsTopicArn: of("MessagingOperationsTopicArn"),
    clusterIdentifier: of("DatabaseClusterIdentifier"),
    globalCluster: of("DatabaseGlobalClusterIdentifier"),
    stateMachineArn: of("FailoverStateMachineArn"),
    paymentQueueSource: of("FunctionsPaymentQueueSourceId"),
    resultsStreamSource: of("FunctionsResultsStreamSourceId"),
    relayRuns: await isEnabled(cloud, place, `rule-outbox-relay-${own.code}-${suffix}`),
    warmIntakes: await warmth(cloud, place, `function-intake-${own.code}-${suffix}`),
    defaultSecurityGroupId: await defaultSecurityGroup(cloud, place, of("NetworkVpcId")),
    functionSecurityGroupId: of("NetworkFunctionSecurityGroupId"),
    replication: {
      own: await replicationOf(cloud, place, own.transactionBucket),
      peer: await replicationOf(cloud, other, peer.transactionBucket),
    },
  };
}

async function defaultSecurityGroup(cloud: EmbeddedCloud, place: Place, vpcId: string): Promise<string> {
  const { SecurityGroups = [] } = await new EC2Client(awsConfig(cloud, place)).send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: "vpc-id", Values: [vpcId] },
        { Name: "group-name", Values: ["default"] },
      ],
    }),
  );
  return SecurityGroups[0]?.GroupId ?? "";
}

async function replicationOf(
  cloud: EmbeddedCloud,
  place: Place,
  Bucket: string,
): Promise<ReplicationConfiguration> {
  const client = new S3Client({ ...awsConfig(cloud, place), forcePathStyle: true });
  const answer = await client.send(new GetBucketReplicationCommand({ Bucket }));
  return answer.ReplicationConfiguration as ReplicationConfiguration;
}

async function certificate(cloud: EmbeddedCloud, place: Place): Promise<string> {
  const { CertificateSummaryList = [] } = await new ACMClient(awsConfig(cloud, place)).send(
    new ListCertificatesCommand({}),
  );
  return CertificateSummaryList[0]?.CertificateArn ?? "";
}

async function isEnabled(cloud: EmbeddedCloud, place: Place, Name: string): Promise<boolean> {
  const { State } = await new EventBridgeClient(awsConfig(cloud, place)).send(
    new DescribeRuleCommand({ Name }),
  );
  return State === "ENABLED";
}

async function warmth(cloud: EmbeddedCloud, place: Place, FunctionName: string): Promise<number> {
  const answer = await new LambdaClient(awsConfig(cloud, place))
    .send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: "live" }))
    .catch((error: unknown) => {
      if (error instanceof ProvisionedConcurrencyConfigNotFoundException) return undefined;
      throw error;
    });
  return answer?.RequestedProvisionedConcurrentExecutions ?? 0;
}

async function isShut(cloud: EmbeddedCloud, place: Place, QueueUrl: string): Promise<boolean> {
  const { Attributes } = await new SQSClient(awsConfig(cloud, place)).send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] }),
  );
  return Attributes?.["Policy"]?.includes("DenySendWhileStandby") ?? false;
}
