/** In which Region a metric is. */
export type Where =
  /** Wherever the resource is, in either Region. */
  | "own"
  /** Only where the database is the secondary; a promotion moves it. */
  | "secondary"
  /** Where the item is written; the dimension names the other Region. */
  | "writer"
  /** Where the source bucket is. */
  | "source"
  /** Where the destination bucket is. */
  | "destination"
  /** In no Region of this platform. */
  | "us-east-1";

/** What is known of one metric: the sets of dimensions under which it is published, where, and who says so. */
export interface KnownMetric {
  readonly namespace: string;
  readonly names: readonly string[];
  readonly dimensions: readonly (readonly string[])[];
  readonly where: Where;
  readonly source: string;
}

const AURORA = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html";
const API =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html";
const LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html";
const BALANCER =
  "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html";
const TABLES = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html";
const REPLICATION = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html";
const EMBEDDED =
  "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html";
const PUT_DATA = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html";

/**
 * Every metric that alarms and dashboards may look at. One that is not here does not exist, as far as they are concerned:
 * an alarm on a metric that its Region lacks stays green for ever.
 */
export const METRICS: readonly KnownMetric[] = [
  {
    namespace: "AWS/RDS",
    names: ["DatabaseConnections", "CPUUtilization", "ACUUtilization", "Deadlocks"],
    dimensions: [["DBClusterIdentifier"], ["DBInstanceIdentifier"], ["DBClusterIdentifier", "Role"]],
    where: "own",
    source: AURORA,
  },
  {
    namespace: "AWS/RDS",
    names: ["AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag"],
    dimensions: [["DBClusterIdentifier"], ["DBClusterIdentifier", "SourceRegion"]],
    where: "secondary",
    source: AURORA,
  },
  {
    namespace: "AWS/ApiGateway",
    names: ["Count", "4XXError", "5XXError", "Latency"],
    dimensions: [["ApiName"], ["ApiName", "Stage"], ["ApiName", "Stage", "Method", "Resource"]],
    where: "own",
    source: API,
  },
  {
    namespace: "AWS/Lambda",
    names: ["Errors", "Throttles", "Duration", "ConcurrentExecutions", "IteratorAge"],
    dimensions: [["FunctionName"], ["FunctionName", "Resource"]],
    where: "own",
    source: LAMBDA,
  },
  {
    namespace: "AWS/ApplicationELB",
    names: ["HTTPCode_ELB_5XX_Count", "HTTPCode_Target_2XX_Count", "HTTPCode_Target_5XX_Count"],
    dimensions: [["LoadBalancer"]],
    where: "own",
    source: BALANCER,
  },
  {
    namespace: "AWS/ApplicationELB",
    names: ["UnHealthyHostCount"],
    dimensions: [["LoadBalancer", "TargetGroup"]],
    where: "own",
    source: BALANCER,
  },
  {
    namespace: "AWS/SQS",
    names: ["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"],
    dimensions: [["QueueName"]],
    where: "own",
    source:
      "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html",
  },
  {
    namespace: "AWS/DynamoDB",
    names: ["ReplicationLatency"],
    dimensions: [["TableName", "ReceivingRegion"]],
    where: "writer",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_monitoring.html",
  },
  {
    namespace: "AWS/DynamoDB",
    names: ["ReadThrottleEvents", "WriteThrottleEvents"],
    dimensions: [["TableName"], ["TableName", "GlobalSecondaryIndexName"]],
    where: "own",
    source: TABLES,
  },
  {
    namespace: "AWS/S3",
    names: ["ReplicationLatency", "BytesPendingReplication", "OperationsPendingReplication"],
    dimensions: [["SourceBucket", "DestinationBucket", "RuleId"]],
    where: "destination",
    source: REPLICATION,
  },
  {
    namespace: "AWS/S3",
    names: ["OperationsFailedReplication"],
    dimensions: [["SourceBucket", "DestinationBucket", "RuleId"]],
    where: "source",
    source: REPLICATION,
  },
  {
    namespace: "AWS/States",
    names: ["ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut"],
    dimensions: [["StateMachineArn"]],
    where: "own",
    source: "https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html",
  },
  {
    namespace: "AWS/CertificateManager",
    names: ["DaysToExpiry"],
    dimensions: [["CertificateArn"]],
    where: "own",
    source: "https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html",
  },
  {
    namespace: "AWS/Route53",
    names: ["HealthCheckStatus", "HealthCheckPercentageHealthy"],
    dimensions: [["HealthCheckId"]],
    where: "us-east-1",
    source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-cloudwatch.html",
  },
  {
    namespace: "AWS/CloudFront",
    names: ["Requests", "5xxErrorRate", "TotalErrorRate"],
    dimensions: [["DistributionId", "Region"]],
    where: "us-east-1",
    source:
      "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/monitoring-using-cloudwatch.html",
  },
  {
    namespace: "Payments/Failover",
    names: ["RegionActive", "LeaseLapsed", "PeerUnavailable", "ReadinessFailures"],
    dimensions: [["Region"]],
    where: "own",
    source: PUT_DATA,
  },
  {
    namespace: "Payments",
    names: [
      "Problems5xx",
      "AcknowledgedPayments",
      "ProcessedMessages",
      "FailedMessages",
      "PspOutcomesUnknown",
      "ReplayedOperations",
      "RedrivenRequests",
      "LostPayments",
      "RecoveryTime",
      "RecoveryPoint",
    ],
    dimensions: [["region", "service"]],
    where: "own",
    source: EMBEDDED,
  },
  {
    namespace: "Payments/Audit",
    names: [
      "RootUse",
      "SignInFailures",
      "PolicyChanges",
      "DeniedCalls",
      "KeyDenials",
      "SecretDenials",
      "KeyChanges",
      "TrailChanges",
      "NetworkChanges",
      "BucketChanges",
    ],
    dimensions: [[]],
    where: "own",
    source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html",
  },
];

/** The entry of a metric under these dimensions, in whatever order; undefined when nobody publishes it. */
export function knownMetric(
  namespace: string,
  name: string,
  dimensions: readonly string[],
): KnownMetric | undefined {
  const wanted = [...dimensions].sort().join();
  return METRICS.find(
    (known) =>
      known.namespace === namespace &&
      known.names.includes(name) &&
      known.dimensions.some((set) => [...set].sort().join() === wanted),
  );
}
