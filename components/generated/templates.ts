// Generated from cfn/*.yaml by components/codegen/main.ts ("npm run codegen"). Do not edit.
import type { Input } from "@pulumi/pulumi";

/**
 * Parameters of cfn/artifacts.yaml.
 * Payments: bucket for function code and large templates, access-log bucket, and the bucket clean-up function used outside production.
 */
export interface ArtifactsParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * production turns on deletion protection and the long key-deletion window; nonproduction can be destroyed without a trace.
   * Default: nonproduction.
   */
  readonly EnvironmentType?: Input<"production" | "nonproduction">;
  /**
   * Key for the objects and the function environment (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DataKeyArn: Input<string>;
  /**
   * Key for log groups (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly LogsKeyArn: Input<string>;
  /**
   * Days that log groups are kept.
   * Default: 400.
   */
  readonly LogRetentionDays?: Input<
    | 365
    | 400
    | 545
    | 731
    | 1096
    | 1827
    | 2192
    | 2557
    | 2922
    | 3288
    | 3653
    | "365"
    | "400"
    | "545"
    | "731"
    | "1096"
    | "1827"
    | "2192"
    | "2557"
    | "2922"
    | "3288"
    | "3653"
  >;
  /**
   * Days that bucket and load-balancer access logs are kept.
   * Default: 400. At least 365. At most 3653.
   */
  readonly AccessLogRetentionDays?: Input<number | string>;
  /** Private subnets (one per Availability Zone) for the functions' network interfaces. */
  readonly PrivateSubnetIds: Input<string> | Input<Input<string>[]>;
  /** Security group of every function in the VPC (template network). */
  readonly FunctionSecurityGroupId: Input<string>;
}

/** Outputs of cfn/artifacts.yaml. */
export interface ArtifactsOutputs {
  /** Bucket for function code and large templates. */
  readonly BucketName: string;
  /** Its ARN. */
  readonly BucketArn: string;
  /** Bucket for access logs of buckets and the load balancer (SSE-S3). */
  readonly AccessLogBucketName: string;
  /** Its ARN. */
  readonly AccessLogBucketArn: string;
  /** ServiceToken of Custom::BucketCleanup; none in production, where nothing may empty a bucket. */
  readonly BucketCleanupFunctionArn: string;
}

/**
 * Parameters of cfn/database.yaml.
 * Payments: Aurora PostgreSQL Serverless v2 - the global cluster with its first cluster (primary) or its secondary cluster (dr).
 */
export interface DatabaseParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * production turns on deletion protection and the long key-deletion window; nonproduction can be destroyed without a trace.
   * Default: nonproduction.
   */
  readonly EnvironmentType?: Input<"production" | "nonproduction">;
  /** The Region's fixed place. It says nothing about which Region is active right now. */
  readonly Place: Input<"primary" | "dr">;
  /**
   * Global cluster to join, an output of the primary's stack. none in the primary, which creates it.
   * Default: none. Pattern: `^(none|[a-z][a-z0-9-]{0,62})$`.
   */
  readonly GlobalClusterIdentifier?: Input<string>;
  /**
   * Aurora PostgreSQL version. Every member of the global cluster runs the same one.
   * Default: 17.7. Pattern: `^17\.\d{1,2}$`.
   */
  readonly EngineVersion?: Input<string>;
  /**
   * Existing secret with username and password of the database administrator. Read by the primary only; a secondary cluster has no credentials of its own.
   * Default: none. Pattern: `^(none|arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+)$`.
   */
  readonly AdminSecretArn?: Input<string>;
  /**
   * Lowest capacity in Aurora capacity units (about 2 GiB of memory each). 0.5 or more, since a paused instance needs up to 15 seconds to resume.
   * Default: 0.5. At least 0.5. At most 256.
   */
  readonly MinCapacity?: Input<number | string>;
  /**
   * Highest capacity in Aurora capacity units.
   * Default: 16. At least 1. At most 256.
   */
  readonly MaxCapacity?: Input<number | string>;
  /**
   * Days of automated backups for point-in-time recovery.
   * Default: 35. At least 7. At most 35.
   */
  readonly BackupRetentionDays?: Input<number | string>;
  /** Subnets without a route to the internet, one per Availability Zone. */
  readonly IsolatedSubnetIds: Input<string> | Input<Input<string>[]>;
  /** Security group that admits only the functions (template network). */
  readonly DatabaseSecurityGroupId: Input<string>;
  /**
   * Data key of this Region (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DataKeyArn: Input<string>;
  /**
   * Key for log groups (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly LogsKeyArn: Input<string>;
  /**
   * Days that database logs are kept.
   * Default: 400.
   */
  readonly LogRetentionDays?: Input<
    | 365
    | 400
    | 545
    | 731
    | 1096
    | 1827
    | 2192
    | 2557
    | 2922
    | 3288
    | 3653
    | "365"
    | "400"
    | "545"
    | "731"
    | "1096"
    | "1827"
    | "2192"
    | "2557"
    | "2922"
    | "3288"
    | "3653"
  >;
  /**
   * Days of Performance Insights history; 7 is free of charge.
   * Default: 7.
   */
  readonly PerformanceInsightsRetentionDays?: Input<
    7 | 31 | 93 | 186 | 372 | 465 | 731 | "7" | "31" | "93" | "186" | "372" | "465" | "731"
  >;
  /**
   * Seconds between two points of enhanced monitoring.
   * Default: 60.
   */
  readonly MonitoringIntervalSeconds?: Input<
    1 | 5 | 10 | 15 | 30 | 60 | "1" | "5" | "10" | "15" | "30" | "60"
  >;
}

