import type { RequirementMutation } from "../Requirement";

/** Data, security, availability, rules and success: R26 to R54. */
export const OPERATION_MUTATIONS: readonly RequirementMutation[] = [
  {
    requirement: "R27",
    what: "the control records do not replicate",
    edits: [
      {
        file: "cfn/tables.yaml",
        find: "  ControlTable:\n    Type: AWS::DynamoDB::GlobalTable",
        replacement: "  ControlTable:\n    Type: AWS::DynamoDB::Table",
      },
    ],
    test: "tests/unit/cfn/data.test.ts",
  },
  {
    requirement: "R29",
    what: "the logs key is never rotated",
    edits: [
      {
        file: "cfn/encryption.yaml",
        find: "      Description: !Sub Payments logs, ${RegionCode}, ${EnvironmentSuffix}\n      EnableKeyRotation: true",
        replacement:
          "      Description: !Sub Payments logs, ${RegionCode}, ${EnvironmentSuffix}\n      EnableKeyRotation: false",
      },
    ],
    test: "tests/unit/cfn/access.test.ts",
  },
  {
    requirement: "R30",
    what: "the database takes connections without TLS",
    edits: [{ file: "cfn/database.yaml", find: "rds.force_ssl: '1'", replacement: "rds.force_ssl: '0'" }],
    test: "tests/unit/cfn/data.test.ts",
  },
  {
    requirement: "R31",
    what: "isolated subnets have a way out",
    edits: [
      {
        file: "cfn/network.yaml",
        find: "{ RouteTableId: !Ref PrivateRouteTable1, DestinationCidrBlock",
        replacement: "{ RouteTableId: !Ref IsolatedRouteTable, DestinationCidrBlock",
      },
    ],
    test: "tests/unit/cfn/edge.test.ts",
  },
  {
    requirement: "R32",
    what: "the database's password stands in the template",
    edits: [
      {
        file: "cfn/database.yaml",
        find: "MasterUserPassword: !If [IsPrimary,",
        replacement: "MasterUserPassword: !If [IsPrimary, correct-horse, !Ref AWS::NoValue] #",
      },
    ],
    test: "tests/unit/cfn/service.test.ts",
  },
  {
    requirement: "R33",
    what: "the intake may write to every log",
    edits: [
      {
        file: "cfn/function-roles.yaml",
        find: "Resource: !GetAtt IntakeLogGroup.Arn",
        replacement: "Resource: '*'",
      },
    ],
    test: "tests/unit/cfn/access.test.ts",
  },
  {
    requirement: "R36",
    what: "a bucket of transaction logs may become public",
    edits: [
      {
        file: "cfn/storage.yaml",
        find: "bucket-transactions-${RegionCode}-${AWS::AccountId}-${EnvironmentSuffix}\n      PublicAccessBlockConfiguration: { BlockPublicAcls: true",
        replacement:
          "bucket-transactions-${RegionCode}-${AWS::AccountId}-${EnvironmentSuffix}\n      PublicAccessBlockConfiguration: { BlockPublicAcls: false",
      },
    ],
    test: "tests/policy/mutation.test.ts",
  },
  {
    requirement: "R37",
    what: "both instances of the database stand in one zone",
    edits: [
      {
        file: "cfn/database.yaml",
        find: "AvailabilityZone: !Select [1, !GetAZs '']",
        replacement: "AvailabilityZone: !Select [0, !GetAZs '']",
      },
    ],
    test: "tests/unit/cfn/data.test.ts",
  },
  {
    requirement: "R38",
    what: "the intake's warm executions do not follow the load",
    edits: [
      {
        file: "cfn/functions.yaml",
        find: "      ResourceId: !Sub function:${IntakeFunction}:live\n",
        replacement: "      ResourceId: !Sub function:${QueryFunction}:live\n",
      },
    ],
    test: "tests/unit/cfn/service.test.ts",
  },
  {
    requirement: "R39",
    what: "a payment that cannot be processed comes back for ever",
    edits: [
      {
        file: "cfn/messaging.yaml",
        find: "        maxReceiveCount: 10\n",
        replacement: "",
      },
    ],
    test: "tests/unit/cfn/data.test.ts",
  },
  {
    requirement: "R41",
    what: "the program makes a topic itself",
    edits: [
      {
        file: "index.ts",
        find: "// --- Queues, topics and the Region's event bus",
        replacement: [
          "// eslint-disable-next-line",
          'new (require("@pulumi/aws").sns.Topic)("topic-x-apse1", {}, { provider: regions.primary.provider });',
          "// --- Queues, topics and the Region's event bus",
        ].join("\n"),
      },
    ],
    test: "tests/unit/components/program.test.ts",
  },
  {
    requirement: "R42",
    what: "a queue's name lacks the suffix",
    edits: [
      {
        file: "cfn/messaging.yaml",
        find: "QueueName: !Sub queue-events-dlq-${RegionCode}-${EnvironmentSuffix}",
        replacement: "QueueName: !Sub queue-events-dlq-${RegionCode}",
      },
    ],
    test: "tests/unit/cfn/form.test.ts",
  },
  {
    requirement: "R44",
    what: "stacks have no tags",
    edits: [
      {
        file: "components/TemplateStack.ts",
        find: "tags: { ...environment.tags },",
        replacement: "tags: {},",
      },
    ],
    test: "tests/unit/components/TemplateStack.test.ts",
  },
  {
    requirement: "R45",
    what: "the outputs are written where nobody looks",
    edits: [
      {
        file: "components/flatOutputs.ts",
        find: 'writeFlatOutputs(process.env["FLAT_OUTPUTS"] ?? DEFAULT_FILE, outputs)',
        replacement: "writeFlatOutputs(`${DEFAULT_FILE}.draft`, outputs)",
      },
    ],
    test: "tests/unit/components/flatOutputs.test.ts",
  },
  {
    requirement: "R46",
    what: "a table is paid for by capacity",
    edits: [
      {
        file: "cfn/tables.yaml",
        find: "      TableName: !Sub table-sessions-${EnvironmentSuffix}\n      BillingMode: PAY_PER_REQUEST",
        replacement:
          "      TableName: !Sub table-sessions-${EnvironmentSuffix}\n      BillingMode: PROVISIONED",
      },
    ],
    test: "tests/unit/cfn/service.test.ts",
  },
  {
    requirement: "R48",
    what: "buckets of DR do not replicate back",
    edits: [
      {
        file: "index.ts",
        find: "PeerReplicationRoleArn: drStorage.outputs.ReplicationRoleArn,",
        replacement: "",
      },
    ],
    test: "tests/unit/components/program.test.ts",
  },
  {
    requirement: "R49",
    what: "the API must answer in 5 ms",
    edits: [
      {
        file: "local/bench/result.ts",
        find: "P99_LIMIT_MILLISECONDS = 500",
        replacement: "P99_LIMIT_MILLISECONDS = 5",
      },
    ],
    test: "tests/integration/requirements.test.ts",
  },
  {
    requirement: "R51",
    what: "a parameter takes any value",
    edits: [
      {
        file: "cfn/messaging.yaml",
        find: "    Description: Address subscribed to the operations topic, or none.\n    AllowedPattern:",
        replacement: "    Description: Address subscribed to the operations topic, or none.\n    #",
      },
    ],
    test: "tests/unit/cfn/form.test.ts",
  },
  {
    requirement: "R52",
    what: "no drill runs with the tests",
    edits: [
      {
        file: "local/commands/test.ts",
        find: '{ part: "drill", name:',
        replacement: '{ part: "integration", name:',
      },
    ],
    test: "tests/unit/repository/form.test.ts",
  },
  {
    requirement: "R54",
    what: "nobody says how to destroy the platform",
    edits: [{ file: "docs/deployment.md", find: "\n## Destroy\n", replacement: "\n" }],
    test: "tests/unit/documents/documents.test.ts",
  },
  {
    requirement: "R26",
    what: "the database keeps its backups for a day",
    edits: [
      {
        file: "cfn/database.yaml",
        find: "BackupRetentionPeriod: !Ref BackupRetentionDays",
        replacement: "BackupRetentionPeriod: 1",
      },
    ],
    test: "tests/unit/cfn/data.test.ts",
  },
  {
    requirement: "R28",
    what: "daily backups stay in their Region",
    edits: [
      {
        file: "cfn/audit.yaml",
        find: "            Lifecycle: { DeleteAfterDays: !Ref BackupRetentionDays }\n            CopyActions:",
        replacement:
          "            Lifecycle: { DeleteAfterDays: !Ref BackupRetentionDays }\n            Copies:",
      },
    ],
    test: "tests/unit/cfn/evidence.test.ts",
  },
  {
    requirement: "R34",
    what: "the trail's files can be changed unnoticed",
    edits: [
      {
        file: "cfn/audit.yaml",
        find: "EnableLogFileValidation: true",
        replacement: "EnableLogFileValidation: false",
      },
    ],
    test: "tests/unit/cfn/evidence.test.ts",
  },
  {
    requirement: "R35",
    what: "the intake's log is not under the logs key",
    edits: [
      {
        file: "cfn/function-roles.yaml",
        find: "function-intake-${RegionCode}-${EnvironmentSuffix}\n      RetentionInDays: !Ref LogRetentionDays\n      KmsKeyId: !Ref LogsKeyArn",
        replacement:
          "function-intake-${RegionCode}-${EnvironmentSuffix}\n      RetentionInDays: !Ref LogRetentionDays",
      },
    ],
    test: "tests/unit/cfn/compute.test.ts",
  },
  {
    requirement: "R40",
    what: "nobody is told that a certificate ends",
    edits: [
      { file: "cfn/resource-alarms.yaml", find: "MetricName: DaysToExpiry", replacement: "MetricName: Days" },
    ],
    test: "tests/unit/cfn/monitoring.test.ts",
  },
  {
    requirement: "R43",
    what: "a queue outlives its stack",
    edits: [
      {
        file: "cfn/messaging.yaml",
        find: "  PaymentQueue:\n    Type: AWS::SQS::Queue\n    DeletionPolicy: Delete",
        replacement: "  PaymentQueue:\n    Type: AWS::SQS::Queue\n    DeletionPolicy: Retain",
      },
    ],
    test: "tests/unit/cfn/form.test.ts",
  },
  {
    requirement: "R47",
    what: "the API is not known of either Region",
    edits: [{ file: "index.ts", find: "  functions,\n  payments,\n", replacement: "  functions,\n" }],
    test: "tests/unit/components/program.test.ts",
  },
  {
    requirement: "R50",
    what: "half of the error budget may burn in an hour before anybody is woken",
    edits: [
      {
        file: "cfn/monitoring.yaml",
        find: "Threshold: 0.0144\n      TreatMissingData: notBreaching\n  BurnFiveMinutesAlarm:",
        replacement: "Threshold: 0.1\n      TreatMissingData: notBreaching\n  BurnFiveMinutesAlarm:",
      },
    ],
    test: "tests/unit/cfn/monitoring.test.ts",
  },
  {
    requirement: "R53",
    what: "the dashboard over both Regions shows one Region's recovery time only",
    edits: [
      {
        file: "cfn/dashboards.yaml",
        find: '"RecoveryTime", "region", "ap-southeast-2", "service", "failover-report", {"label": "to ap-southeast-2", "region": "ap-southeast-2"}',
        replacement:
          '"RecoveryTime", "region", "ap-southeast-2", "service", "failover-report", {"label": "to ap-southeast-2", "region": "ap-southeast-1"}',
      },
    ],
    test: "tests/unit/cfn/dashboards.test.ts",
  },
];
