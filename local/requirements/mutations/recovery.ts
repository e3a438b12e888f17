import type { RequirementMutation } from "../Requirement";

/** Recovery and integration: R14 to R25. */
export const RECOVERY_MUTATIONS: readonly RequirementMutation[] = [
  {
    requirement: "R14",
    what: "asking for the promotion may take five minutes",
    edits: [
      {
        file: "cfn/failover.yaml",
        find: "            TimeoutSeconds: 12\n            Arguments:\n              FunctionName: ${DatabaseControl}",
        replacement:
          "            TimeoutSeconds: 300\n            Arguments:\n              FunctionName: ${DatabaseControl}",
      },
    ],
    test: "tests/unit/cfn/recovery.test.ts",
  },
  {
    requirement: "R15",
    what: "a payment is acknowledged before its second replica is written",
    edits: [
      {
        file: "functions/shared/payments/acceptOnce.ts",
        find: 'throw new ProblemError("service_unavailable", {\n      detail: "Repeat',
        replacement: 'new ProblemError("service_unavailable", {\n      detail: "Repeat',
      },
    ],
    test: "tests/unit/functions/intake.test.ts",
  },
  {
    requirement: "R16",
    what: "Route 53 takes ten looks to call the primary ill",
    edits: [
      {
        file: "cfn/dns.yaml",
        find: "        FailureThreshold: 3\n        EnableSNI: true\n      HealthCheckTags",
        replacement: "        FailureThreshold: 10\n        EnableSNI: true\n      HealthCheckTags",
      },
    ],
    test: "tests/unit/cfn/recovery.test.ts",
  },
  {
    requirement: "R18",
    what: "the promotion is asked of the lost Region",
    edits: [
      {
        file: "functions/database-control/GlobalDatabase.ts",
        find: "this.#own.send(new FailoverGlobalClusterCommand(input))",
        replacement: "this.#peer.send(new FailoverGlobalClusterCommand(input))",
      },
    ],
    test: "tests/unit/functions/databaseControl.test.ts",
  },
  {
    requirement: "R18",
    what: "the standby's stream stays off",
    edits: [
      {
        file: "functions/capacity-control/RegionCapacity.ts",
        find: "UpdateEventSourceMappingCommand({ UUID, Enabled })",
        replacement: "UpdateEventSourceMappingCommand({ UUID })",
      },
    ],
    test: "tests/unit/functions/capacityControl.test.ts",
  },
  {
    requirement: "R19",
    what: "the alarm on the other Region starts nothing",
    edits: [
      {
        file: "cfn/failover-detection.yaml",
        find: [
          "      Description: Starts a failover when the alarm on the other Region turns red.",
          "      State: ENABLED",
        ].join("\n"),
        replacement: [
          "      Description: Starts a failover when the alarm on the other Region turns red.",
          "      State: DISABLED",
        ].join("\n"),
      },
    ],
    test: "tests/unit/cfn/recovery.test.ts",
  },
  {
    requirement: "R20",
    what: "the session is not written",
    edits: [
      {
        file: "functions/shared/payments/acceptOnce.ts",
        find: 'await traced("session", () => writeSession(dependencies, request, accepted));',
        replacement: "void writeSession;",
      },
    ],
    test: "tests/unit/functions/intake.test.ts",
  },
  {
    requirement: "R21",
    what: "no result reaches the global table",
    edits: [
      {
        file: "functions/shared/payments/publishEvents.ts",
        find: "for (const event of events) await results.put(event);",
        replacement: "void results;",
      },
    ],
    test: "tests/unit/functions/processing.test.ts",
  },
  {
    requirement: "R22",
    what: "a switchover is asked of the standby, which RDS refuses",
    edits: [
      {
        file: "functions/database-control/GlobalDatabase.ts",
        find: "this.#peer.send(new SwitchoverGlobalClusterCommand(",
        replacement: "this.#own.send(new SwitchoverGlobalClusterCommand(",
      },
    ],
    test: "tests/unit/functions/databaseControl.test.ts",
  },
  {
    requirement: "R23",
    what: "replicas of transaction logs are not encrypted anew",
    edits: [
      {
        file: "cfn/storage.yaml",
        find: [
          "                Bucket: !Ref PeerTransactionBucketArn",
          "                EncryptionConfiguration: { ReplicaKmsKeyID: !Ref PeerDataKeyArn }",
        ].join("\n"),
        replacement: "                Bucket: !Ref PeerTransactionBucketArn",
      },
    ],
    test: "tests/unit/cfn/data.test.ts",
  },
  {
    requirement: "R24",
    what: "the database is under AWS's own key",
    edits: [
      {
        file: "cfn/database.yaml",
        find: "      KmsKeyId: !Ref DataKeyArn\n      EnableIAM",
        replacement: "      EnableIAM",
      },
    ],
    test: "tests/unit/cfn/data.test.ts",
  },
  {
    requirement: "R25",
    what: "a rotated password is never read again",
    edits: [
      {
        file: "functions/shared/secrets/SecretReader.ts",
        find: "forceFetch: options?.fresh === true",
        replacement: "forceFetch: false",
      },
    ],
    test: "tests/unit/functions/shared.test.ts",
  },
  {
    requirement: "R17",
    what: "failing functions do not turn the service alarm red",
    edits: [
      {
        file: "cfn/failover-detection.yaml",
        find: "AlarmRule: !Sub ALARM(${FunctionErrorsAlarm}) OR ALARM(${IntakeFaultsAlarm})",
        replacement: "AlarmRule: !Sub ALARM(${IntakeFaultsAlarm})",
      },
    ],
    test: "tests/unit/cfn/monitoring.test.ts",
  },
];
