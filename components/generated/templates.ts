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
 * Parameters of cfn/audit.yaml.
 * Payments: audit trail with its bucket and log group, backup vault and plan with copies in the other Region.
 */
export interface AuditParameters {
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
   * Key of the backup vault, and of what is backed up (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DataKeyArn: Input<string>;
  /**
   * Key of the trail's files and log group (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly LogsKeyArn: Input<string>;
  /**
   * The other Region's data key, under which copies of backups are encrypted there.
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly PeerDataKeyArn: Input<string>;
  /**
   * The other Region's logs key, under which replicas of trail files are encrypted there.
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly PeerLogsKeyArn: Input<string>;
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
   * Days that the trail's files are kept.
   * Default: 400. At least 400. At most 3653.
   */
  readonly TrailRetentionDays?: Input<number | string>;
  /**
   * Transaction logs of this Region (template storage).
   * Pattern: `^arn:aws:s3:::[a-z0-9-]{3,63}$`.
   */
  readonly TransactionBucketArn: Input<string>;
  /**
   * Backups and failover reports of this Region (template storage).
   * Pattern: `^arn:aws:s3:::[a-z0-9-]{3,63}$`.
   */
  readonly BackupBucketArn: Input<string>;
  /**
   * Global table of sessions (template tables).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly SessionsTableName: Input<string>;
  /**
   * Global table of payment results (template tables).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ResultsTableName: Input<string>;
  /**
   * Global table of the failover state (template tables).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ControlTableName: Input<string>;
  /**
   * This Region's own table (template region-state).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly RegionTableName: Input<string>;
  /**
   * This Region's Aurora cluster (template database).
   * Pattern: `^arn:aws:rds:[a-z0-9-]+:\d{12}:cluster:[a-z][a-z0-9-]{0,62}$`.
   */
  readonly ClusterArn: Input<string>;
  /**
   * Bucket that receives the access logs (template artifacts).
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly AccessLogBucketName: Input<string>;
  /**
   * Empties the bucket when the stack is deleted (template artifacts); none in production.
   * Default: none. Pattern: `^(none|arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9-_]+)$`.
   */
  readonly BucketCleanupFunctionArn?: Input<string>;
  /**
   * DR's trail bucket; needed by the primary, whose stack comes second.
   * Default: none. Pattern: `^(none|arn:aws:s3:::[a-z0-9-]{3,63})$`.
   */
  readonly PeerTrailBucketArn?: Input<string>;
  /**
   * Role that replicates from DR's trail bucket; needed by the primary, which sets the way back.
   * Default: none. Pattern: `^(none|arn:aws:iam::\d{12}:role/[A-Za-z0-9+=,.@_-]+)$`.
   */
  readonly PeerTrailReplicationRoleArn?: Input<string>;
  /**
   * Function that sets replication on DR's buckets (template storage); needed by the primary.
   * Default: none. Pattern: `^(none|arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9-_]+)$`.
   */
  readonly ReplicationWayBackFunctionArn?: Input<string>;
  /**
   * Hears of backups and copies that failed (template messaging).
   * Pattern: `^arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$`.
   */
  readonly TicketTopicArn: Input<string>;
  /**
   * Keeps what could not be told (template messaging).
   * Pattern: `^arn:aws:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,80}$`.
   */
  readonly EventDeadLetterQueueArn: Input<string>;
  /**
   * Days that daily backups and their copies are kept.
   * Default: 35. At least 35. At most 364.
   */
  readonly BackupRetentionDays?: Input<number | string>;
  /**
   * Days that monthly backups and their copies are kept.
   * Default: 400. At least 365. At most 3653.
   */
  readonly MonthlyBackupRetentionDays?: Input<number | string>;
}

/** Outputs of cfn/audit.yaml. */
export interface AuditOutputs {
  /** The trail of this Region. */
  readonly TrailArn: string;
  /** Bucket of the trail's files. */
  readonly TrailBucketName: string;
  /** Its ARN. */
  readonly TrailBucketArn: string;
  /** Role that replicates from this Region's trail bucket to the other Region. */
  readonly TrailReplicationRoleArn: string;
  /** Log group of the trail's events; DR's holds those of both Regions and of the global services. */
  readonly TrailLogGroupName: string;
  /** Vault of this Region's backups and of the other Region's copies. */
  readonly BackupVaultArn: string;
  /** Its name. */
  readonly BackupVaultName: string;
  /** Plan that fills it. */
  readonly BackupPlanId: string;
}

/**
 * Parameters of cfn/audit-alarms.yaml.
 * Payments: filters over the audit trail of one Region, and their alarms.
 */
export interface AuditAlarmsParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /** Whether this is the primary or the DR Region. DR's trail holds the events of both Regions and of the global services. */
  readonly Place: Input<"primary" | "dr">;
  /**
   * Topic that wakes somebody (template messaging).
   * Pattern: `^arn:aws:sns:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly OperationsTopicArn: Input<string>;
  /**
   * Topic for working hours (template messaging).
   * Pattern: `^arn:aws:sns:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly TicketTopicArn: Input<string>;
  /**
   * Log group of this Region's trail (template audit).
   * Pattern: `^[A-Za-z0-9_/.#-]{1,512}$`.
   */
  readonly TrailLogGroupName: Input<string>;
}

/** Outputs of cfn/audit-alarms.yaml. */
export type AuditAlarmsOutputs = Record<never, never>;

/**
 * Parameters of cfn/dashboards.yaml.
 * Payments: dashboards of one Region, and of both.
 */
export interface DashboardsParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /** Whether this is the primary or the DR Region. DR's stack makes the dashboard over both. */
  readonly Place: Input<"primary" | "dr">;
  /**
   * The orchestrator of this Region (template failover).
   * Pattern: `^arn:aws:states:[a-z0-9-]+:\d{12}:stateMachine:.+$`.
   */
  readonly StateMachineArn: Input<string>;
  /**
   * This Region's cluster, the dimension of its metrics (template database).
   * Pattern: `^[A-Za-z][A-Za-z0-9-]{0,62}$`.
   */
  readonly ClusterIdentifier: Input<string>;
  /**
   * Connections to one instance that are too many - 80 % of what its largest capacity allows.
   * At least 1. At most 5000.
   */
  readonly DatabaseConnectionsThreshold: Input<number | string>;
  /**
   * Name of the API, the dimension of its metrics (template payments).
   * Pattern: `^[a-z][a-z0-9-]+$`.
   */
  readonly ApiName: Input<string>;
  /**
   * Its stage.
   * Pattern: `^[a-z][a-z0-9-]*$`.
   */
  readonly ApiStageName: Input<string>;
  /**
   * Dimension of the load balancer's metrics (template payments).
   * Pattern: `^app/[A-Za-z0-9-]+/[0-9a-z]+$`.
   */
  readonly LoadBalancerFullName: Input<string>;
  /**
   * Dimension of the target group's metrics (template payments).
   * Pattern: `^targetgroup/[A-Za-z0-9-]+/[0-9a-z]+$`.
   */
  readonly NotificationTargetGroupFullName: Input<string>;
  /**
   * Existing certificate of this Region's names.
   * Pattern: `^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/.+$`.
   */
  readonly CertificateArn: Input<string>;
  /**
   * Global table of the sessions (template tables).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly SessionsTableName: Input<string>;
  /**
   * Global table of the results (template tables).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ResultsTableName: Input<string>;
  /**
   * Global table of the control record (template tables).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ControlTableName: Input<string>;
  /**
   * This Region's transaction logs (template storage).
   * Pattern: `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`.
   */
  readonly TransactionBucketName: Input<string>;
  /**
   * This Region's backups (template storage).
   * Pattern: `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`.
   */
  readonly BackupBucketName: Input<string>;
  /**
   * The other Region's transaction logs.
   * Pattern: `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`.
   */
  readonly PeerTransactionBucketName: Input<string>;
  /**
   * The other Region's backups.
   * Pattern: `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`.
   */
  readonly PeerBackupBucketName: Input<string>;
}

/** Outputs of cfn/dashboards.yaml. */
export type DashboardsOutputs = Record<never, never>;

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
 * Parameters of cfn/dns.yaml.
 * Payments: failover records, witness and health checks of both Regions.
 */
