import {
  asynchronousFailures,
  eventSources,
  functionForm,
  inlineCode,
  logGroups,
  logsKeyScope,
  timeouts,
  versions,
} from "./checks/compute";
import { describeChecks, parameter, replaced, set, without } from "./mutations";

const P = "Properties";

describeChecks("functions and logs", [
  [
    "satisfies R35: keeps logs a year or longer under the logs key",
    logGroups,
    [
      set("function-roles/IntakeLogGroup", `${P}/KmsKeyId`),
      set("network/FlowLogGroup", `${P}/RetentionInDays`, 30),
      {
        ...parameter("database/LogRetentionDays", "AllowedValues", [90, 365]),
        where: "database/PostgresqlLogGroup",
      },
    ],
  ],
  [
    "has a logs key that admits every log group",
    logsKeyScope,
    [set("payments/WebAclLogGroup", `${P}/LogGroupName`, "aws-waf-logs-other")],
  ],
  [
    "satisfies R24, R31: gives functions a log group, the VPC, a hidden environment and bounds",
    functionForm,
    [
      without("function-roles/IntakeLogGroup", "functions/IntakeFunction"),
      set("functions/StatusFunction", `${P}/VpcConfig`),
      set("network/DefaultGroupFunction", "Metadata"),
      set("failover-functions/RegionControlFunction", "Metadata"),
      set("functions/IntakeFunction", `${P}/KmsKeyArn`),
      set("functions/IntakeFunction", `${P}/ReservedConcurrentExecutions`),
      set("artifacts/BucketCleanupFunction", `${P}/Runtime`, "nodejs18.x"),
      set("functions/RefundFunction", `${P}/TracingConfig`),
    ],
  ],
  [
    "has inline code that fits, parses and reports failures",
    inlineCode,
    [
      set("artifacts/BucketCleanupFunction", `${P}/Code/ZipFile`, "x".repeat(4097)),
      replaced("storage/ReplicationWayBackFunction", `${P}/Code/ZipFile`, "try {", "try"),
      replaced("region-state/StreamLookupFunction", `${P}/Code/ZipFile`, "FAILED", "SUCCESS"),
    ],
  ],
  [
    "publishes a new version when code or configuration changes",
    versions,
    [
      set("functions/IntakeVersion", `${P}/CodeSha256`),
      set("functions/QueryVersion", `${P}/Description`),
      set("failover-functions/PeerProbeVersion", `${P}/CodeSha256`),
      set("functions/CaptureFunction", `${P}/Environment/Variables/CONFIGURATION_HASH`),
      set("failover-functions/ReadinessFunction", `${P}/Environment/Variables/CONFIGURATION_HASH`),
      without("functions/ProcessorAlias", "functions/ProcessorFunction"),
    ].map((mutation) => ({ ...mutation, where: mutation.where.replace("Version", "Function") })),
  ],
  [
    "satisfies R39: keeps what asynchronous calls could not do",
    asynchronousFailures,
    [
      set("functions/OutboxRelayFunction", `${P}/DeadLetterConfig`),
      set("preparation/SchemaMigrationFunction", `${P}/DeadLetterConfig`),
      set("failover-functions/LeaseKeeperFunction", `${P}/DeadLetterConfig`),
    ],
  ],
  [
    "nests time-outs",
    timeouts,
    [
      set("messaging/PaymentQueue", `${P}/VisibilityTimeout`, 179),
      { ...set("functions/IntakeFunction", `${P}/Timeout`, 28), where: "payments/CreatePaymentMethod" },
      { ...set("functions/ProcessorFunction", `${P}/Timeout`, 31), where: "messaging/PaymentQueue" },
      set("preparation/Schema", `${P}/ServiceTimeout`),
      set("storage/BackupBucketCleanup", `${P}/ServiceTimeout`, 60),
    ],
  ],
  [
    "switches event sources by parameter and never lets one record hold a source up",
    eventSources,
    [
      set("functions/PaymentQueueSource", `${P}/Enabled`, true),
      set("functions/PaymentQueueSource", `${P}/FunctionResponseTypes`),
      set("functions/PaymentQueueSource", `${P}/ScalingConfig`),
      set("functions/ResultsStreamSource", `${P}/MaximumRetryAttempts`),
      set("functions/ResultsStreamSource", `${P}/DestinationConfig`),
      set("functions/ResultsStreamSource", `${P}/StartingPosition`, "LATEST"),
    ],
  ],
]);
