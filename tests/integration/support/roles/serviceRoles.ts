import type { Statement } from "./DeployedRoles";
import { logGroupArn, type Surroundings } from "./Surroundings";

/** A role that an AWS service takes on for itself. No function can be given it, so its documents are judged. */
export interface ServiceRoleCase {
  readonly service: string;
  /** What the service must say of whom it acts for. */
  readonly condition?: Statement["Condition"];
  /** Every granted action with its resources. */
  readonly grants: Readonly<Record<string, readonly string[]>>;
  /** Policies of AWS's own. */
  readonly awsPolicies?: readonly string[];
  /** An action that the role needs, with its resource. None where the emulator lacks the text of AWS's own policy. */
  readonly may?: readonly [action: string, resource: string];
  /** One that it must not do. */
  readonly mayNot: readonly [action: string, resource: string];
}

const AWS_POLICIES = "arn:aws:iam::aws:policy/service-role/";

/** By purpose, as `FUNCTION_ROLES`. */
export const SERVICE_ROLES: Readonly<Record<string, (around: Surroundings) => ServiceRoleCase>> = {
  replication,
  "event-forwarding": eventForwarding,
  "flow-logs": flowLogs,
  "database-monitoring": databaseMonitoring,
  "api-logging": apiLogging,
  "trail-replication": trailReplication,
  "trail-logs": trailLogs,
  backup,
  orchestrator,
  "failover-start": failoverStart,
};

const granted = (actions: readonly string[], resources: readonly string[]) =>
  Object.fromEntries(actions.map((action) => [action, resources]));

function replication({
  own,
  peer,
  accountId,
  suffix,
  dataKeyArn,
  peerDataKeyArn,
}: Surroundings): ServiceRoleCase {
  const bucketsOf = (code: string) =>
    ["transactions", "backups"].map(
      (purpose) => `arn:aws:s3:::bucket-${purpose}-${code}-${accountId}-${suffix}`,
    );
  const objectsOf = (code: string) => bucketsOf(code).map((bucket) => `${bucket}/*`);
  return {
    service: "s3.amazonaws.com",
    condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnEquals: { "aws:SourceArn": bucketsOf(own.code) },
    },
    grants: {
      ...granted(["s3:GetReplicationConfiguration", "s3:ListBucket"], bucketsOf(own.code)),
      ...granted(
        ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"],
        objectsOf(own.code),
      ),
      ...granted(["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"], objectsOf(peer.code)),
      ...granted(["kms:Decrypt"], [dataKeyArn]),
      ...granted(["kms:Encrypt", "kms:GenerateDataKey"], [peerDataKeyArn]),
    },
    may: ["s3:ReplicateObject", `arn:aws:s3:::${peer.transactionBucket}/payments/x`],
    mayNot: ["s3:ReplicateObject", `arn:aws:s3:::${own.transactionBucket}/payments/x`],
  };
}

function eventForwarding({ own, peer, accountId, suffix }: Surroundings): ServiceRoleCase {
  const rules = `arn:aws:events:${own.region}:${accountId}:rule`;
  const busOf = (of: typeof own) =>
    `arn:aws:events:${of.region}:${accountId}:event-bus/bus-payments-${of.code}-${suffix}`;
  return {
    service: "events.amazonaws.com",
    condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnEquals: {
        "aws:SourceArn": [
          `${rules}/bus-payments-${own.code}-${suffix}/rule-forwarding-${own.code}-${suffix}`,
          `${rules}/rule-alarm-forwarding-${own.code}-${suffix}`,
        ],
      },
    },
    grants: { "events:PutEvents": [busOf(peer)] },
    may: ["events:PutEvents", busOf(peer)],
    mayNot: ["events:PutEvents", busOf(own)],
  };
}