/** Outputs of cfn/database.yaml. */
export interface DatabaseOutputs {
  /** The global cluster, for the DR stack and the failover. */
  readonly GlobalClusterIdentifier: string;
  /** ARN of this Region's cluster. */
  readonly ClusterArn: string;
  /** Identifier of this Region's cluster. */
  readonly ClusterIdentifier: string;
  /** Immutable id, used in rds-db:connect permissions. */
  readonly ClusterResourceId: string;
  /** Writer endpoint of this Region; in a standby it answers once promoted. */
  readonly ClusterEndpoint: string;
  /** Reader endpoint of this Region. */
  readonly ReaderEndpoint: string;
  /** Port of both endpoints. */
  readonly ClusterPort: string;
  /** Name of the database. */
  readonly DatabaseName: string;
}

/**
 * Parameters of cfn/encryption.yaml.
 * Payments: customer-managed KMS keys of one Region for data, messaging and logs.
 */
export interface EncryptionParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * production turns on deletion protection and the long key-deletion window; nonproduction can be destroyed without a trace.
   * Default: nonproduction.
   */
  readonly EnvironmentType?: Input<"production" | "nonproduction">;
  /**
   * Role that may administer the keys. With none, the account's IAM policies decide who administers. It must include whoever deploys this stack, or KMS refuses the key policy (its lock-out check).
   * Default: none. Pattern: `^(none|arn:aws:iam::\d{12}:role/.+)$`.
   */
  readonly KeyAdministratorArn?: Input<string>;
}

/** Outputs of cfn/encryption.yaml. */
export interface EncryptionOutputs {
  /** Key for the database, tables, buckets and function environments. */
  readonly DataKeyArn: string;
  /** Key for queues, topics and the event bus. */
  readonly MessagingKeyArn: string;
  /** Key for CloudWatch Logs and CloudTrail. */
  readonly LogsKeyArn: string;
}

/**
 * Parameters of cfn/messaging.yaml.
 * Payments: payment queue with its dead-letter queue, operations topic, event bus and forwarding to the other Region.
 */
export interface MessagingParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * Key for queues, topics and the event bus (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly MessagingKeyArn: Input<string>;
  /**
   * Whether the payment queue takes messages. true in the active Region; in a standby the queue policy denies sqs:SendMessage. The failover changes it at run time.
   * Default: false.
   */
  readonly PaymentQueueOpen?: Input<boolean | "true" | "false">;
  /**
   * Address subscribed to the operations topic, or none.
   * Default: none. Pattern: `^(none|[^@\s]+@[^@\s]+\.[^@\s]+)$`.
   */
  readonly OnCallEmail?: Input<string>;
}

/** Outputs of cfn/messaging.yaml. */
export interface MessagingOutputs {
  /** URL of the payment queue. */
  readonly PaymentQueueUrl: string;
  /** Its ARN. */
  readonly PaymentQueueArn: string;
  /** Its name, the dimension of its metrics. */
  readonly PaymentQueueName: string;
  /** URL of the queue for messages that failed repeatedly. */
  readonly PaymentDeadLetterQueueUrl: string;
  /** Its ARN. */
  readonly PaymentDeadLetterQueueArn: string;
  /** URL of the queue for failed asynchronous invocations and stream batches. */
  readonly FunctionDeadLetterQueueUrl: string;
  /** Its ARN. */
  readonly FunctionDeadLetterQueueArn: string;
  /** URL of the queue for events that no target took. */
  readonly EventDeadLetterQueueUrl: string;
  /** Its ARN. */
  readonly EventDeadLetterQueueArn: string;
  /** Alarms and failover notices for the on-call engineer. */
  readonly OperationsTopicArn: string;
  /** The Region's event bus. */
  readonly EventBusName: string;
  /** Its ARN. */
  readonly EventBusArn: string;
}

