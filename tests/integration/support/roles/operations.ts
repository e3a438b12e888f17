import { failoverOperations } from "./failoverOperations";
import type { Surroundings } from "./Surroundings";

/** One call to AWS that a probe makes in a role's name. */
export interface Operation {
  /** IAM actions that the call needs: what its success shows to be granted. */
  readonly actions: readonly string[];
  /** Package of the SDK, without its scope. */
  readonly module: string;
  /** Command of the SDK, without the ending `Command`. */
  readonly command: string;
  readonly input: object;
  /** Default: the Region of the role. */
  readonly region?: string;
  /**
   * What the service answers to a caller that may: `done`, or the name of an error that comes after authorization;
   * `denied` where the resource itself refuses everybody.
   */
  readonly permitted: string;
}

export type OperationName = keyof ReturnType<typeof operations>;

/**
 * Everything that a probe tries. A role's case names those that it may; it must be denied all others. Therefore each is
 * harmless when it is permitted: it reads, or it puts what is there already, or it carries a fault that the service
 * finds only after it has asked IAM (a condition that never holds, a wrong digest, a delay over the limit).
 */
export function operations(around: Surroundings) {
  return {
    ...secretOperations(around),
    ...tableOperations(around),
    ...queueOperations(around),
    ...bucketOperations(around),
    ...replicationOperations(around),
    ...backupOperations(around),
    ...networkOperations(around),
    ...administrativeOperations(around),
    ...failoverOperations(around),
  } satisfies Record<string, Operation>;
}

function secretOperations({ secrets }: Surroundings) {
  const read = (SecretId: string): Operation => ({
    actions: ["secretsmanager:GetSecretValue"],
    module: "client-secrets-manager",
    command: "GetSecretValue",
    input: { SecretId },
    permitted: "done",
  });
  return {
    readApplicationSecret: read(secrets.application),
    readAdministratorSecret: read(secrets.administrator),
    readMerchantSecret: read(secrets.merchants),
    readPspSecret: read(secrets.psp),
    readSyntheticSecret: read(secrets.synthetic),
  };
}

function tableOperations({ tables, own, peer, mark }: Surroundings) {
  const id = { S: mark };
  const call = (command: string, permitted: string, input: object): Operation => ({
    // Data is under the Region's data key: DynamoDB decrypts the table's key in the caller's name.
    actions: [`dynamodb:${command}`, ...(command === "DescribeTable" ? [] : ["kms:Decrypt"])],
    module: "client-dynamodb",
    command,
    input,
    permitted,
  });
  // No item has this id, so a condition that it exists never holds.
  const write = (command: string, TableName: string, key: string) =>
    call(command, "ConditionalCheckFailedException", {
      TableName,
      [command === "PutItem" ? "Item" : "Key"]: { [key]: id },
      ConditionExpression: `attribute_exists(${key})`,
    });
  const readRecord = (TableName: string) => call("GetItem", "done", { TableName, Key: { recordId: id } });
  return {
    readRegionRecord: readRecord(own.regionTable),
    readOtherRegionsRecord: { ...readRecord(peer.regionTable), region: peer.region },
    writeRegionRecord: write("PutItem", own.regionTable, "recordId"),
    updateRegionRecord: write("UpdateItem", own.regionTable, "recordId"),
    updateOtherRegionsRecord: {
      ...write("UpdateItem", peer.regionTable, "recordId"),
      region: peer.region,
    },
    writeOtherRegionsRecord: { ...write("PutItem", peer.regionTable, "recordId"), region: peer.region },
    deleteRegionRecord: write("DeleteItem", own.regionTable, "recordId"),
    readControlRecord: readRecord(tables.control),
    writeControlRecord: write("PutItem", tables.control, "recordId"),
    updateControlRecord: write("UpdateItem", tables.control, "recordId"),
    deleteControlRecord: write("DeleteItem", tables.control, "recordId"),
    describeControl: call("DescribeTable", "done", { TableName: tables.control }),
    readSession: call("GetItem", "done", { TableName: tables.sessions, Key: { paymentId: id } }),
    findSessions: call("Query", "done", {
      TableName: tables.sessions,
      IndexName: "index-accepted-minute",
      KeyConditionExpression: "acceptedMinute = :mark",
      ExpressionAttributeValues: { ":mark": id },
    }),
    describeSessions: call("DescribeTable", "done", { TableName: tables.sessions }),
    writeSession: write("PutItem", tables.sessions, "paymentId"),
    updateSession: write("UpdateItem", tables.sessions, "paymentId"),
    deleteSession: write("DeleteItem", tables.sessions, "paymentId"),
    scanSessions: call("Scan", "done", { TableName: tables.sessions, Limit: 1 }),
    readResults: call("BatchGetItem", "done", {
      RequestItems: { [tables.results]: { Keys: [{ paymentId: id }] } },
    }),
    writeResult: write("PutItem", tables.results, "paymentId"),
    updateResult: write("UpdateItem", tables.results, "paymentId"),
    deleteResult: write("DeleteItem", tables.results, "paymentId"),
    describeResults: call("DescribeTable", "done", { TableName: tables.results }),
  };
}

