import type { Operation } from "./operations";
import type { Surroundings } from "./Surroundings";

/** What the functions of the failover do, and what of it could harm. Each is as harmless as the others of `operations`. */
export function failoverOperations(around: Surroundings) {
  return {
    ...orchestrationOperations(around),
    ...databaseOperations(around),
    ...queuePolicyOperations(around),
    ...capacityOperations(around),
    ...parityOperations(around),
    ...existenceOperations(around),
    ...metricOperations(around),
  };
}

/** A call that needs one action, which bears the command's name unless another is given. */
function call(service: string, module: string, command: string, permitted: string, input: object): Operation {
  return { actions: [`${service}:${command}`], module, command, input, permitted };
}

function orchestrationOperations({ own, peer, suffix, stateMachineArn, mark }: Surroundings) {
  const execution = stateMachineArn.replace(":stateMachine:", ":execution:");
  const invoke = (of: typeof own): Operation => ({
    ...call("lambda", "client-lambda", "Invoke", "done", {
      FunctionName: `function-capacity-control-${of.code}-${suffix}`,
      Qualifier: "live",
      InvocationType: "DryRun",
    }),
    actions: ["lambda:InvokeFunction"],
    region: of.region,
  });
  const states = (command: string, permitted: string, input: object) =>
    call("states", "client-sfn", command, permitted, input);
  return {
    invokeCapacityControl: invoke(own),
    invokeOtherRegionsCapacityControl: invoke(peer),
    describeExecution: states("DescribeExecution", "ExecutionDoesNotExist", {
      executionArn: `${execution}:${mark}`,
    }),
    stopExecution: states("StopExecution", "ExecutionDoesNotExist", { executionArn: `${execution}:${mark}` }),
    startExecution: states("StartExecution", "InvalidExecutionInput", { stateMachineArn, input: "not JSON" }),
  };
}

function databaseOperations({ own, peer, globalCluster, clusterIdentifier, accountId, mark }: Surroundings) {
  const rds = (command: string, permitted: string, input: object) =>
    call("rds", "client-rds", command, permitted, input);
  // A cluster that is no member.
  const elsewhere = {
    GlobalClusterIdentifier: globalCluster,
    TargetDbClusterIdentifier: `arn:aws:rds:${own.region}:${accountId}:cluster:${mark}`,
  };
  const describe = (DBClusterIdentifier: string) =>
    rds("DescribeDBClusters", "done", { DBClusterIdentifier });
  const instance = clusterIdentifier.replace("dbcluster-payments-", "dbinstance-payments-a-");
  return {
    describeGlobalDatabase: rds("DescribeGlobalClusters", "done", { GlobalClusterIdentifier: globalCluster }),
    failOverDatabase: rds("FailoverGlobalCluster", "DBClusterNotFoundFault", {
      ...elsewhere,
      AllowDataLoss: true,
    }),
    switchDatabaseOver: rds("SwitchoverGlobalCluster", "DBClusterNotFoundFault", elsewhere),
    detachDatabase: rds("RemoveFromGlobalCluster", "DBClusterNotFoundFault", {
      GlobalClusterIdentifier: globalCluster,
      DbClusterIdentifier: elsewhere.TargetDbClusterIdentifier,
    }),
    describeDatabase: describe(own.clusterArn),
    describeOtherRegionsDatabase: { ...describe(peer.clusterArn), region: peer.region },
    describeInstance: rds("DescribeDBInstances", "done", { DBInstanceIdentifier: instance }),
  };
}

function queuePolicyOperations({ own, peer }: Surroundings) {
  // Longer than any message may be hidden.
  const set = (QueueUrl: string) =>
    call("sqs", "client-sqs", "SetQueueAttributes", "InvalidAttributeValue", {
      QueueUrl,
      Attributes: { VisibilityTimeout: "43201" },
    });
  return {
    setPaymentQueue: set(own.paymentQueueUrl),
    setOtherRegionsPaymentQueue: { ...set(peer.paymentQueueUrl), region: peer.region },
    setDeadLetterQueue: set(own.deadLetterQueueUrl),
  };
}