/**
 * Parameters of cfn/network.yaml.
 * Payments: VPC over three Availability Zones with public, private and isolated subnets, endpoints and security groups.
 */
export interface NetworkParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * Address range of the VPC. The two Regions' ranges must not overlap, so that they could be peered.
   * Pattern: `^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.0\.0/16$`.
   */
  readonly VpcCidr: Input<string>;
  /**
   * NAT gateways for the way out to the payment service provider. none = no way out, one = shared (cheap, one Availability Zone can take it down), per-az = one in each.
   * Default: per-az.
   */
  readonly NatGateways?: Input<"none" | "one" | "per-az">;
  /**
   * Addresses that may reach the load balancer on port 80 to be redirected to HTTPS. none keeps the port shut; the whole internet is refused (PCI DSS 1.3.1).
   * Default: none. Pattern: `^(none|(\d{1,3}\.){3}\d{1,3}/([89]|[12]\d|3[0-2]))$`.
   */
  readonly HttpRedirectCidr?: Input<string>;
  /**
   * Key for the flow logs (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly LogsKeyArn: Input<string>;
  /**
   * Days that flow logs are kept.
   * Default: 400.
   */
  readonly FlowLogRetentionDays?: Input<
    | 365
    | 400
    | 545
    | 731
    | 1096
    | 1827
    | 2192
    | 2557
    | 2922
    | 3288
    | 3653
    | "365"
    | "400"
    | "545"
    | "731"
    | "1096"
    | "1827"
    | "2192"
    | "2557"
    | "2922"
    | "3288"
    | "3653"
  >;
}

/** Outputs of cfn/network.yaml. */
export interface NetworkOutputs {
  /** The VPC. */
  readonly VpcId: string;
  /** Address range of the VPC. */
  readonly VpcCidr: string;
  /** Comma list, one subnet per Availability Zone. */
  readonly PublicSubnetIds: string;
  /** Comma list, one subnet per Availability Zone. */
  readonly PrivateSubnetIds: string;
  /** Comma list, one subnet per Availability Zone. */
  readonly IsolatedSubnetIds: string;
  /** For every function: database, endpoints, S3 and DynamoDB. */
  readonly FunctionSecurityGroupId: string;
  /** Added to functions that call the internet (PSP, merchants) on port 443. */
  readonly OutboundSecurityGroupId: string;
  /** For the Aurora cluster. */
  readonly DatabaseSecurityGroupId: string;
  /** For the Application Load Balancer. */
  readonly LoadBalancerSecurityGroupId: string;
  /** On the interface endpoints. */
  readonly EndpointSecurityGroupId: string;
}

/**
 * Parameters of cfn/region-state.yaml.
 * Payments: the Region's own table (role and lease) and the look-up of this Region's results stream.
 */
export interface RegionStateParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * production turns on deletion protection and the long key-deletion window; nonproduction can be destroyed without a trace.
   * Default: nonproduction.
   */
  readonly EnvironmentType?: Input<"production" | "nonproduction">;
  /**
   * Data key of this Region (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DataKeyArn: Input<string>;
  /**
   * Key for log groups (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly LogsKeyArn: Input<string>;
  /**
   * Days that log groups are kept.
   * Default: 400.
   */
  readonly LogRetentionDays?: Input<
    | 365
    | 400
    | 545
    | 731
    | 1096
    | 1827
    | 2192
    | 2557
    | 2922
    | 3288
    | 3653
    | "365"
    | "400"
    | "545"
    | "731"
    | "1096"
    | "1827"
    | "2192"
    | "2557"
    | "2922"
    | "3288"
    | "3653"
  >;
  /**
   * Global table whose stream in this Region is looked up (template tables).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ResultsTableName: Input<string>;
  /**
   * Stream of the primary's replica. Only its change matters - it makes the look-up run again.
   * Pattern: `^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:table/.+/stream/.+$`.
   */
  readonly PrimaryResultsStreamArn: Input<string>;
  /** Private subnets (one per Availability Zone) for the functions' network interfaces. */
  readonly PrivateSubnetIds: Input<string> | Input<Input<string>[]>;
  /** Security group of every function in the VPC (template network). */
  readonly FunctionSecurityGroupId: Input<string>;
}

