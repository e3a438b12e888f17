import type { OperationName } from "./operations";
import { logGroupArn, type Surroundings } from "./Surroundings";

/** What is asked of a role that functions run as. Everything else that `operations` tries must be denied. */
export interface FunctionRoleCase {
  readonly may: readonly OperationName[];
  /**
   * Granted actions that no probe tries, and the only resources they may be granted on: the policy document is judged
   * instead. Each has its reason beside it.
   */
  readonly judged: (around: Surroundings, purpose: string) => Readonly<Record<string, readonly string[]>>;
  /** Where the role exists. Default: in both Regions. */
  readonly onlyIn?: "primary";
}

/** The Lambda service's own calls for a function in the VPC; `NETWORK_ACTIONS` are denied to the function's code. */
export const NETWORK_ACTIONS = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
] as const;

type Judged = FunctionRoleCase["judged"];

const everywhere = (actions: readonly string[]) =>
  Object.fromEntries(actions.map((action) => [action, ["*"]]));

/** The emulator writes the log itself, and compares log streams with another form of the ARN than AWS does. */
const log: Judged = (around, purpose) => {
  const group = [`${logGroupArn(purpose, around)}:*`];
  return { "logs:CreateLogStream": group, "logs:PutLogEvents": group };
};

/** The emulator does not say in a request which function it comes from, so it would not deny these to the code. */
const inVpc: Judged = (...role) => ({ ...log(...role), ...everywhere(NETWORK_ACTIONS) });

/** The embedded cloud has no X-Ray. */
const inBase: Judged = (...role) => ({
  ...inVpc(...role),
  ...everywhere(["xray:PutTelemetryRecords", "xray:PutTraceSegments"]),
});

/** Polled by the event source in the role's name: its mapping is refused without them, and without them no log object appears. */
const inBaseWithStream: Judged = (around, purpose) => ({
  ...inBase(around, purpose),
  "dynamodb:DescribeStream": [around.resultsStreamArn],
  "dynamodb:GetRecords": [around.resultsStreamArn],
  "dynamodb:GetShardIterator": [around.resultsStreamArn],
  "dynamodb:ListStreams": ["*"],
});

/** The emulator does not ask who may hand a role on. */
const withPassRole: Judged = (around, purpose) => ({
  ...log(around, purpose),
  "iam:PassRole": ["replication", "trail-replication"].map(
    (role) => `arn:aws:iam::${around.accountId}:role/role-${role}-${around.peer.code}-${around.suffix}`,
  ),
});

/** The embedded cloud has no X-Ray. Outside the VPC: what a recovery uses must not wait for a network interface. */
const outsideVpc: Judged = (...role) => ({
  ...log(...role),
  ...everywhere(["xray:PutTelemetryRecords", "xray:PutTraceSegments"]),
});

/** Its environment is under the data key, which Lambda uses in the role's name; of all it calls itself nothing is. */
const outsideVpcWithoutData: Judged = (around, purpose) => ({
  ...outsideVpc(around, purpose),
  "kms:Decrypt": [around.dataKeyArn],
});

/**
 * Only one of the two would change nothing, and that one is tried: in an active Region to enable, in a standby to
 * disable what is so already.
 */
const switchesRelay: Judged = (around, purpose) => {
  const { own, accountId, suffix } = around;
  const rule = [`arn:aws:events:${own.region}:${accountId}:rule/rule-outbox-relay-${own.code}-${suffix}`];
  return { ...outsideVpc(around, purpose), "events:DisableRule": rule, "events:EnableRule": rule };
};

const accepts: FunctionRoleCase = {
  may: ["readApplicationSecret", "readRegionRecord", "writeSession", "sendPaymentMessage"],
  judged: inBase,
};
const reads: FunctionRoleCase = { may: ["readApplicationSecret", "readRegionRecord"], judged: inBase };