function flowLogs(around: Surroundings): ServiceRoleCase {
  const { own, accountId, suffix } = around;
  const group = `arn:aws:logs:${own.region}:${accountId}:log-group:/aws/vpc/flowlogs-payments-${own.code}-${suffix}:`;
  return {
    service: "vpc-flow-logs.amazonaws.com",
    condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `arn:aws:ec2:${own.region}:${accountId}:vpc-flow-log/*` },
    },
    grants: {
      ...granted(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [`${group}*`]),
      "logs:DescribeLogGroups": [`arn:aws:logs:${own.region}:${accountId}:log-group:*`],
    },
    may: ["logs:PutLogEvents", `${group}log-stream:x`],
    mayNot: ["logs:PutLogEvents", `${logGroupArn("processor", around)}:log-stream:x`],
  };
}

function databaseMonitoring({ own, accountId, suffix }: Surroundings): ServiceRoleCase {
  return {
    service: "monitoring.rds.amazonaws.com",
    condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: {
        "aws:SourceArn": `arn:aws:rds:${own.region}:${accountId}:db:dbinstance-payments-*-${own.code}-${suffix}`,
      },
    },
    grants: {},
    awsPolicies: [`${AWS_POLICIES}AmazonRDSEnhancedMonitoringRole`],
    mayNot: [
      "rds:ModifyDBCluster",
      `arn:aws:rds:${own.region}:${accountId}:cluster:dbcluster-payments-${own.code}-${suffix}`,
    ],
  };
}

function apiLogging({ own, accountId, suffix }: Surroundings): ServiceRoleCase {
  const executionLog = `arn:aws:logs:${own.region}:${accountId}:log-group:API-Gateway-Execution-Logs_x/live`;
  return {
    service: "apigateway.amazonaws.com",
    grants: {},
    awsPolicies: [`${AWS_POLICIES}AmazonAPIGatewayPushToCloudWatchLogs`],
    may: ["logs:PutLogEvents", `${executionLog}:log-stream:x`],
    mayNot: [
      "lambda:InvokeFunction",
      `arn:aws:lambda:${own.region}:${accountId}:function:function-processor-${own.code}-${suffix}`,
    ],
  };
}

function trailReplication(around: Surroundings): ServiceRoleCase {
  const { own, peer, accountId, suffix, logsKeyArn, peerLogsKeyArn } = around;
  const bucketOf = (code: string) => `arn:aws:s3:::bucket-trail-${code}-${accountId}-${suffix}`;
  const read = ["LegalHold", "Retention", "VersionAcl", "VersionForReplication", "VersionTagging"];
  return {
    service: "s3.amazonaws.com",
    condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnEquals: { "aws:SourceArn": bucketOf(own.code) },
    },
    grants: {
      ...granted(["s3:GetReplicationConfiguration", "s3:ListBucket"], [bucketOf(own.code)]),
      ...granted(
        read.map((what) => `s3:GetObject${what}`),
        [`${bucketOf(own.code)}/*`],
      ),
      ...granted(
        ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"],
        [`${bucketOf(peer.code)}/*`],
      ),
      ...granted(["kms:Decrypt"], [logsKeyArn]),
      ...granted(["kms:Encrypt", "kms:GenerateDataKey"], [peerLogsKeyArn]),
    },
    may: ["s3:ReplicateObject", `${bucketOf(peer.code)}/x`],
    mayNot: ["s3:ReplicateObject", `${bucketOf(own.code)}/x`],
  };
}

function trailLogs(around: Surroundings): ServiceRoleCase {
  const { own, accountId, suffix } = around;
  const group = `arn:aws:logs:${own.region}:${accountId}:log-group:/aws/cloudtrail/trail-payments-${own.code}-${suffix}`;
  const streams = `${group}:log-stream:${accountId}_CloudTrail_${own.region}`;
  return {
    service: "cloudtrail.amazonaws.com",
    grants: granted(["logs:CreateLogStream", "logs:PutLogEvents"], [`${streams}*`]),
    may: ["logs:PutLogEvents", `${streams}_2`],
    mayNot: ["logs:PutLogEvents", `${logGroupArn("processor", around)}:log-stream:x`],
  };
}