function queueOperations({ own, peer, mark, queueIsShut }: Surroundings) {
  const call = (command: string, permitted: string, input: object, ...keyActions: string[]): Operation => ({
    actions: [`sqs:${command}`, ...keyActions],
    module: "client-sqs",
    command,
    input,
    permitted,
  });
  // A control character, which no message may hold. Ten messages are the largest batch.
  const send = (QueueUrl: string) =>
    call(
      "SendMessage",
      "InvalidMessageContents",
      { QueueUrl, MessageBody: `${mark}\u0001` },
      "kms:GenerateDataKey",
      "kms:Decrypt",
    );
  const QueueUrl = own.paymentQueueUrl;
  const message = { QueueUrl, ReceiptHandle: mark };
  return {
    // A standby's queue takes nothing: what the role is granted is then seen in its document alone.
    sendPaymentMessage: { ...send(QueueUrl), ...(queueIsShut ? { permitted: "denied" } : {}) },
    sendOtherRegionsPaymentMessage: { ...send(peer.paymentQueueUrl), region: peer.region },
    sendDeadLetter: send(own.deadLetterQueueUrl),
    receivePaymentMessages: call(
      "ReceiveMessage",
      "InvalidParameterValue",
      { QueueUrl, MaxNumberOfMessages: 11 },
      "kms:Decrypt",
    ),
    deletePaymentMessage: call("DeleteMessage", "ReceiptHandleIsInvalid", message),
    hidePaymentMessage: call("ChangeMessageVisibility", "ReceiptHandleIsInvalid", {
      ...message,
      VisibilityTimeout: 0,
    }),
    describePaymentQueue: call("GetQueueAttributes", "done", { QueueUrl, AttributeNames: ["QueueArn"] }),
  };
}

function bucketOperations({ own, peer, mark }: Surroundings) {
  const call = (command: string, permitted: string, input: object, ...actions: string[]): Operation => ({
    actions,
    module: "client-s3",
    command,
    input,
    permitted,
  });
  // The digest of nothing, and a body that is something.
  const write = (Bucket: string, Key: string) =>
    call(
      "PutObject",
      "BadDigest",
      { Bucket, Key, Body: mark, ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" },
      "s3:PutObject",
      "kms:GenerateDataKey",
    );
  const listVersions = (Bucket: string) =>
    call("ListObjectVersions", "done", { Bucket, MaxKeys: 1 }, "s3:ListBucketVersions");
  const log = { Bucket: own.transactionBucket, Key: `payments/${mark}` };
  return {
    writeTransactionLog: write(log.Bucket, log.Key),
    writeBesideTransactionLog: write(log.Bucket, mark),
    writeFailoverReport: write(log.Bucket, `failover-reports/${mark}`),
    writeArtifact: write(own.artifactBucket, mark),
    readTransactionLog: call("GetObject", "NoSuchKey", log, "s3:GetObject"),
    listTransactionLog: call("ListObjectsV2", "done", { Bucket: log.Bucket, MaxKeys: 1 }, "s3:ListBucket"),
    listTransactionLogVersions: listVersions(log.Bucket),
    listOtherRegionsTransactionLogVersions: { ...listVersions(peer.transactionBucket), region: peer.region },
    // A version that was never there.
    deleteTransactionLogVersion: call(
      "DeleteObject",
      "done",
      { ...log, VersionId: "11111111-1111-4111-8111-111111111111" },
      "s3:DeleteObjectVersion",
    ),
    // Leaves a delete marker, which the tests remove.
    deleteArtifact: call(
      "DeleteObject",
      "done",
      { Bucket: own.artifactBucket, Key: mark },
      "s3:DeleteObject",
    ),
  };
}

function replicationOperations({ own, peer, replication }: Surroundings) {
  const call = (command: string, region: string, input: object): Operation => ({
    actions: [
      command === "GetBucketReplication"
        ? "s3:GetReplicationConfiguration"
        : "s3:PutReplicationConfiguration",
    ],
    module: "client-s3",
    command,
    input,
    region,
    permitted: "done",
  });
  const put = (to: typeof own, ReplicationConfiguration: object) =>
    call("PutBucketReplication", to.region, { Bucket: to.transactionBucket, ReplicationConfiguration });
  return {
    readOtherRegionsReplication: call("GetBucketReplication", peer.region, {
      Bucket: peer.transactionBucket,
    }),
    putOtherRegionsReplication: put(peer, replication.peer),
    putReplication: put(own, replication.own),
  };
}

function backupOperations({ own, peer, accountId, mark }: Surroundings) {
  const call = (command: string, permitted: string, of: typeof own, input: object = {}): Operation => ({
    actions: [`backup:${command}`],
    module: "client-backup",
    command,
    input: { BackupVaultName: of.backupVault, ...input },
    region: of.region,
    permitted,
  });
  const list = (of: typeof own) => call("ListRecoveryPointsByBackupVault", "done", of, { MaxResults: 1 });
  return {
    listBackups: list(own),
    listOtherRegionsBackups: list(peer),
    // None has this name. The embedded cloud makes no backups: once it has asked IAM, it says that it has no such call.
    deleteBackup: call("DeleteRecoveryPoint", "ValidationException", own, {
      RecoveryPointArn: `arn:aws:backup:${own.region}:${accountId}:recovery-point:${mark}`,
    }),
    deleteOtherRegionsBackup: call("DeleteRecoveryPoint", "ValidationException", peer, {
      RecoveryPointArn: `arn:aws:backup:${peer.region}:${accountId}:recovery-point:${mark}`,
    }),
    describeVault: call("DescribeBackupVault", "done", own),
  };
}

function networkOperations(around: Surroundings) {
  const revoke = (command: string, GroupId: string): Operation => ({
    actions: [`ec2:${command}`],
    module: "client-ec2",
    command,
    // A rule that no group has: documentation addresses (RFC 5737).
    input: {
      GroupId,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 9, ToPort: 9, IpRanges: [{ CidrIp: "192.0.2.0/24" }] }],
    },
    permitted: "done",
  });
  return {
    describeSecurityGroups: {
      actions: ["ec2:DescribeSecurityGroups"],
      module: "client-ec2",
      command: "DescribeSecurityGroups",
      input: { GroupIds: [around.defaultSecurityGroupId] },
      permitted: "done",
    },
    closeDefaultGroupIn: revoke("RevokeSecurityGroupIngress", around.defaultSecurityGroupId),
    closeDefaultGroupOut: revoke("RevokeSecurityGroupEgress", around.defaultSecurityGroupId),
    closeFunctionGroupIn: revoke("RevokeSecurityGroupIngress", around.functionSecurityGroupId),
  };
}

