import {
  buckets,
  database,
  databaseParity,
  mutePublishers,
  queues,
  replication,
  rules,
  tables,
  topics,
} from "./checks/data";
import { describeChecks, replaced, set, without } from "./mutations";

const P = "Properties";

describeChecks("data and messages", [
  [
    "satisfies R29, R30: keeps buckets private, encrypted, over TLS 1.2, logged, versioned and bounded",
    buckets,
    [
      set("storage/TransactionBucket", `${P}/PublicAccessBlockConfiguration/BlockPublicPolicy`, false),
      set("storage/TransactionBucket", `${P}/VersioningConfiguration`),
      set(
        "storage/BackupBucket",
        `${P}/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/SSEAlgorithm`,
        "AES256",
      ),
      set("artifacts/Bucket", `${P}/LoggingConfiguration`),
      set("artifacts/AccessLogBucket", `${P}/LifecycleConfiguration`),
      set("artifacts/AccessLogBucket", `${P}/OwnershipControls`),
      {
        ...set("storage/BackupBucketPolicy", `${P}/PolicyDocument/Statement/0`),
        where: "storage/BackupBucket",
      },
      { ...set("artifacts/BucketPolicy", `${P}/PolicyDocument/Statement/1`), where: "artifacts/Bucket" },
      without("storage/TransactionBucketCleanup", "storage/TransactionBucket"),
    ],
  ],
  [
    "satisfies R23, R28: replicates both ways, with delete markers, re-encryption and a time bound",
    replication,
    [
      set(
        "storage/TransactionBucket",
        `${P}/ReplicationConfiguration/Fn::If/1/Rules/0/DeleteMarkerReplication/Status`,
        "Disabled",
      ),
      set(
        "storage/BackupBucket",
        `${P}/ReplicationConfiguration/Fn::If/1/Rules/0/Destination/EncryptionConfiguration`,
      ),
      replaced(
        "storage/ReplicationWayBackFunction",
        `${P}/Code/ZipFile`,
        "DeleteMarkerReplication: { Status: 'Enabled'",
        "DeleteMarkerReplication: { Status: 'Disabled'",
      ),
      without("storage/BackupWayBack", "storage/BackupBucket"),
    ],
  ],
  [
    "satisfies R10, R39: gives queues a dead-letter queue, a key, TLS and a lock for the standby",
    queues,
    [
      set("messaging/PaymentQueue", `${P}/RedrivePolicy`),
      set("messaging/PaymentQueue", `${P}/FifoQueue`, true),
      set("messaging/PaymentDeadLetterQueue", `${P}/KmsMasterKeyId`),
      set("messaging/FunctionDeadLetterQueue", `${P}/MessageRetentionPeriod`),
      without("messaging/EventDeadLetterQueuePolicy", "messaging/EventDeadLetterQueue"),
      {
        ...set("messaging/PaymentQueuePolicy", `${P}/PolicyDocument/Statement/1`),
        where: "messaging/PaymentQueue",
      },
    ],
  ],
  [
    "gives topics a key and TLS",
    topics,
    [
      set("messaging/OperationsTopic", `${P}/KmsMasterKeyId`),
      without("messaging/OperationsTopicPolicy", "messaging/OperationsTopic"),
    ],
  ],
  [
    "bounds what rules retry, and keeps what they could not deliver",
    rules,
    [
      set("messaging/ForwardingRule", `${P}/Targets/0/DeadLetterConfig`),
      set("functions/OutboxRelayRule", `${P}/Targets/0/RetryPolicy`),
    ],
  ],
  [
    "admits every publisher by the messaging key too",
    mutePublishers,
    [
      {
        ...set("encryption/MessagingKey", `${P}/KeyPolicy/Statement/2`),
        where: "messaging/OperationsTopicPolicy",
      },
    ],
  ],
  [
    "satisfies R24, R27, R37, R44: keys, protects, recovers and tags every replica",
    tables,
    [
      set("tables/SessionsTable", `${P}/Replicas/1`),
      set("tables/SessionsTable", `${P}/Replicas/1/SSESpecification/KMSMasterKeyId`, {
        Ref: "PrimaryDataKeyArn",
      }),
      set("tables/ResultsTable", `${P}/Replicas/1/Tags/2`),
      set("tables/ResultsTable", `${P}/Replicas/0/PointInTimeRecoverySpecification`),
      set("tables/ControlTable", `${P}/Replicas/0/DeletionProtectionEnabled`, false),
      set("tables/ResultsTable", `${P}/StreamSpecification`),
      set("tables/SessionsTable", `${P}/TimeToLiveSpecification`),
      set("region-state/RegionTable", `${P}/SSESpecification`),
    ],
  ],
  [
    "gives the secondary cluster what the primary has",
    databaseParity,
    [
      set("database/Cluster", `${P}/BackupRetentionPeriod`, { "Fn::If": ["IsPrimary", 35, 1] }),
      set("database/InstanceB", "Condition", "IsPrimary"),
    ],
  ],
  [
    "satisfies R24, R26, R30, R37: encrypts, backs up and logs the database, over TLS, never public, in two zones",
    database,
    [
      set("database/Cluster", `${P}/StorageEncrypted`, false),
      set("database/Cluster", `${P}/MasterUserPassword`, "secret"),
      set("database/ClusterParameterGroup", `${P}/Parameters/rds.force_ssl`, 1),
      set("database/ClusterParameterGroup", `${P}/Parameters/pgaudit.log_parameter`, "1"),
      set("database/InstanceA", `${P}/PubliclyAccessible`, true),
      set("database/InstanceA", `${P}/PerformanceInsightsKMSKeyId`),
      without("database/InstanceB", "database/"),
    ],
  ],
]);