/** The actions of AWS's own policy for the two services, on this environment's tables and clusters alone. */
function backup({ own, peer, tables, accountId, dataKeyArn, peerDataKeyArn }: Surroundings): ServiceRoleCase {
  const tableNames = [tables.sessions, tables.results, tables.control, own.regionTable];
  const tableArns = tableNames.map((name) => `arn:aws:dynamodb:${own.region}:${accountId}:table/${name}`);
  const snapshots = [own, peer].map(
    ({ region }) => `arn:aws:rds:${region}:${accountId}:cluster-snapshot:awsbackup:*`,
  );
  const vaults = [own, peer].map(
    ({ region, backupVault }) => `arn:aws:backup:${region}:${accountId}:backup-vault:${backupVault}`,
  );
  const ofSnapshots = ["AddTagsToResource", "CopyDBClusterSnapshot", "DeleteDBClusterSnapshot"];
  const ofBoth = ["CreateDBClusterSnapshot", "DescribeDBClusterSnapshots", "ListTagsForResource"];
  return {
    service: "backup.amazonaws.com",
    grants: {
      ...granted(
        ["dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:StartAwsBackupJob"],
        tableArns,
      ),
      "rds:DescribeDBClusters": [own.clusterArn],
      ...granted(
        ofBoth.map((name) => `rds:${name}`),
        [own.clusterArn, ...snapshots],
      ),
      ...granted(
        ofSnapshots.map((name) => `rds:${name}`),
        snapshots,
      ),
      ...granted(["backup:CopyIntoBackupVault", "backup:DescribeBackupVault"], vaults),
      ...granted(
        ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        [dataKeyArn, peerDataKeyArn],
      ),
    },
    may: ["dynamodb:StartAwsBackupJob", tableArns[0] as string],
    mayNot: ["dynamodb:GetItem", tableArns[0] as string],
  };
}

function orchestrator({ own, accountId, suffix, stateMachineArn }: Surroundings): ServiceRoleCase {
  const aliasOf = (purpose: string) =>
    `arn:aws:lambda:${own.region}:${accountId}:function:function-${purpose}-${own.code}-${suffix}:live`;
  const steps = [
    "region-control",
    "peer-probe",
    "database-control",
    "capacity-control",
    "payment-recovery",
    "synthetic-payment",
    "failover-report",
  ];
  // None of these has a resource to be held to (Service Authorization Reference, CloudWatch Logs and X-Ray).
  const delivery = ["Create", "Delete", "Get", "Update"].map((verb) => `logs:${verb}LogDelivery`);
  const logs = ["DescribeLogGroups", "DescribeResourcePolicies", "ListLogDeliveries", "PutResourcePolicy"];
  const traces = ["GetSamplingRules", "GetSamplingTargets", "PutTelemetryRecords", "PutTraceSegments"];
  return {
    service: "states.amazonaws.com",
    condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": stateMachineArn },
    },
    grants: {
      "lambda:InvokeFunction": steps.map(aliasOf),
      ...granted([...delivery, ...logs.map((name) => `logs:${name}`)], ["*"]),
      ...granted(
        traces.map((name) => `xray:${name}`),
        ["*"],
      ),
    },
    may: ["lambda:InvokeFunction", aliasOf("region-control")],
    mayNot: ["lambda:InvokeFunction", aliasOf("processor")],
  };
}

function failoverStart({ own, peer, accountId, suffix, stateMachineArn }: Surroundings): ServiceRoleCase {
  return {
    service: "events.amazonaws.com",
    condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: {
        "aws:SourceArn": `arn:aws:events:${own.region}:${accountId}:rule/*-${own.code}-${suffix}`,
      },
    },
    grants: { "states:StartExecution": [stateMachineArn] },
    may: ["states:StartExecution", stateMachineArn],
    mayNot: [
      "states:StartExecution",
      `arn:aws:states:${peer.region}:${accountId}:stateMachine:statemachine-failover-${peer.code}-${suffix}`,
    ],
  };
}