function capacityOperations(around: Surroundings) {
  const { own, suffix, paymentQueueSource, resultsStreamSource, relayRuns, warmIntakes } = around;
  const events = (command: string, rule: string) =>
    call("events", "client-eventbridge", command, "done", { Name: `rule-${rule}-${own.code}-${suffix}` });
  const lambda = (command: string, permitted: string, input: object) =>
    call("lambda", "client-lambda", command, permitted, input);
  const named = (purpose: string) => ({
    FunctionName: `function-${purpose}-${own.code}-${suffix}`,
    Qualifier: "live",
  });
  // Puts what is there already; where nothing is, AWS refuses none at all, and the embedded cloud takes it as nothing.
  const warm = (purpose: string) =>
    lambda("PutProvisionedConcurrencyConfig", "done", {
      ...named(purpose),
      ProvisionedConcurrentExecutions: warmIntakes,
    });
  return {
    describeRelayRule: events("DescribeRule", "outbox-relay"),
    describeProbeRule: events("DescribeRule", "peer-probe"),
    // As it is already.
    keepRelayRule: events(relayRuns ? "EnableRule" : "DisableRule", "outbox-relay"),
    keepProbeRule: events("EnableRule", "peer-probe"),
    listEventSources: lambda("ListEventSourceMappings", "done", named("processor")),
    readQueueSource: lambda("GetEventSourceMapping", "done", { UUID: paymentQueueSource }),
    readStreamSource: lambda("GetEventSourceMapping", "done", { UUID: resultsStreamSource }),
    // No change is asked for.
    keepQueueSource: lambda("UpdateEventSourceMapping", "done", { UUID: paymentQueueSource }),
    keepStreamSource: lambda("UpdateEventSourceMapping", "done", { UUID: resultsStreamSource }),
    readWarmth: lambda(
      "GetProvisionedConcurrencyConfig",
      warmIntakes > 0 ? "done" : "ProvisionedConcurrencyConfigNotFoundException",
      named("intake"),
    ),
    keepWarmth: warm("intake"),
    warmProcessor: warm("processor"),
  };
}

/** What readiness compares with the other Region's. */
function parityOperations({ own, peer, suffix }: Surroundings) {
  const inBoth = (of: (at: typeof own) => Operation) =>
    [of(own), { ...of(peer), region: peer.region }] as const;
  const [describeOwnCode, describePeersCode] = inBoth(({ code }) =>
    call("lambda", "client-lambda", "GetFunctionConfiguration", "done", {
      FunctionName: `function-intake-${code}-${suffix}`,
      Qualifier: "live",
    }),
  );
  const stack = (command: string) =>
    inBoth(({ code }) =>
      call("cloudformation", "client-cloudformation", command, "done", {
        StackName: `stack-database-${code}-${suffix}`,
      }),
    );
  const [describeStack, describeOtherRegionsStack] = stack("DescribeStacks");
  const [readTemplate, readOtherRegionsTemplate] = stack("GetTemplate");
  const [readQuotas, readOtherRegionsQuotas] = inBoth(() =>
    call("lambda", "client-lambda", "GetAccountSettings", "done", {}),
  );
  return {
    describeOwnCode,
    describePeersCode,
    describeStack,
    describeOtherRegionsStack,
    readTemplate,
    readOtherRegionsTemplate,
    readQuotas,
    readOtherRegionsQuotas,
    readCode: call("lambda", "client-lambda", "GetFunction", "done", {
      FunctionName: `function-intake-${own.code}-${suffix}`,
    }),
    deleteStack: call("cloudformation", "client-cloudformation", "DeleteStack", "done", {
      // None has this name.
      StackName: `stack-none-${own.code}-${suffix}`,
    }),
  };
}

/** That something is there and usable, without what it holds. */
function existenceOperations({ secrets, dataKeyArn, messagingKeyArn, logsKeyArn, ...around }: Surroundings) {
  const secret = (SecretId: string) =>
    call("secretsmanager", "client-secrets-manager", "DescribeSecret", "done", { SecretId });
  const key = (KeyId: string) => call("kms", "client-kms", "DescribeKey", "done", { KeyId });
  return {
    describeApplicationSecret: secret(secrets.application),
    describeAdministratorSecret: secret(secrets.administrator),
    describeMerchantSecret: secret(secrets.merchants),
    describePspSecret: secret(secrets.psp),
    describeSyntheticSecret: secret(secrets.synthetic),
    describeDataKey: key(dataKeyArn),
    describeMessagingKey: key(messagingKeyArn),
    describeLogsKey: key(logsKeyArn),
    describeOtherRegionsDataKey: { ...key(around.peerDataKeyArn), region: around.peer.region },
    describeCertificate: call("acm", "client-acm", "DescribeCertificate", "done", {
      CertificateArn: around.certificateArn,
    }),
  };
}

function metricOperations({ own, suffix }: Surroundings) {
  const cloudWatch = (command: string, input: object) =>
    call("cloudwatch", "client-cloudwatch", command, "done", input);
  // No figure: nothing is stored.
  const put = (Namespace: string) => cloudWatch("PutMetricData", { Namespace, MetricData: [] });
  return {
    putMetric: put("Payments/Failover"),
    putMetricElsewhere: put("Payments"),
    // Of no time.
    readMetrics: cloudWatch("GetMetricData", { MetricDataQueries: [] }),
    describeAlarms: cloudWatch("DescribeAlarms", {
      AlarmNames: [`alarm-service-${own.code}-${suffix}`],
      AlarmTypes: ["CompositeAlarm"],
    }),
    silenceAlarm: cloudWatch("DisableAlarmActions", { AlarmNames: [`alarm-none-${own.code}-${suffix}`] }),
  };
}