/** Outputs of cfn/region-state.yaml. */
export interface RegionStateOutputs {
  /** Role and lease of this Region. */
  readonly RegionTableName: string;
  /** Its ARN. */
  readonly RegionTableArn: string;
  /** Stream of the results table's replica in this Region. */
  readonly ResultsStreamArn: string;
}

/**
 * Parameters of cfn/storage.yaml.
 * Payments: transaction-log and backup buckets of one Region, replicated both ways.
 */
export interface StorageParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * production turns on deletion protection and the long key-deletion window; nonproduction can be destroyed without a trace.
   * Default: nonproduction.
   */
  readonly EnvironmentType?: Input<"production" | "nonproduction">;
  /** The Region's fixed place. It says nothing about which Region is active right now. */
  readonly Place: Input<"primary" | "dr">;
  /**
   * Key for the objects of this Region (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DataKeyArn: Input<string>;
  /**
   * Key for log groups (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly LogsKeyArn: Input<string>;
  /**
   * Days that log groups are kept.
   * Default: 400.
   */
  readonly LogRetentionDays?: Input<
    | 365
    | 400
    | 545
    | 731
    | 1096
    | 1827
    | 2192
    | 2557
    | 2922
    | 3288
    | 3653
    | "365"
    | "400"
    | "545"
    | "731"
    | "1096"
    | "1827"
    | "2192"
    | "2557"
    | "2922"
    | "3288"
    | "3653"
  >;
  /**
   * Bucket that receives the access logs (template artifacts).
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly AccessLogBucketName: Input<string>;
  /**
   * Empties the buckets when the stack is deleted (template artifacts); none in production.
   * Default: none. Pattern: `^(none|arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9-_]+)$`.
   */
  readonly BucketCleanupFunctionArn?: Input<string>;
  /**
   * The other Region's data key, under which the replicas are encrypted there.
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly PeerDataKeyArn: Input<string>;
  /**
   * Transaction bucket in the DR Region. Given to the primary only; DR's stack is created first and derives the name.
   * Default: none. Pattern: `^(none|arn:aws:s3:::[a-z0-9-]{3,63})$`.
   */
  readonly PeerTransactionBucketArn?: Input<string>;
  /**
   * Backup bucket in the DR Region. Given to the primary only.
   * Default: none. Pattern: `^(none|arn:aws:s3:::[a-z0-9-]{3,63})$`.
   */
  readonly PeerBackupBucketArn?: Input<string>;
  /**
   * DR's replication role, which the way back runs under. Given to the primary only.
   * Default: none. Pattern: `^(none|arn:aws:iam::\d{12}:role/[A-Za-z0-9-]+)$`.
   */
  readonly PeerReplicationRoleArn?: Input<string>;
  /**
   * Days that transaction logs are kept before they expire.
   * Default: 2557. At least 365. At most 3653.
   */
  readonly TransactionRetentionDays?: Input<number | string>;
  /**
   * Days that backups are kept before they expire.
   * Default: 400. At least 35. At most 3653.
   */
  readonly BackupRetentionDays?: Input<number | string>;
}

/** Outputs of cfn/storage.yaml. */
export interface StorageOutputs {
  /** Transaction logs, one object per event. */
  readonly TransactionBucketName: string;
  /** Its ARN. */
  readonly TransactionBucketArn: string;
  /** Backups and failover reports. */
  readonly BackupBucketName: string;
  /** Its ARN. */
  readonly BackupBucketArn: string;
  /** Bucket that receives the access logs (made by template artifacts). */
  readonly AccessLogBucketName: string;
  /** Role that replicates from this Region's buckets to the other Region. */
  readonly ReplicationRoleArn: string;
}

/**
 * Parameters of cfn/tables.yaml.
 * Payments: DynamoDB global tables (sessions, results, control), declared from the primary Region for both.
 */