/** By purpose: the part of a role's name between `role-` and the Region's code. */
export const FUNCTION_ROLES: Readonly<Record<string, FunctionRoleCase>> = {
  authorizer: { may: ["readApplicationSecret", "readMerchantSecret", "readRegionRecord"], judged: inBase },
  intake: accepts,
  capture: accepts,
  refund: accepts,
  cancel: accepts,
  query: reads,
  status: reads,
  processor: {
    may: [
      "readApplicationSecret",
      "readPspSecret",
      "readRegionRecord",
      "updateSession",
      "writeResult",
      "receivePaymentMessages",
      "deletePaymentMessage",
      "hidePaymentMessage",
      "describePaymentQueue",
    ],
    judged: inBase,
  },
  "psp-notification": {
    may: ["readApplicationSecret", "readPspSecret", "readRegionRecord", "sendPaymentMessage"],
    judged: inBase,
  },
  "outbox-relay": {
    may: ["readApplicationSecret", "readRegionRecord", "writeResult", "sendPaymentMessage", "sendDeadLetter"],
    judged: inBase,
  },
  "payment-events": {
    may: ["readApplicationSecret", "readMerchantSecret", "writeTransactionLog", "sendDeadLetter"],
    judged: inBaseWithStream,
  },
  "schema-migration": {
    may: ["readAdministratorSecret", "readApplicationSecret", "readRegionRecord", "sendDeadLetter"],
    judged: inBase,
  },
  "region-role": { may: ["writeRegionRecord", "sendDeadLetter"], judged: inBase },
  "stream-lookup": { may: ["describeResults"], judged: inVpc },
  "bucket-cleanup": {
    may: ["listTransactionLogVersions", "deleteTransactionLogVersion", "deleteArtifact"],
    judged: inVpc,
  },
  "default-group": {
    may: ["describeSecurityGroups", "closeDefaultGroupIn", "closeDefaultGroupOut"],
    judged: log,
  },
  "replication-way-back": {
    may: ["readOtherRegionsReplication", "putOtherRegionsReplication"],
    judged: withPassRole,
    onlyIn: "primary",
  },

  "vault-cleanup": { may: ["listBackups", "deleteBackup"], judged: log },
  "region-control": {
    may: [
      "readRegionRecord",
      "writeRegionRecord",
      "updateRegionRecord",
      "readControlRecord",
      "writeControlRecord",
      "updateControlRecord",
      "readOtherRegionsRecord",
      "updateOtherRegionsRecord",
      "describeExecution",
      "invokeOtherRegionsCapacityControl",
      "publishToOperations",
    ],
    judged: outsideVpc,
  },
  "peer-probe": {
    may: [
      "readRegionRecord",
      "writeRegionRecord",
      "updateRegionRecord",
      "describeDatabase",
      "describeExecution",
      "putMetric",
      "putEvent",
      "readSyntheticSecret",
      "sendDeadLetter",
    ],
    judged: outsideVpc,
  },
  "database-control": {
    may: [
      "readRegionRecord",
      "writeRegionRecord",
      "updateRegionRecord",
      "describeGlobalDatabase",
      "failOverDatabase",
      "switchDatabaseOver",
      "describeDatabase",
      "describeOtherRegionsDatabase",
    ],
    judged: outsideVpc,
  },
  "capacity-control": {
    may: [
      "readRegionRecord",
      "writeRegionRecord",
      "describePaymentQueue",
      "setPaymentQueue",
      "describeRelayRule",
      "keepRelayRule",
      "listEventSources",
      "readQueueSource",
      "readStreamSource",
      "keepQueueSource",
      "keepStreamSource",
      "readWarmth",
      "keepWarmth",
    ],
    judged: switchesRelay,
  },
  "payment-recovery": {
    may: [
      "readApplicationSecret",
      "readPspSecret",
      "readRegionRecord",
      "readSession",
      "findSessions",
      "writeSession",
      "updateSession",
      "readResults",
      "writeResult",
      "sendPaymentMessage",
      "sendDeadLetter",
      "writeFailoverReport",
    ],
    judged: inBase,
  },
  "synthetic-payment": { may: ["readSyntheticSecret"], judged: outsideVpcWithoutData },
  "failover-report": {
    may: ["readRegionRecord", "writeFailoverReport", "publishToOperations"],
    judged: outsideVpc,
  },
  readiness: {
    may: [
      "readRegionRecord",
      "readControlRecord",
      "describeControl",
      "describeSessions",
      "describeResults",
      "describeGlobalDatabase",
      "describeDatabase",
      "describeOtherRegionsDatabase",
      "describeInstance",
      "describePaymentQueue",
      "readQuotas",
      "readOtherRegionsQuotas",
      "listEventSources",
      "describeOwnCode",
      "describePeersCode",
      "describeRelayRule",
      "describeStack",
      "describeOtherRegionsStack",
      "readTemplate",
      "readOtherRegionsTemplate",
      "describeApplicationSecret",
      "describeMerchantSecret",
      "describePspSecret",
      "describeSyntheticSecret",
      "describeDataKey",
      "describeMessagingKey",
      "describeLogsKey",
      "describeCertificate",
      "readMetrics",
      "putMetric",
      "putEvent",
      "sendDeadLetter",
    ],
    judged: outsideVpc,
  },
  "lease-keeper": {
    may: [
      "readRegionRecord",
      "updateRegionRecord",
      "describeAlarms",
      "putMetric",
      "invokeCapacityControl",
      "sendDeadLetter",
    ],
    judged: outsideVpc,
  },
};