export interface DnsParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in; the DR Region, which outlives the loss of the primary. */
  readonly RegionCode: Input<"apse2">;
  /**
   * Existing public hosted zone of all names.
   * Pattern: `^Z[0-9A-Z]{1,31}$`.
   */
  readonly HostedZoneId: Input<string>;
  /**
   * Name of the witness record.
   * Pattern: `^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly WitnessName: Input<string>;
  /**
   * Host name that merchants use.
   * Pattern: `^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly PublicApiDomainName: Input<string>;
  /**
   * Host name of the primary's API.
   * Pattern: `^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly PrimaryApiDomainName: Input<string>;
  /**
   * Host name of DR's API.
   * Pattern: `^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly DrApiDomainName: Input<string>;
  /**
   * Host name that the PSP sends notifications to.
   * Pattern: `^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly PublicNotificationsDomainName: Input<string>;
  /**
   * Host name of the primary's load balancer.
   * Pattern: `^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly PrimaryNotificationsDomainName: Input<string>;
  /**
   * Host name of DR's load balancer.
   * Pattern: `^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly DrNotificationsDomainName: Input<string>;
  /**
   * Alias target of the public API name in the primary.
   * Pattern: `^[A-Za-z0-9.-]{1,253}$`.
   */
  readonly PrimaryPublicTarget: Input<string>;
  /**
   * Hosted zone of that target.
   * Pattern: `^Z[0-9A-Z]{1,31}$`.
   */
  readonly PrimaryPublicTargetZoneId: Input<string>;
  /**
   * Alias target of the primary's own API name.
   * Pattern: `^[A-Za-z0-9.-]{1,253}$`.
   */
  readonly PrimaryRegionalTarget: Input<string>;
  /**
   * Hosted zone of that target.
   * Pattern: `^Z[0-9A-Z]{1,31}$`.
   */
  readonly PrimaryRegionalTargetZoneId: Input<string>;
  /**
   * Alias target of the public API name in DR.
   * Pattern: `^[A-Za-z0-9.-]{1,253}$`.
   */
  readonly DrPublicTarget: Input<string>;
  /**
   * Hosted zone of that target.
   * Pattern: `^Z[0-9A-Z]{1,31}$`.
   */
  readonly DrPublicTargetZoneId: Input<string>;
  /**
   * Alias target of DR's own API name.
   * Pattern: `^[A-Za-z0-9.-]{1,253}$`.
   */
  readonly DrRegionalTarget: Input<string>;
  /**
   * Hosted zone of that target.
   * Pattern: `^Z[0-9A-Z]{1,31}$`.
   */
  readonly DrRegionalTargetZoneId: Input<string>;
  /**
   * Load balancer of the primary.
   * Pattern: `^[A-Za-z0-9.-]{1,253}$`.
   */
  readonly PrimaryLoadBalancerTarget: Input<string>;
  /**
   * Hosted zone of that target.
   * Pattern: `^Z[0-9A-Z]{1,31}$`.
   */
  readonly PrimaryLoadBalancerTargetZoneId: Input<string>;
  /**
   * Load balancer of DR.
   * Pattern: `^[A-Za-z0-9.-]{1,253}$`.
   */
  readonly DrLoadBalancerTarget: Input<string>;
  /**
   * Hosted zone of that target.
   * Pattern: `^Z[0-9A-Z]{1,31}$`.
   */
  readonly DrLoadBalancerTargetZoneId: Input<string>;
  /**
   * Path of the anonymous status at the API.
   * Default: /status. Pattern: `^/[a-z0-9/-]{1,100}$`.
   */
  readonly StatusPath?: Input<string>;
  /**
   * Time to live of the witness record.
   * Default: 10. At least 1. At most 60.
   */
  readonly WitnessTtlSeconds?: Input<number | string>;
}

/** Outputs of cfn/dns.yaml. */
export interface DnsOutputs {
  /** The witness record. */
  readonly WitnessName: string;
  /** The name that merchants use. */
  readonly PublicApiDomainName: string;
  /** The name that the PSP sends notifications to. */
  readonly PublicNotificationsDomainName: string;
  /** Whether the primary says traffic=yes. */
  readonly PrimaryCheckId: string;
  /** The latch, inverted; unhealthy while DR says traffic=yes. */
  readonly LatchCheckId: string;
  /** The check that decides between the Regions. */
  readonly PrimaryServesCheckId: string;
}

/**
 * Parameters of cfn/edge.yaml.
 * Payments: CloudFront distribution of the static pages, with its access logs and its names.
 */
export interface EdgeParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * Host name of the static pages.
   * Pattern: `^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`.
   */
  readonly SiteDomainName: Input<string>;
  /**
   * Existing public hosted zone of the host name.
   * Pattern: `^Z[0-9A-Z]{1,31}$`.
   */
  readonly HostedZoneId: Input<string>;
  /**
   * Existing certificate for the host name. CloudFront takes certificates of us-east-1 only.
   * Pattern: `^arn:aws:acm:us-east-1:\d{12}:certificate/[A-Za-z0-9-]+$`.
   */
  readonly CertificateArn: Input<string>;
  /**
   * Existing web ACL of scope CLOUDFRONT, which lives in us-east-1.
   * Pattern: `^arn:aws:wafv2:us-east-1:\d{12}:global/webacl/[A-Za-z0-9_-]{1,128}/[A-Za-z0-9-]+$`.
   */
  readonly WebAclArn: Input<string>;
  /**
   * Key for the access logs (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly LogsKeyArn: Input<string>;
  /**
   * Bucket that receives the log bucket's own access logs (template artifacts).
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly AccessLogBucketName: Input<string>;
  /**
   * Days that the distribution's access logs are kept.
   * Default: 400. At least 365. At most 3653.
   */
  readonly AccessLogRetentionDays?: Input<number | string>;
  /**
   * Empties the log bucket when the stack is deleted (template artifacts); none in production.
   * Default: none. Pattern: `^(none|arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9-_]+)$`.
   */
  readonly BucketCleanupFunctionArn?: Input<string>;
}

/** Outputs of cfn/edge.yaml. */
export interface EdgeOutputs {
  /** The distribution. */
  readonly DistributionId: string;
  /** Its ARN, which the buckets' policies name. */
  readonly DistributionArn: string;
  /** Its own name, which the alias records lead to. */
  readonly DistributionDomainName: string;
  /** Address of the payment-status page. */
  readonly SiteUrl: string;
  /** Bucket of the access logs. */
  readonly LogBucketName: string;
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
 * Parameters of cfn/failover.yaml.
 * Payments: failover orchestrator of one Region.
 */
export interface FailoverParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * Whether a failover that an alarm starts goes ahead by itself or waits for an operator's approval.
   * Default: automatic.
   */
  readonly Approval?: Input<"automatic" | "approval">;
  /**
   * Age up to which a reading of the witness lets a Region write; a switchover waits twice as long after the other Region gave up its role.
   * Default: 15. At least 0.1.
   */
  readonly WitnessFreshSeconds?: Input<number | string>;
  /**
   * Alias live of region-control.
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly RegionControlAliasArn: Input<string>;
  /**
   * Alias live of peer-probe.
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly PeerProbeAliasArn: Input<string>;
  /**
   * Alias live of database-control.
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly DatabaseControlAliasArn: Input<string>;
  /**
   * Alias live of capacity-control.
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly CapacityControlAliasArn: Input<string>;
  /**
   * Alias live of payment-recovery.
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly PaymentRecoveryAliasArn: Input<string>;
  /**
   * Alias live of synthetic-payment.
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly SyntheticPaymentAliasArn: Input<string>;
  /**
   * Alias live of failover-report.
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly FailoverReportAliasArn: Input<string>;
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
}

/** Outputs of cfn/failover.yaml. */
export interface FailoverOutputs {
  /** The orchestrator of this Region. */
  readonly StateMachineArn: string;
}

/**
 * Parameters of cfn/failover-detection.yaml.
 * Payments: alarms and rules that start a failover, of one Region.
 */
export interface FailoverDetectionParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * The orchestrator of this Region (template failover).
   * Pattern: `^arn:aws:states:[a-z0-9-]+:\d{12}:stateMachine:.+$`.
   */
  readonly StateMachineArn: Input<string>;
  /**
   * Topic of the people on call (template messaging).
   * Pattern: `^arn:aws:sns:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly OperationsTopicArn: Input<string>;
  /**
   * Topic for working hours (template messaging).
   * Pattern: `^arn:aws:sns:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly TicketTopicArn: Input<string>;
  /**
   * For events that no target took (template messaging).
   * Pattern: `^arn:aws:sqs:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly EventDeadLetterQueueArn: Input<string>;
  /**
   * This Region's cluster, the dimension of its metrics (template database).
   * Pattern: `^[A-Za-z][A-Za-z0-9-]{0,62}$`.
   */
  readonly ClusterIdentifier: Input<string>;
}