function administrativeOperations(around: Surroundings) {
  const call = (
    action: string,
    module: string,
    permitted: string,
    input: object,
    ...keyActions: string[]
  ): Operation => ({
    actions: [action, ...keyActions],
    module,
    command: action === "lambda:InvokeFunction" ? "Invoke" : (action.split(":")[1] as string),
    input,
    permitted,
  });
  const { suffix, own, mark } = around;
  const roleOf = (purpose: string) => `role-${purpose}-${own.code}-${suffix}`;
  const processor = `function-processor-${own.code}-${suffix}`;
  return {
    // Keys serve services on the roles' behalf, never the roles themselves (kms:ViaService).
    useDataKey: call("kms:GenerateDataKey", "client-kms", "done", {
      KeyId: around.dataKeyArn,
      KeySpec: "AES_256",
    }),
    useMessagingKey: call("kms:GenerateDataKey", "client-kms", "done", {
      KeyId: around.messagingKeyArn,
      KeySpec: "AES_256",
    }),
    becomeAnotherRole: call("sts:AssumeRole", "client-sts", "done", {
      RoleArn: `arn:aws:iam::${around.accountId}:role/${roleOf("schema-migration")}`,
      RoleSessionName: mark,
    }),
    widenRole: call("iam:PutRolePolicy", "client-iam", "MalformedPolicyDocument", {
      RoleName: roleOf("intake"),
      PolicyName: mark,
      PolicyDocument: "{}",
    }),
    invokeProcessor: call("lambda:InvokeFunction", "client-lambda", "done", {
      FunctionName: processor,
      InvocationType: "DryRun",
    }),
    replaceProcessor: call("lambda:UpdateFunctionCode", "client-lambda", "InvalidParameterValueException", {
      FunctionName: processor,
      S3Bucket: own.artifactBucket,
      S3Key: mark,
      DryRun: true,
    }),
    // No change is asked for.
    changeDatabase: call("rds:ModifyDBCluster", "client-rds", "done", {
      DBClusterIdentifier: around.clusterIdentifier,
    }),
    publishToOperations: call(
      "sns:Publish",
      "client-sns",
      "InvalidParameterException",
      // A byte more than a message may have.
      { TopicArn: around.operationsTopicArn, Message: "x".repeat(256 * 1024 + 1) },
      "kms:GenerateDataKey",
      "kms:Decrypt",
    ),
    putEvent: call("events:PutEvents", "client-eventbridge", "done", {
      Entries: [{ EventBusName: around.eventBus, Source: mark, DetailType: mark, Detail: "not JSON" }],
    }),
  };
}
