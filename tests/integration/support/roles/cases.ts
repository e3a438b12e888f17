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
  "iam:PassRole": [
    `arn:aws:iam::${around.accountId}:role/role-replication-${around.peer.code}-${around.suffix}`,
  ],
});

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
};