/** Outputs of cfn/failover-detection.yaml. */
export interface FailoverDetectionOutputs {
  /** Alarm on this Region's service, which the lease keeper reads. */
  readonly ServiceAlarmName: string;
  /** Alarm of the probe. */
  readonly PeerUnavailableAlarmName: string;
}

/**
 * Parameters of cfn/failover-functions.yaml.
 * Payments: functions of the failover with versions, aliases and schedules, of one Region.
 */
export interface FailoverFunctionsParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /** The Region's fixed place. It says nothing about which Region is active right now. */
  readonly Place: Input<"primary" | "dr">;
  /**
   * Lowest level that the functions log.
   * Default: INFO.
   */
  readonly LogLevel?: Input<"DEBUG" | "INFO" | "WARN" | "ERROR">;
  /**
   * Processor of the functions; arm64 costs a fifth less.
   * Default: arm64.
   */
  readonly Architecture?: Input<"arm64" | "x86_64">;
  /**
   * Hash over the parameters that reach the functions. A version holds code and environment, so it must change when either does.
   * Default: initial. Pattern: `^[A-Za-z0-9]{1,64}$`.
   */
  readonly ConfigurationHash?: Input<string>;
  /**
   * Name of the witness record, whose answer (primary or dr) says which Region may write.
   * Pattern: `^(?=.{1,253}$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly WitnessName: Input<string>;
  /**
   * Time to live of the witness record, and how long a function keeps its answer.
   * Default: 10. At least 0.1.
   */
  readonly WitnessTtlSeconds?: Input<number | string>;
  /**
   * Age up to which a reading of the witness lets a Region write.
   * Default: 15. At least 0.1.
   */
  readonly WitnessFreshSeconds?: Input<number | string>;
  /**
   * How long a Region may write after its lease was renewed: 60 and the lease keeper's schedule.
   * Default: 120. At least 0.1.
   */
  readonly LeaseSeconds?: Input<number | string>;
  /**
   * How long the witness must have named this Region before its database is promoted: lease, time to live and a margin.
   * Default: 150. At least 0.1.
   */
  readonly TakeoverWaitSeconds?: Input<number | string>;
  /** Private subnets, one per Availability Zone. */
  readonly PrivateSubnetIds: Input<string> | Input<Input<string>[]>;
  /** Security group of every function in the VPC (template network). */
  readonly FunctionSecurityGroupId: Input<string>;
  /** Added to the functions that call the PSP (template network). */
  readonly OutboundSecurityGroupId: Input<string>;
  /**
   * Data key of this Region (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DataKeyArn: Input<string>;
  /**
   * Messaging key of this Region (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly MessagingKeyArn: Input<string>;
  /**
   * Key for log groups (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly LogsKeyArn: Input<string>;
  /**
   * This Region's API by its Regional name.
   * Pattern: `^https://[^\s]+$`.
   */
  readonly OwnApiUrl: Input<string>;
  /**
   * The other Region's API by its Regional name.
   * Pattern: `^https://[^\s]+$`.
   */
  readonly PeerApiUrl: Input<string>;
  /**
   * The API by the name that merchants use.
   * Pattern: `^https://[^\s]+$`.
   */
  readonly PublicApiUrl: Input<string>;
  /**
   * Base URL of the PSP's API.
   * Pattern: `^https://[^\s]+$`.
   */
  readonly PspBaseUrl: Input<string>;
  /**
   * This Region's own cluster endpoint.
   * Pattern: `^[A-Za-z0-9.-]{1,253}$`.
   */
  readonly DatabaseHost: Input<string>;
  /**
   * Port of the cluster.
   * Default: 5432. Pattern: `^\d{1,5}$`.
   */
  readonly DatabasePort?: Input<string>;
  /**
   * Name of the database.
   * Default: payments. Pattern: `^[a-z][a-z0-9_]{0,62}$`.
   */
  readonly DatabaseName?: Input<string>;
  /**
   * The global cluster (template database).
   * Pattern: `^[a-z][a-z0-9-]{0,62}$`.
   */
  readonly GlobalClusterIdentifier: Input<string>;
  /**
   * This Region's cluster (template database).
   * Pattern: `^arn:aws:rds:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly ClusterArn: Input<string>;
  /**
   * The other Region's cluster (template database).
   * Pattern: `^arn:aws:rds:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly PeerClusterArn: Input<string>;
  /**
   * Existing secret of the database's application user.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly ApplicationSecretArn: Input<string>;
  /**
   * Existing secret with the API key pepper and the notification signing key; readiness reads that it exists, never its value.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly MerchantSecretArn: Input<string>;
  /**
   * Existing secret with the keys of the payment service provider.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly PspSecretArn: Input<string>;
  /**
   * Existing secret with the synthetic merchant's id and API key.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly SyntheticSecretArn: Input<string>;
  /**
   * Existing certificate of this Region, whose validity readiness watches.
   * Pattern: `^arn:aws:acm:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly CertificateArn: Input<string>;
  /**
   * Name of the table sessions.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly SessionsTable: Input<string>;
  /**
   * Name of the table results.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ResultsTable: Input<string>;
  /**
   * Name of the table control.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ControlTable: Input<string>;
  /**
   * Name of the table region.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly RegionTable: Input<string>;
  /**
   * URL of the payment queue.
   * Pattern: `^https?://.+$`.
   */
  readonly PaymentQueueUrl: Input<string>;
  /**
   * Queue for failed asynchronous invocations (template messaging).
   * Pattern: `^arn:aws:sqs:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly FunctionDeadLetterQueueArn: Input<string>;
  /**
   * For events that no target took (template messaging).
   * Pattern: `^arn:aws:sqs:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly EventDeadLetterQueueArn: Input<string>;
  /**
   * Topic of the people on call (template messaging).
   * Pattern: `^arn:aws:sns:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly OperationsTopicArn: Input<string>;
  /**
   * Transaction-log bucket of this Region, which keeps the reports (template storage).
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly TransactionBucketName: Input<string>;
  /**
   * Environments kept warm for each function of the hot path in an active Region, as in template functions.
   * Default: 0. At least 0. At most 100.
   */
  readonly ProvisionedConcurrency?: Input<number | string>;
  /**
   * Bucket of the code (template artifacts).
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly CodeBucketName: Input<string>;
  /**
   * Code of region-control.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly RegionControlCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly RegionControlCodeSha256: Input<string>;
  /**
   * Code of peer-probe.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly PeerProbeCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly PeerProbeCodeSha256: Input<string>;
  /**
   * Code of database-control.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly DatabaseControlCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly DatabaseControlCodeSha256: Input<string>;
  /**
   * Code of capacity-control.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly CapacityControlCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly CapacityControlCodeSha256: Input<string>;
  /**
   * Code of payment-recovery.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly PaymentRecoveryCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly PaymentRecoveryCodeSha256: Input<string>;
  /**
   * Code of synthetic-payment.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly SyntheticPaymentCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly SyntheticPaymentCodeSha256: Input<string>;
  /**
   * Code of failover-report.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly FailoverReportCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly FailoverReportCodeSha256: Input<string>;
  /**
   * Code of readiness.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly ReadinessCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly ReadinessCodeSha256: Input<string>;
  /**
   * Code of lease-keeper.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly LeaseKeeperCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly LeaseKeeperCodeSha256: Input<string>;
  /**
   * Role of region-control.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly RegionControlRoleArn: Input<string>;
  /**
   * Role of peer-probe.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly PeerProbeRoleArn: Input<string>;
  /**
   * Role of database-control.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly DatabaseControlRoleArn: Input<string>;
  /**
   * Role of capacity-control.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly CapacityControlRoleArn: Input<string>;
  /**
   * Role of payment-recovery.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly PaymentRecoveryRoleArn: Input<string>;
  /**
   * Role of synthetic-payment.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly SyntheticPaymentRoleArn: Input<string>;
  /**
   * Role of failover-report.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly FailoverReportRoleArn: Input<string>;
  /**
   * Role of readiness.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly ReadinessRoleArn: Input<string>;
  /**
   * Role of lease-keeper.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly LeaseKeeperRoleArn: Input<string>;
}

/** Outputs of cfn/failover-functions.yaml. */
export interface FailoverFunctionsOutputs {
  /** Function region-control. */
  readonly RegionControlFunctionArn: string;
  /** Function peer-probe. */
  readonly PeerProbeFunctionArn: string;
  /** Function database-control. */
  readonly DatabaseControlFunctionArn: string;
  /** Function capacity-control. */
  readonly CapacityControlFunctionArn: string;
  /** Function payment-recovery. */
  readonly PaymentRecoveryFunctionArn: string;
  /** Function synthetic-payment. */
  readonly SyntheticPaymentFunctionArn: string;
  /** Function failover-report. */
  readonly FailoverReportFunctionArn: string;
  /** Function readiness. */
  readonly ReadinessFunctionArn: string;
  /** Function lease-keeper. */
  readonly LeaseKeeperFunctionArn: string;
  /** Alias live of region-control. */
  readonly RegionControlAliasArn: string;
  /** Alias live of peer-probe. */
  readonly PeerProbeAliasArn: string;
  /** Alias live of database-control. */
  readonly DatabaseControlAliasArn: string;
  /** Alias live of capacity-control. */
  readonly CapacityControlAliasArn: string;
  /** Alias live of payment-recovery. */
  readonly PaymentRecoveryAliasArn: string;
  /** Alias live of synthetic-payment. */
  readonly SyntheticPaymentAliasArn: string;
  /** Alias live of failover-report. */
  readonly FailoverReportAliasArn: string;
  /** Alias live of readiness. */
  readonly ReadinessAliasArn: string;
  /** Alias live of lease-keeper. */
  readonly LeaseKeeperAliasArn: string;
}