export interface TablesParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * production turns on deletion protection and the long key-deletion window; nonproduction can be destroyed without a trace.
   * Default: nonproduction.
   */
  readonly EnvironmentType?: Input<"production" | "nonproduction">;
  /**
   * Region of the second replica.
   * Default: ap-southeast-2.
   */
  readonly DrRegion?: Input<"ap-southeast-1" | "ap-southeast-2">;
  /**
   * Data key of this stack's Region.
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly PrimaryDataKeyArn: Input<string>;
  /**
   * Data key of the DR Region (a replica needs a key of its own Region).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DrDataKeyArn: Input<string>;
  /**
   * Value of the tag Environment on each replica (stack tags do not reach replicas).
   * Pattern: `^[\w .:/=+@-]{1,256}$`.
   */
  readonly EnvironmentTag: Input<string>;
  /**
   * Value of the tag Project on each replica (stack tags do not reach replicas).
   * Pattern: `^[\w .:/=+@-]{1,256}$`.
   */
  readonly ProjectTag: Input<string>;
  /**
   * Value of the tag CostCenter on each replica (stack tags do not reach replicas).
   * Pattern: `^[\w .:/=+@-]{1,256}$`.
   */
  readonly CostCenterTag: Input<string>;
}

/** Outputs of cfn/tables.yaml. */
export interface TablesOutputs {
  /** Same name in both Regions. */
  readonly SessionsTableName: string;
  /** ARN of the primary's replica. */
  readonly SessionsTableArn: string;
  /** Same name in both Regions. */
  readonly ResultsTableName: string;
  /** ARN of the primary's replica. */
  readonly ResultsTableArn: string;
  /** Same name in both Regions. */
  readonly ControlTableName: string;
  /** ARN of the primary's replica. */
  readonly ControlTableArn: string;
  /** Stream of the primary's replica; region-state looks up each Region's own. */
  readonly ResultsStreamArn: string;
}

/** Every template by its name. */
export interface Templates {
  readonly artifacts: { readonly parameters: ArtifactsParameters; readonly outputs: ArtifactsOutputs };
  readonly database: { readonly parameters: DatabaseParameters; readonly outputs: DatabaseOutputs };
  readonly encryption: { readonly parameters: EncryptionParameters; readonly outputs: EncryptionOutputs };
  readonly messaging: { readonly parameters: MessagingParameters; readonly outputs: MessagingOutputs };
  readonly network: { readonly parameters: NetworkParameters; readonly outputs: NetworkOutputs };
  readonly "region-state": {
    readonly parameters: RegionStateParameters;
    readonly outputs: RegionStateOutputs;
  };
  readonly storage: { readonly parameters: StorageParameters; readonly outputs: StorageOutputs };
  readonly tables: { readonly parameters: TablesParameters; readonly outputs: TablesOutputs };
}

/** Output names of every template, for code that walks over all of them. */
export const templateOutputs: {
  readonly [T in keyof Templates]: readonly (keyof Templates[T]["outputs"])[];
} = {
  artifacts: [
    "BucketName",
    "BucketArn",
    "AccessLogBucketName",
    "AccessLogBucketArn",
    "BucketCleanupFunctionArn",
  ],
  database: [
    "GlobalClusterIdentifier",
    "ClusterArn",
    "ClusterIdentifier",
    "ClusterResourceId",
    "ClusterEndpoint",
    "ReaderEndpoint",
    "ClusterPort",
    "DatabaseName",
  ],
  encryption: ["DataKeyArn", "MessagingKeyArn", "LogsKeyArn"],
  messaging: [
    "PaymentQueueUrl",
    "PaymentQueueArn",
    "PaymentQueueName",
    "PaymentDeadLetterQueueUrl",
    "PaymentDeadLetterQueueArn",
    "FunctionDeadLetterQueueUrl",
    "FunctionDeadLetterQueueArn",
    "EventDeadLetterQueueUrl",
    "EventDeadLetterQueueArn",
    "OperationsTopicArn",
    "EventBusName",
    "EventBusArn",
  ],
  network: [
    "VpcId",
    "VpcCidr",
    "PublicSubnetIds",
    "PrivateSubnetIds",
    "IsolatedSubnetIds",
    "FunctionSecurityGroupId",
    "OutboundSecurityGroupId",
    "DatabaseSecurityGroupId",
    "LoadBalancerSecurityGroupId",
    "EndpointSecurityGroupId",
  ],
  "region-state": ["RegionTableName", "RegionTableArn", "ResultsStreamArn"],
  storage: [
    "TransactionBucketName",
    "TransactionBucketArn",
    "BackupBucketName",
    "BackupBucketArn",
    "AccessLogBucketName",
    "ReplicationRoleArn",
  ],
  tables: [
    "SessionsTableName",
    "SessionsTableArn",
    "ResultsTableName",
    "ResultsTableArn",
    "ControlTableName",
    "ControlTableArn",
    "ResultsStreamArn",
  ],
};