/**
 * Parameters of cfn/failover-roles.yaml.
 * Payments: execution role and log group of each function of the failover, with exactly the actions that function needs.
 */
export interface FailoverRolesParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * Data key of this Region (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DataKeyArn: Input<string>;
  /**
   * Data key of the other Region, for its role record.
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly PeerDataKeyArn: Input<string>;
  /**
   * Messaging key of this Region (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly MessagingKeyArn: Input<string>;
  /**
   * Customer-managed key of the existing secrets in this Region, or none when they are under the key aws/secretsmanager.
   * Default: none. Pattern: `^(none|arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+)$`.
   */
  readonly SecretsKeyArn?: Input<string>;
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
   * Existing secret of the database's application user.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly ApplicationSecretArn: Input<string>;
  /**
   * Existing secret with the API key pepper and the notification signing key; readiness reads that it exists, never its value.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly MerchantSecretArn: Input<string>;
  /**
   * Existing secret with the keys of the payment service provider.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly PspSecretArn: Input<string>;
  /**
   * Existing secret with the synthetic merchant's id and API key.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly SyntheticSecretArn: Input<string>;
  /**
   * Existing certificate of this Region, whose validity readiness watches.
   * Pattern: `^arn:aws:acm:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly CertificateArn: Input<string>;
  /**
   * Table sessions.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly SessionsTableName: Input<string>;
  /**
   * Table results.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ResultsTableName: Input<string>;
  /**
   * Table control.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ControlTableName: Input<string>;
  /**
   * Table region.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly RegionTableName: Input<string>;
  /**
   * The global cluster (template database).
   * Pattern: `^[a-z][a-z0-9-]{0,62}$`.
   */
  readonly GlobalClusterIdentifier: Input<string>;
  /**
   * This Region's cluster (template database).
   * Pattern: `^arn:aws:rds:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly ClusterArn: Input<string>;
  /**
   * The other Region's cluster (template database).
   * Pattern: `^arn:aws:rds:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly PeerClusterArn: Input<string>;
  /**
   * Payment queue (template messaging).
   * Pattern: `^arn:aws:sqs:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly PaymentQueueArn: Input<string>;
  /**
   * Event source of processor (template functions).
   * Pattern: `^[0-9a-fA-F-]{1,64}$`.
   */
  readonly PaymentQueueSourceId: Input<string>;
  /**
   * Event source of payment-events (template functions).
   * Pattern: `^[0-9a-fA-F-]{1,64}$`.
   */
  readonly ResultsStreamSourceId: Input<string>;
  /**
   * Queue for failed asynchronous invocations (template messaging).
   * Pattern: `^arn:aws:sqs:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly FunctionDeadLetterQueueArn: Input<string>;
  /**
   * Topic of the people on call (template messaging).
   * Pattern: `^arn:aws:sns:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly OperationsTopicArn: Input<string>;
  /**
   * This Region's event bus (template messaging).
   * Pattern: `^arn:aws:events:[a-z0-9-]*:\d{12}:.+$`.
   */
  readonly EventBusArn: Input<string>;
  /**
   * Transaction-log bucket of this Region, which keeps the reports (template storage).
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly TransactionBucketName: Input<string>;
}

/** Outputs of cfn/failover-roles.yaml. */
export interface FailoverRolesOutputs {
  /** Execution role of region-control. */
  readonly RegionControlRoleArn: string;
  /** Execution role of peer-probe. */
  readonly PeerProbeRoleArn: string;
  /** Execution role of database-control. */
  readonly DatabaseControlRoleArn: string;
  /** Execution role of capacity-control. */
  readonly CapacityControlRoleArn: string;
  /** Execution role of payment-recovery. */
  readonly PaymentRecoveryRoleArn: string;
  /** Execution role of synthetic-payment. */
  readonly SyntheticPaymentRoleArn: string;
  /** Execution role of failover-report. */
  readonly FailoverReportRoleArn: string;
  /** Execution role of readiness. */
  readonly ReadinessRoleArn: string;
  /** Execution role of lease-keeper. */
  readonly LeaseKeeperRoleArn: string;
}

/**
 * Parameters of cfn/function-roles.yaml.
 * Payments: execution role and log group of each Lambda function, with exactly the actions that function needs.
 */
export interface FunctionRolesParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * Data key of this Region (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DataKeyArn: Input<string>;
  /**
   * Messaging key of this Region (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly MessagingKeyArn: Input<string>;
  /**
   * Customer-managed key of the existing secrets in this Region, or none when they are under the key aws/secretsmanager.
   * Default: none. Pattern: `^(none|arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+)$`.
   */
  readonly SecretsKeyArn?: Input<string>;
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
   * Existing secret of the database's application user.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly ApplicationSecretArn: Input<string>;
  /**
   * Existing secret of the database's administrator, read by schema-migration only.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly AdminSecretArn: Input<string>;
  /**
   * Existing secret with the API key pepper and the notification signing key.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly MerchantSecretArn: Input<string>;
  /**
   * Existing secret with the keys of the payment service provider.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly PspSecretArn: Input<string>;
  /**
   * Table sessions.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly SessionsTableName: Input<string>;
  /**
   * Table results.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ResultsTableName: Input<string>;
  /**
   * Table region.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly RegionTableName: Input<string>;
  /**
   * This Region's stream of the results table (template region-state).
   * Pattern: `^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly ResultsStreamArn: Input<string>;
  /**
   * Payment queue (template messaging).
   * Pattern: `^arn:aws:sqs:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly PaymentQueueArn: Input<string>;
  /**
   * Queue for failed asynchronous invocations and stream batches (template messaging).
   * Pattern: `^arn:aws:sqs:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly FunctionDeadLetterQueueArn: Input<string>;
  /**
   * Transaction-log bucket of this Region (template storage).
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly TransactionBucketName: Input<string>;
}

/** Outputs of cfn/function-roles.yaml. */
export interface FunctionRolesOutputs {
  /** Execution role of authorizer. */
  readonly AuthorizerRoleArn: string;
  /** Execution role of intake. */
  readonly IntakeRoleArn: string;
  /** Execution role of query. */
  readonly QueryRoleArn: string;
  /** Execution role of capture. */
  readonly CaptureRoleArn: string;
  /** Execution role of refund. */
  readonly RefundRoleArn: string;
  /** Execution role of cancel. */
  readonly CancelRoleArn: string;
  /** Execution role of processor. */
  readonly ProcessorRoleArn: string;
  /** Execution role of psp-notification. */
  readonly PspNotificationRoleArn: string;
  /** Execution role of outbox-relay. */
  readonly OutboxRelayRoleArn: string;
  /** Execution role of payment-events. */
  readonly PaymentEventsRoleArn: string;
  /** Execution role of status. */
  readonly StatusRoleArn: string;
  /** Execution role of schema-migration. */
  readonly SchemaMigrationRoleArn: string;
  /** Execution role of region-role. */
  readonly RegionRoleRoleArn: string;
}

/**
 * Parameters of cfn/functions.yaml.
 * Payments: all Lambda functions of one Region with versions, aliases, scaling and event sources.
 */
export interface FunctionsParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /** The Region's fixed place. It says nothing about which Region is active right now. */
  readonly Place: Input<"primary" | "dr">;
  /**
   * Lowest level that the functions log.
   * Default: INFO.
   */
  readonly LogLevel?: Input<"DEBUG" | "INFO" | "WARN" | "ERROR">;
  /**
   * Processor of the functions; arm64 costs a fifth less.
   * Default: arm64.
   */
  readonly Architecture?: Input<"arm64" | "x86_64">;
  /**
   * Hash over the parameters that reach the functions. A version holds code and environment, so it must change when either does.
   * Default: initial. Pattern: `^[A-Za-z0-9]{1,64}$`.
   */
  readonly ConfigurationHash?: Input<string>;
  /**
   * Whether the processor takes messages from the queue. true in the active Region.
   * Default: false.
   */
  readonly ConsumersEnabled?: Input<boolean | "true" | "false">;
  /**
   * Whether payment-events reads the results stream. true in the active Region; enabling it at failover delivers the backlog.
   * Default: false.
   */
  readonly StreamConsumersEnabled?: Input<boolean | "true" | "false">;
  /**
   * Whether the outbox relay is scheduled. true in the active Region.
   * Default: false.
   */
  readonly OutboxRelayEnabled?: Input<boolean | "true" | "false">;
  /**
   * Name of the witness record, whose answer (primary or dr) says which Region may write.
   * Pattern: `^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly WitnessName: Input<string>;
  /**
   * How long a function keeps an answer of the witness.
   * Default: 10. At least 0.1.
   */
  readonly WitnessTtlSeconds?: Input<number | string>;
  /**
   * Age up to which a reading of the witness lets a Region write.
   * Default: 15. At least 0.1.
   */
  readonly WitnessFreshSeconds?: Input<number | string>;
  /**
   * How long a Region may write after its lease was renewed.
   * Default: 120. At least 0.1.
   */
  readonly LeaseSeconds?: Input<number | string>;
  /**
   * How long the witness must have named a Region before its database is promoted.
   * Default: 150. At least 0.1.
   */
  readonly TakeoverWaitSeconds?: Input<number | string>;
  /**
   * Environments kept warm for each function of the hot path (authorizer, intake, query); 0 = none and no scaling.
   * Default: 0. At least 0. At most 100.
   */
  readonly ProvisionedConcurrency?: Input<number | string>;
  /**
   * Most environments that scaling keeps warm for each function of the hot path.
   * Default: 20. At least 1. At most 500.
   */
  readonly ProvisionedConcurrencyMaximum?: Input<number | string>;
  /**
   * Concurrency reserved for each function of the hot path.
   * Default: 100. At least 1. At most 500.
   */
  readonly HotPathReservedConcurrency?: Input<number | string>;
  /**
   * Concurrency reserved for each other function behind the API or the load balancer.
   * Default: 20. At least 1. At most 200.
   */
  readonly PathReservedConcurrency?: Input<number | string>;
  /**
   * Most processors at work at once, and their reserved concurrency.
   * Default: 50. At least 2. At most 500.
   */
  readonly ProcessorMaximumConcurrency?: Input<number | string>;
  /** Private subnets, one per Availability Zone. */
  readonly PrivateSubnetIds: Input<string> | Input<Input<string>[]>;
  /** Security group of every function (template network). */
  readonly FunctionSecurityGroupId: Input<string>;
  /** Added to the functions that call the PSP or merchants (template network). */
  readonly OutboundSecurityGroupId: Input<string>;
  /**
   * Data key of this Region, for the environments.
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DataKeyArn: Input<string>;
  /**
   * This Region's own cluster endpoint; a replicated secret would name the primary's.
   * Pattern: `^[A-Za-z0-9.-]{1,253}$`.
   */
  readonly DatabaseHost: Input<string>;
  /**
   * Port of the cluster.
   * Default: 5432. Pattern: `^\d{1,5}$`.
   */
  readonly DatabasePort?: Input<string>;
  /**
   * Name of the database.
   * Default: payments. Pattern: `^[a-z][a-z0-9_]{0,62}$`.
   */
  readonly DatabaseName?: Input<string>;
  /**
   * Existing secret of the database's application user.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly ApplicationSecretArn: Input<string>;
  /**
   * Existing secret with the API key pepper and the notification signing key.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly MerchantSecretArn: Input<string>;
  /**
   * Existing secret with the keys of the PSP.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly PspSecretArn: Input<string>;
  /**
   * Name of the table sessions.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly SessionsTable: Input<string>;
  /**
   * Name of the table results.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ResultsTable: Input<string>;
  /**
   * Name of the table region.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly RegionTable: Input<string>;
  /**
   * This Region's stream of the results table (template region-state).
   * Pattern: `^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly ResultsStreamArn: Input<string>;
  /**
   * URL of the payment queue.
   * Pattern: `^https?://.+$`.
   */
  readonly PaymentQueueUrl: Input<string>;
  /**
   * The payment queue.
   * Pattern: `^arn:aws:sqs:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly PaymentQueueArn: Input<string>;
  /**
   * For failed asynchronous invocations and stream batches.
   * Pattern: `^arn:aws:sqs:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly FunctionDeadLetterQueueArn: Input<string>;
  /**
   * For events that no target took.
   * Pattern: `^arn:aws:sqs:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly EventDeadLetterQueueArn: Input<string>;
  /**
   * Transaction-log bucket of this Region.
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly TransactionBucketName: Input<string>;
  /**
   * Base URL of the PSP's API.
   * Pattern: `^https://[^\s]+$`.
   */
  readonly PspBaseUrl: Input<string>;
  /**
   * Largest payment, in minor units of its currency.
   * Default: 99999999. At least 1. At most 999999999999.
   */
  readonly PaymentLimitMinorUnits?: Input<number | string>;
  /**
   * Private or loopback hosts that merchant notification URLs may name, a comma list; empty on AWS, where none may.
   * Default: (empty). Pattern: `^[A-Za-z0-9.:,-]*$`.
   */
  readonly NotificationPrivateHosts?: Input<string>;
  /**
   * Bucket of the code (template artifacts).
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly CodeBucketName: Input<string>;
  /**
   * Code of authorizer.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly AuthorizerCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly AuthorizerCodeSha256: Input<string>;
  /**
   * Code of intake.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly IntakeCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly IntakeCodeSha256: Input<string>;
  /**
   * Code of query.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly QueryCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly QueryCodeSha256: Input<string>;
  /**
   * Code of capture.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly CaptureCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly CaptureCodeSha256: Input<string>;
  /**
   * Code of refund.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly RefundCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly RefundCodeSha256: Input<string>;
  /**
   * Code of cancel.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly CancelCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly CancelCodeSha256: Input<string>;
  /**
   * Code of processor.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly ProcessorCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly ProcessorCodeSha256: Input<string>;
  /**
   * Code of psp-notification.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly PspNotificationCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly PspNotificationCodeSha256: Input<string>;
  /**
   * Code of outbox-relay.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly OutboxRelayCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly OutboxRelayCodeSha256: Input<string>;
  /**
   * Code of payment-events.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly PaymentEventsCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly PaymentEventsCodeSha256: Input<string>;
  /**
   * Code of status.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly StatusCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly StatusCodeSha256: Input<string>;
  /**
   * Role of authorizer.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly AuthorizerRoleArn: Input<string>;
  /**
   * Role of intake.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly IntakeRoleArn: Input<string>;
  /**
   * Role of query.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly QueryRoleArn: Input<string>;
  /**
   * Role of capture.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly CaptureRoleArn: Input<string>;
  /**
   * Role of refund.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly RefundRoleArn: Input<string>;
  /**
   * Role of cancel.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly CancelRoleArn: Input<string>;
  /**
   * Role of processor.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly ProcessorRoleArn: Input<string>;
  /**
   * Role of psp-notification.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly PspNotificationRoleArn: Input<string>;
  /**
   * Role of outbox-relay.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly OutboxRelayRoleArn: Input<string>;
  /**
   * Role of payment-events.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly PaymentEventsRoleArn: Input<string>;
  /**
   * Role of status.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly StatusRoleArn: Input<string>;
}

/** Outputs of cfn/functions.yaml. */
export interface FunctionsOutputs {
  /** Function authorizer. */
  readonly AuthorizerFunctionArn: string;
  /** Function intake. */
  readonly IntakeFunctionArn: string;
  /** Function query. */
  readonly QueryFunctionArn: string;
  /** Function capture. */
  readonly CaptureFunctionArn: string;
  /** Function refund. */
  readonly RefundFunctionArn: string;
  /** Function cancel. */
  readonly CancelFunctionArn: string;
  /** Function processor. */
  readonly ProcessorFunctionArn: string;
  /** Function psp-notification. */
  readonly PspNotificationFunctionArn: string;
  /** Function outbox-relay. */
  readonly OutboxRelayFunctionArn: string;
  /** Function payment-events. */
  readonly PaymentEventsFunctionArn: string;
  /** Function status. */
  readonly StatusFunctionArn: string;
  /** Alias live of authorizer. */
  readonly AuthorizerAliasArn: string;
  /** Alias live of intake. */
  readonly IntakeAliasArn: string;
  /** Alias live of query. */
  readonly QueryAliasArn: string;
  /** Alias live of capture. */
  readonly CaptureAliasArn: string;
  /** Alias live of refund. */
  readonly RefundAliasArn: string;
  /** Alias live of cancel. */
  readonly CancelAliasArn: string;
  /** Alias live of processor. */
  readonly ProcessorAliasArn: string;
  /** Alias live of psp-notification. */
  readonly PspNotificationAliasArn: string;
  /** Alias live of outbox-relay. */
  readonly OutboxRelayAliasArn: string;
  /** Alias live of payment-events. */
  readonly PaymentEventsAliasArn: string;
  /** Alias live of status. */
  readonly StatusAliasArn: string;
  /** Event source of processor. */
  readonly PaymentQueueSourceId: string;
  /** Event source of payment-events. */
  readonly ResultsStreamSourceId: string;
  /** Concurrency reserved for each function of the hot path. */
  readonly HotPathReservedConcurrency: string;
  /** Concurrency reserved for each other function behind the API or the load balancer. */
  readonly PathReservedConcurrency: string;
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
  /**
   * Address subscribed to the ticket topic, usually that of a ticket system, or none.
   * Default: none. Pattern: `^(none|[^@\s]+@[^@\s]+\.[^@\s]+)$`.
   */
  readonly TicketEmail?: Input<string>;
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
  /** Alarms that can wait for working hours. */
  readonly TicketTopicArn: string;
  /** The Region's event bus. */
  readonly EventBusName: string;
  /** Its ARN. */
  readonly EventBusArn: string;
}

/**
 * Parameters of cfn/monitoring.yaml.
 * Payments: alarms on what merchants feel in one Region, burn rates of the service level objective, and pages.
 */
export interface MonitoringParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * Topic that wakes somebody (template messaging).
   * Pattern: `^arn:aws:sns:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly OperationsTopicArn: Input<string>;
  /**
   * Topic for working hours (template messaging).
   * Pattern: `^arn:aws:sns:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly TicketTopicArn: Input<string>;
  /**
   * Name of the API, the dimension of its metrics (template payments).
   * Pattern: `^[a-z][a-z0-9-]+$`.
   */
  readonly ApiName: Input<string>;
  /**
   * Its stage.
   * Pattern: `^[a-z][a-z0-9-]*$`.
   */
  readonly ApiStageName: Input<string>;
  /**
   * Dimension of the load balancer's metrics (template payments).
   * Pattern: `^app/[A-Za-z0-9-]+/[0-9a-z]+$`.
   */
  readonly LoadBalancerFullName: Input<string>;
  /**
   * Dimension of the target group's metrics (template payments).
   * Pattern: `^targetgroup/[A-Za-z0-9-]+/[0-9a-z]+$`.
   */
  readonly NotificationTargetGroupFullName: Input<string>;
}

/** Outputs of cfn/monitoring.yaml. */
export interface MonitoringOutputs {
  /** Pages when merchants feel it. */
  readonly ServicePageAlarmName: string;
  /** Pages when the other Region is lost or could not be taken over from. */
  readonly RecoveryPageAlarmName: string;
  /** Pages when something is nearly used up. */
  readonly CapacityPageAlarmName: string;
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
 * Parameters of cfn/payments.yaml.
 * Payments: REST API with custom domains, web ACL, and the load balancer for PSP notifications, of one Region.
 */
export interface PaymentsParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * production turns on deletion protection of the load balancer.
   * Default: nonproduction.
   */
  readonly EnvironmentType?: Input<"production" | "nonproduction">;
  /**
   * Host name of this Region's API, which health checks and the other Region use.
   * Pattern: `^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly RegionalApiDomainName: Input<string>;
  /**
   * Host name that merchants use, the same in both Regions; DNS decides which one answers.
   * Pattern: `^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly PublicApiDomainName: Input<string>;
  /**
   * Host name of this Region's load balancer (PSP notifications).
   * Pattern: `^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`.
   */
  readonly NotificationsDomainName: Input<string>;
  /**
   * Existing certificate of this Region for both API names.
   * Pattern: `^arn:aws:acm:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly ApiCertificateArn: Input<string>;
  /**
   * Existing certificate of this Region for the load balancer's names.
   * Pattern: `^arn:aws:acm:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly LoadBalancerCertificateArn: Input<string>;
  /**
   * Shuts the API's own execute-api host name, which bypasses the custom domains' TLS policy and DNS failover.
   * Default: true.
   */
  readonly DisableExecuteApiEndpoint?: Input<boolean | "true" | "false">;
  /**
   * Alias live of authorizer (template functions).
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly AuthorizerAliasArn: Input<string>;
  /**
   * Alias live of intake (template functions).
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly IntakeAliasArn: Input<string>;
  /**
   * Alias live of query (template functions).
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly QueryAliasArn: Input<string>;
  /**
   * Alias live of capture (template functions).
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly CaptureAliasArn: Input<string>;
  /**
   * Alias live of refund (template functions).
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly RefundAliasArn: Input<string>;
  /**
   * Alias live of cancel (template functions).
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly CancelAliasArn: Input<string>;
  /**
   * Alias live of status (template functions).
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly StatusAliasArn: Input<string>;
  /**
   * Alias live of psp-notification (template functions).
   * Pattern: `^arn:aws:lambda:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly PspNotificationAliasArn: Input<string>;
  /** Public subnets, one per Availability Zone, for the load balancer. */
  readonly PublicSubnetIds: Input<string> | Input<Input<string>[]>;
  /** Security group of the load balancer (template network). */
  readonly LoadBalancerSecurityGroupId: Input<string>;
  /**
   * TLS policy of the load balancer. All choices have TLS 1.3 and nothing below 1.2.
   * Default: ELBSecurityPolicy-TLS13-1-2-Res-2021-06.
   */
  readonly SslPolicy?: Input<
    | "ELBSecurityPolicy-TLS13-1-2-2021-06"
    | "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    | "ELBSecurityPolicy-TLS13-1-3-2021-06"
  >;
  /**
   * Requests per second that the API takes.
   * Default: 500. At least 1. At most 10000.
   */
  readonly ThrottlingRateLimit?: Input<number | string>;
  /**
   * Requests that the API takes at once above the rate.
   * Default: 1000. At least 1. At most 5000.
   */
  readonly ThrottlingBurstLimit?: Input<number | string>;
  /**
   * Requests of one address in five minutes before the web ACL blocks it. A merchant often calls from one address.
   * Default: 30000. At least 100. At most 2000000.
   */
  readonly WafRateLimitPerFiveMinutes?: Input<number | string>;
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
   * Bucket for the load balancer's logs (template artifacts).
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly AccessLogBucketName: Input<string>;
}

/** Outputs of cfn/payments.yaml. */
export interface PaymentsOutputs {
  /** The REST API. */
  readonly ApiId: string;
  /** Its name, the dimension of its metrics. */
  readonly ApiName: string;
  /** The stage. */
  readonly ApiStageName: string;
  /** This Region's API. */
  readonly ApiUrl: string;
  /** The merchants' API, in whichever Region is active. */
  readonly PublicApiUrl: string;
  /** Alias target of the Regional name. */
  readonly RegionalDomainTarget: string;
  /** Hosted zone of that target. */
  readonly RegionalDomainHostedZoneId: string;
  /** Alias target of the public name in this Region. */
  readonly PublicDomainTarget: string;
  /** Hosted zone of that target. */
  readonly PublicDomainHostedZoneId: string;
  /** The load balancer. */
  readonly LoadBalancerArn: string;
  /** Its full name, the dimension of its metrics. */
  readonly LoadBalancerFullName: string;
  /** Alias target of the notification names. */
  readonly LoadBalancerDnsName: string;
  /** Hosted zone of that target. */
  readonly LoadBalancerHostedZoneId: string;
  /** Target group of PSP notifications, a dimension of its metrics. */
  readonly NotificationTargetGroupFullName: string;
  /** Where the PSP sends notifications. */
  readonly NotificationsUrl: string;
  /** The web ACL. */
  readonly WebAclArn: string;
}

/**
 * Parameters of cfn/preparation.yaml.
 * Payments: database schema and role record of one Region.
 */
export interface PreparationParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /** The Region's fixed place. It says nothing about which Region is active right now. */
  readonly Place: Input<"primary" | "dr">;
  /**
   * Lowest level that the functions log.
   * Default: INFO.
   */
  readonly LogLevel?: Input<"DEBUG" | "INFO" | "WARN" | "ERROR">;
  /**
   * Processor of the functions; arm64 costs a fifth less.
   * Default: arm64.
   */
  readonly Architecture?: Input<"arm64" | "x86_64">;
  /**
   * Place that is active, for the role record of a Region that has none yet.
   * Default: primary.
   */
  readonly ActivePlace?: Input<"primary" | "dr">;
  /**
   * Epoch for the role record of a Region that has none yet; odd while primary is active, even while dr is.
   * Default: 1. At least 1.
   */
  readonly Epoch?: Input<number | string>;
  /** Private subnets, one per Availability Zone. */
  readonly PrivateSubnetIds: Input<string> | Input<Input<string>[]>;
  /** Security group of every function (template network). */
  readonly FunctionSecurityGroupId: Input<string>;
  /**
   * Data key of this Region, for the environments.
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DataKeyArn: Input<string>;
  /**
   * This Region's own cluster endpoint; a replicated secret would name the primary's.
   * Pattern: `^[A-Za-z0-9.-]{1,253}$`.
   */
  readonly DatabaseHost: Input<string>;
  /**
   * Port of the cluster.
   * Default: 5432. Pattern: `^\d{1,5}$`.
   */
  readonly DatabasePort?: Input<string>;
  /**
   * Name of the database.
   * Default: payments. Pattern: `^[a-z][a-z0-9_]{0,62}$`.
   */
  readonly DatabaseName?: Input<string>;
  /**
   * Existing secret of the database's application user.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly ApplicationSecretArn: Input<string>;
  /**
   * Existing secret of the database's administrator.
   * Pattern: `^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`.
   */
  readonly AdminSecretArn: Input<string>;
  /**
   * Name of the table region.
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly RegionTable: Input<string>;
  /**
   * For failed asynchronous invocations and stream batches.
   * Pattern: `^arn:aws:sqs:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly FunctionDeadLetterQueueArn: Input<string>;
  /**
   * Bucket of the code (template artifacts).
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly CodeBucketName: Input<string>;
  /**
   * Code of schema-migration.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly SchemaMigrationCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly SchemaMigrationCodeSha256: Input<string>;
  /**
   * Code of region-role.
   * Pattern: `^[A-Za-z0-9/._-]{1,512}$`.
   */
  readonly RegionRoleCodeKey: Input<string>;
  /**
   * Its base64 SHA-256.
   * Pattern: `^[A-Za-z0-9+/]{43}=$`.
   */
  readonly RegionRoleCodeSha256: Input<string>;
  /**
   * Role of schema-migration.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly SchemaMigrationRoleArn: Input<string>;
  /**
   * Role of region-role.
   * Pattern: `^arn:aws:iam::\d{12}:role/.+$`.
   */
  readonly RegionRoleRoleArn: Input<string>;
}

/** Outputs of cfn/preparation.yaml. */
export interface PreparationOutputs {
  /** Function schema-migration. */
  readonly SchemaMigrationFunctionArn: string;
  /** Function region-role. */
  readonly RegionRoleFunctionArn: string;
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
 * Parameters of cfn/resource-alarms.yaml.
 * Payments: alarms on the resources of one Region.
 */
export interface ResourceAlarmsParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * Topic that wakes somebody (template messaging).
   * Pattern: `^arn:aws:sns:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly OperationsTopicArn: Input<string>;
  /**
   * Topic for working hours (template messaging).
   * Pattern: `^arn:aws:sns:[a-z0-9-]+:\d{12}:.+$`.
   */
  readonly TicketTopicArn: Input<string>;
  /**
   * This Region's cluster, the dimension of its metrics (template database).
   * Pattern: `^[A-Za-z][A-Za-z0-9-]{0,62}$`.
   */
  readonly ClusterIdentifier: Input<string>;
  /**
   * Connections to one instance that are too many - 80 % of what its largest capacity allows.
   * At least 1. At most 5000.
   */
  readonly DatabaseConnectionsThreshold: Input<number | string>;
  /**
   * Concurrency reserved for authorizer, intake and query (template functions).
   * At least 1. At most 500.
   */
  readonly HotPathReservedConcurrency: Input<number | string>;
  /**
   * Concurrency reserved for the other functions behind the API and the load balancer (template functions).
   * At least 1. At most 200.
   */
  readonly PathReservedConcurrency: Input<number | string>;
  /**
   * Global table of the sessions (template tables).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly SessionsTableName: Input<string>;
  /**
   * Global table of the results (template tables).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ResultsTableName: Input<string>;
  /**
   * Global table of the control record (template tables).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly ControlTableName: Input<string>;
  /**
   * This Region's own table (template region-state).
   * Pattern: `^[a-zA-Z0-9_.-]{3,255}$`.
   */
  readonly RegionTableName: Input<string>;
  /**
   * This Region's transaction logs (template storage).
   * Pattern: `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`.
   */
  readonly TransactionBucketName: Input<string>;
  /**
   * This Region's backups (template storage).
   * Pattern: `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`.
   */
  readonly BackupBucketName: Input<string>;
  /**
   * The other Region's transaction logs.
   * Pattern: `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`.
   */
  readonly PeerTransactionBucketName: Input<string>;
  /**
   * The other Region's backups.
   * Pattern: `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`.
   */
  readonly PeerBackupBucketName: Input<string>;
  /**
   * Existing certificate of this Region's names.
   * Pattern: `^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/.+$`.
   */
  readonly CertificateArn: Input<string>;
}

/** Outputs of cfn/resource-alarms.yaml. */
export type ResourceAlarmsOutputs = Record<never, never>;

/**
 * Parameters of cfn/static-assets.yaml.
 * Payments: bucket of the static pages of one Region, read by CloudFront only.
 */
export interface StaticAssetsParameters {
  /**
   * Ends every resource name, so that several environments can share one account.
   * Pattern: `^[a-z][a-z0-9-]{1,14}$`.
   */
  readonly EnvironmentSuffix: Input<string>;
  /** Short code of the Region that this stack stands in, part of every Regional name. */
  readonly RegionCode: Input<"apse1" | "apse2">;
  /**
   * Key for the objects of this Region (template encryption).
   * Pattern: `^arn:aws:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`.
   */
  readonly DataKeyArn: Input<string>;
  /**
   * Bucket that receives the access logs (template artifacts).
   * Pattern: `^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`.
   */
  readonly AccessLogBucketName: Input<string>;
  /**
   * Empties the bucket when the stack is deleted (template artifacts); none in production.
   * Default: none. Pattern: `^(none|arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9-_]+)$`.
   */
  readonly BucketCleanupFunctionArn?: Input<string>;
  /**
   * The only reader (template edge).
   * Pattern: `^arn:aws:cloudfront::\d{12}:distribution/[A-Z0-9]+$`.
   */
  readonly DistributionArn: Input<string>;
}

/** Outputs of cfn/static-assets.yaml. */
export interface StaticAssetsOutputs {
  /** Bucket of the static pages. */
  readonly BucketName: string;
  /** Its ARN. */
  readonly BucketArn: string;
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
  /** Sets replication on DR's buckets, for template audit as well; none on DR. */
  readonly ReplicationWayBackFunctionArn: string;
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
  readonly audit: { readonly parameters: AuditParameters; readonly outputs: AuditOutputs };
  readonly "audit-alarms": {
    readonly parameters: AuditAlarmsParameters;
    readonly outputs: AuditAlarmsOutputs;
  };
  readonly dashboards: { readonly parameters: DashboardsParameters; readonly outputs: DashboardsOutputs };
  readonly database: { readonly parameters: DatabaseParameters; readonly outputs: DatabaseOutputs };
  readonly dns: { readonly parameters: DnsParameters; readonly outputs: DnsOutputs };
  readonly edge: { readonly parameters: EdgeParameters; readonly outputs: EdgeOutputs };
  readonly encryption: { readonly parameters: EncryptionParameters; readonly outputs: EncryptionOutputs };
  readonly failover: { readonly parameters: FailoverParameters; readonly outputs: FailoverOutputs };
  readonly "failover-detection": {
    readonly parameters: FailoverDetectionParameters;
    readonly outputs: FailoverDetectionOutputs;
  };
  readonly "failover-functions": {
    readonly parameters: FailoverFunctionsParameters;
    readonly outputs: FailoverFunctionsOutputs;
  };
  readonly "failover-roles": {
    readonly parameters: FailoverRolesParameters;
    readonly outputs: FailoverRolesOutputs;
  };
  readonly "function-roles": {
    readonly parameters: FunctionRolesParameters;
    readonly outputs: FunctionRolesOutputs;
  };
  readonly functions: { readonly parameters: FunctionsParameters; readonly outputs: FunctionsOutputs };
  readonly messaging: { readonly parameters: MessagingParameters; readonly outputs: MessagingOutputs };
  readonly monitoring: { readonly parameters: MonitoringParameters; readonly outputs: MonitoringOutputs };
  readonly network: { readonly parameters: NetworkParameters; readonly outputs: NetworkOutputs };
  readonly payments: { readonly parameters: PaymentsParameters; readonly outputs: PaymentsOutputs };
  readonly preparation: { readonly parameters: PreparationParameters; readonly outputs: PreparationOutputs };
  readonly "region-state": {
    readonly parameters: RegionStateParameters;
    readonly outputs: RegionStateOutputs;
  };
  readonly "resource-alarms": {
    readonly parameters: ResourceAlarmsParameters;
    readonly outputs: ResourceAlarmsOutputs;
  };
  readonly "static-assets": {
    readonly parameters: StaticAssetsParameters;
    readonly outputs: StaticAssetsOutputs;
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
  audit: [
    "TrailArn",
    "TrailBucketName",
    "TrailBucketArn",
    "TrailReplicationRoleArn",
    "TrailLogGroupName",
    "BackupVaultArn",
    "BackupVaultName",
    "BackupPlanId",
  ],
  "audit-alarms": [],
  dashboards: [],
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
  dns: [
    "WitnessName",
    "PublicApiDomainName",
    "PublicNotificationsDomainName",
    "PrimaryCheckId",
    "LatchCheckId",
    "PrimaryServesCheckId",
  ],
  edge: ["DistributionId", "DistributionArn", "DistributionDomainName", "SiteUrl", "LogBucketName"],
  encryption: ["DataKeyArn", "MessagingKeyArn", "LogsKeyArn"],
  failover: ["StateMachineArn"],
  "failover-detection": ["ServiceAlarmName", "PeerUnavailableAlarmName"],
  "failover-functions": [
    "RegionControlFunctionArn",
    "PeerProbeFunctionArn",
    "DatabaseControlFunctionArn",
    "CapacityControlFunctionArn",
    "PaymentRecoveryFunctionArn",
    "SyntheticPaymentFunctionArn",
    "FailoverReportFunctionArn",
    "ReadinessFunctionArn",
    "LeaseKeeperFunctionArn",
    "RegionControlAliasArn",
    "PeerProbeAliasArn",
    "DatabaseControlAliasArn",
    "CapacityControlAliasArn",
    "PaymentRecoveryAliasArn",
    "SyntheticPaymentAliasArn",
    "FailoverReportAliasArn",
    "ReadinessAliasArn",
    "LeaseKeeperAliasArn",
  ],
  "failover-roles": [
    "RegionControlRoleArn",
    "PeerProbeRoleArn",
    "DatabaseControlRoleArn",
    "CapacityControlRoleArn",
    "PaymentRecoveryRoleArn",
    "SyntheticPaymentRoleArn",
    "FailoverReportRoleArn",
    "ReadinessRoleArn",
    "LeaseKeeperRoleArn",
  ],
  "function-roles": [
    "AuthorizerRoleArn",
    "IntakeRoleArn",
    "QueryRoleArn",
    "CaptureRoleArn",
    "RefundRoleArn",
    "CancelRoleArn",
    "ProcessorRoleArn",
    "PspNotificationRoleArn",
    "OutboxRelayRoleArn",
    "PaymentEventsRoleArn",
    "StatusRoleArn",
    "SchemaMigrationRoleArn",
    "RegionRoleRoleArn",
  ],
  functions: [
    "AuthorizerFunctionArn",
    "IntakeFunctionArn",
    "QueryFunctionArn",
    "CaptureFunctionArn",
    "RefundFunctionArn",
    "CancelFunctionArn",
    "ProcessorFunctionArn",
    "PspNotificationFunctionArn",
    "OutboxRelayFunctionArn",
    "PaymentEventsFunctionArn",
    "StatusFunctionArn",
    "AuthorizerAliasArn",
    "IntakeAliasArn",
    "QueryAliasArn",
    "CaptureAliasArn",
    "RefundAliasArn",
    "CancelAliasArn",
    "ProcessorAliasArn",
    "PspNotificationAliasArn",
    "OutboxRelayAliasArn",
    "PaymentEventsAliasArn",
    "StatusAliasArn",
    "PaymentQueueSourceId",
    "ResultsStreamSourceId",
    "HotPathReservedConcurrency",
    "PathReservedConcurrency",
  ],
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
    "TicketTopicArn",
    "EventBusName",
    "EventBusArn",
  ],
  monitoring: ["ServicePageAlarmName", "RecoveryPageAlarmName", "CapacityPageAlarmName"],
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
  payments: [
    "ApiId",
    "ApiName",
    "ApiStageName",
    "ApiUrl",
    "PublicApiUrl",
    "RegionalDomainTarget",
    "RegionalDomainHostedZoneId",
    "PublicDomainTarget",
    "PublicDomainHostedZoneId",
    "LoadBalancerArn",
    "LoadBalancerFullName",
    "LoadBalancerDnsName",
    "LoadBalancerHostedZoneId",
    "NotificationTargetGroupFullName",
    "NotificationsUrl",
    "WebAclArn",
  ],
  preparation: ["SchemaMigrationFunctionArn", "RegionRoleFunctionArn"],
  "region-state": ["RegionTableName", "RegionTableArn", "ResultsStreamArn"],
  "resource-alarms": [],
  "static-assets": ["BucketName", "BucketArn"],
  storage: [
    "TransactionBucketName",
    "TransactionBucketArn",
    "BackupBucketName",
    "BackupBucketArn",
    "AccessLogBucketName",
    "ReplicationRoleArn",
    "ReplicationWayBackFunctionArn",
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
