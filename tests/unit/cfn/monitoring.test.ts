import assert from "node:assert/strict";
import { metricAlarms, metricsOf } from "./checks/alarms";
import {
  auditFilters,
  burnRates,
  causesAreSuppressed,
  connectionsByRole,
  dimensionsExist,
  durationShares,
  everythingWatched,
  failingPrimary,
  functionErrors,
  latency,
  mathIsValid,
  metricsExist,
  pagesOnce,
  standbyIsGreen,
} from "./checks/monitoring";
import { METRICS, knownMetric } from "./metricCatalogue";
import { describeChecks, replaced, set, without } from "./mutations";
import { loadTemplates } from "./templates";

const P = "Properties";
const RULE = `${P}/AlarmRule/Fn::Sub`;

describeChecks("monitoring", [
  [
    "satisfies R17: tells a failing primary by its database's connections and its functions' errors",
    failingPrimary,
    [
      { ...replaced("monitoring/ServicePageAlarm", RULE, "OR ALARM(alarm-database-connections", "OR ALARM(alarm-none"), where: "alarm-database-connections" },
      { ...replaced("failover-detection/ServiceAlarm", RULE, "${FunctionErrorsAlarm}", "${IntakeFaultsAlarm}"), where: "alarm-function-errors" },
      { ...replaced("monitoring/RecoveryPageAlarm", RULE, "alarm-peer-unavailable", "alarm-none"), where: "alarm-peer-unavailable" },
    ],
  ],
  [
    "satisfies R17: watches the error rate of every function",
    functionErrors,
    [
      { ...set("resource-alarms/OperationErrorsAlarm", `${P}/Metrics/1`), where: "functions/QueryFunction" },
      { ...without("failover-detection/IntakeErrorsAlarm", ""), where: "functions/IntakeFunction" },
      { ...set("resource-alarms/WatchErrorsAlarm", `${P}/Metrics/1/MetricStat/Stat`, "Sum"), where: "failover-functions/LeaseKeeperFunction" },
    ],
  ],
  [
    "satisfies R40: watches everything that can fail",
    everythingWatched,
    [
      { ...without("resource-alarms/DeadlocksAlarm", ""), where: "AWS/RDS Deadlocks" },
      { ...set("resource-alarms/DatabaseLagAlarm", `${P}/Metrics/1`), where: "AWS/RDS AuroraGlobalDBRPOLag" },
      { ...without("resource-alarms/CertificateAlarm", ""), where: "AWS/CertificateManager DaysToExpiry" },
      { ...without("audit-alarms/RootUseAlarm", ""), where: "Payments/Audit RootUse" },
      { ...without("resource-alarms/BucketFailuresAlarm", ""), where: "AWS/S3 OperationsFailedReplication" },
    ],
  ],
  [
    "satisfies R40: tells somebody of every alarm, once, and that it is over",
    pagesOnce,
    [
      set("resource-alarms/CertificateAlarm", `${P}/AlarmActions`),
      set("failover-detection/ServiceAlarm", `${P}/AlarmActions`, [{ Ref: "OperationsTopicArn" }]),
      { ...replaced("monitoring/CapacityPageAlarm", RULE, "alarm-database-cpu", "alarm-nothing"), where: "monitoring/CapacityPageAlarm" },
      { ...without("resource-alarms/ThrottlesAlarm", ""), where: "monitoring/CapacityPageAlarm" },
      set("monitoring/BurnTicketAlarm", `${P}/OKActions`),
    ],
  ],
  [
    "wakes nobody a second time for the causes",
    causesAreSuppressed,
    [
      set("monitoring/CapacityPageAlarm", `${P}/ActionsSuppressor`),
      set("monitoring/CapacityPageAlarm", `${P}/ActionsSuppressorWaitPeriod`, 0),
      set("monitoring/ServicePageAlarm", `${P}/AlarmActions`),
    ],
  ],
  [
    "looks at no metric that the Region lacks",
    metricsExist,
    [
      set("resource-alarms/DeadlocksAlarm", `${P}/Namespace`, "AWS/Route53"),
      set("resource-alarms/CertificateAlarm", `${P}/MetricName`, "DaysLeft"),
      set("resource-alarms/BucketLagAlarm", `${P}/Metrics/1/MetricStat/Metric/Dimensions/0/Value`, { Ref: "TransactionBucketName" }),
      set("resource-alarms/BucketFailuresAlarm", `${P}/Metrics/2/MetricStat/Metric/Dimensions/1/Value`, { Ref: "BackupBucketName" }),
      set("resource-alarms/TableLagAlarm", `${P}/Metrics/1/MetricStat/Metric/Dimensions/1/Value`, { Ref: "AWS::Region" }),
      set("resource-alarms/DatabaseLagAlarm", `${P}/TreatMissingData`, "breaching"),
      set("monitoring/UnhealthyTargetsAlarm", `${P}/Dimensions/1`),
    ],
  ],
  [
    "looks at functions and queues that are there",
    dimensionsExist,
    [
      set("resource-alarms/StreamAgeAlarm", `${P}/Dimensions/0/Value`, { "Fn::Sub": "function-payments-${RegionCode}-${EnvironmentSuffix}" }),
      set("monitoring/QueueAgeAlarm", `${P}/Metrics/2/MetricStat/Metric/Dimensions/0/Value`, "queue-payments"),
    ],
  ],
  [
    "calculates as CloudWatch allows",
    mathIsValid,
    [
      set("monitoring/ApiFaultsAlarm", `${P}/Metrics/1/MetricStat/Period`, 300),
      set("monitoring/ApiFaultsAlarm", `${P}/Metrics/1/ReturnData`, true),
      set("monitoring/QueueAgeAlarm", `${P}/Metrics/1/Id`, "role"),
      set("monitoring/BurnThreeDaysAlarm", `${P}/EvaluationPeriods`, 8),
      set("monitoring/ApiLatencyAlarm", `${P}/EvaluationPeriods`, 289),
    ],
  ],
  [
    "is not red in a standby for what is right there",
    standbyIsGreen,
    [
      set("monitoring/ApiFaultsAlarm", `${P}/Metrics/0/Expression`, "IF(faults >= 5, 100 * faults / requests + 0 * active, 0)"),
      set("monitoring/QueueAgeAlarm", `${P}/TreatMissingData`, "breaching"),
      set("monitoring/NotificationFaultsAlarm", `${P}/Metrics/1/MetricStat/Stat`, "Minimum"),
      set("monitoring/BurnHourAlarm", `${P}/Metrics/1/MetricStat/Metric/MetricName`, "LeaseLapsed"),
    ],
  ],
  [
    "counts a lack of connections in the active Region only",
    connectionsByRole,
    [
      set("failover-detection/NoConnectionsAlarm", `${P}/AlarmActions`, [{ Ref: "OperationsTopicArn" }]),
      replaced("failover-detection/DatabaseConnectionsAlarm", RULE, "AND", "OR"),
    ],
  ],
  [
    "satisfies R49: wakes somebody when one request in a hundred takes 500 ms, whatever the operation",
    latency,
    [
      set("monitoring/ApiLatencyAlarm", `${P}/Threshold`, 800),
      set("monitoring/ApiLatencyAlarm", `${P}/Metrics/1/MetricStat/Stat`, "p90"),
      set("monitoring/ApiLatencyAlarm", `${P}/Metrics/3`),
      { ...replaced("monitoring/ServicePageAlarm", RULE, "ALARM(${ApiLatencyAlarm}) OR ", ""), where: "monitoring/ApiLatencyAlarm" },
    ],
  ],
  [
    "knows the functions' time-outs",
    durationShares,
    [
      { ...set("functions/ProcessorFunction", `${P}/Timeout`, 60), where: "resource-alarms/DurationAlarm" },
      replaced("resource-alarms/DurationAlarm", `${P}/Metrics/0/Expression`, "authorizer / 5000", "authorizer / 6000"),
    ],
  ],
  [
    "satisfies R50: watches the objective of 99.9 % by burn rates in pairs of windows",
    burnRates,
    [
      set("monitoring/BurnHourAlarm", `${P}/Threshold`, 0.0244),
      set("monitoring/BurnSixHoursAlarm", `${P}/Metrics/1/MetricStat/Period`, 3_600),
      set("monitoring/BurnThreeDaysAlarm", `${P}/EvaluationPeriods`, 1),
      replaced("monitoring/BurnHalfHourAlarm", `${P}/Metrics/0/Expression`, "requests - FILL(status, 0)", "requests"),
      { ...replaced("monitoring/BurnPageAlarm", RULE, "AND ALARM(${BurnFiveMinutesAlarm})", "OR ALARM(${BurnFiveMinutesAlarm})"), where: "monitoring/ alarm-burn-page" },
      { ...replaced("monitoring/ServicePageAlarm", RULE, " OR ALARM(${BurnPageAlarm})", ""), where: "monitoring/ alarm-burn-page" },
    ],
  ],
  [
    "filters the trail that has the events, and tells each event once",
    auditFilters,
    [
      set("audit-alarms/RootUseFilter", "Condition"),
      without("audit-alarms/KeyChangesAlarm", "audit-alarms/KeyChangesFilter"),
      set("audit-alarms/PolicyChangesAlarm", "Condition"),
      set("audit-alarms/KeyChangesFilter", `${P}/FilterPattern`, '{ $.eventSource = "kms.amazonaws.com" }'),
      {
        ...set("audit-alarms/RootUseFilter", `${P}/FilterPattern`, `{ $.a = "${"x".repeat(1_024)}" }`),
        what: "a pattern is too long",
      },
      set("audit-alarms/RootUseFilter", `${P}/FilterPattern`, '{ $.eventName = "Put*Policy" }'),
    ].map((mutation) => ({ ...mutation, where: mutation.where.replace("PolicyChangesAlarm", "PolicyChangesFilter") })),
  ],
]);

describe("the catalogue of metrics", () => {
  it("says for each metric where it is and who says so", () => {
    for (const { namespace, names, source } of METRICS) {
      assert.ok(names.length > 0, namespace);
      assert.match(source, /^https:\/\/docs\.aws\.amazon\.com\/.+\.html$/, namespace);
    }
  });

  it("is used by alarms in every namespace that either Region has", () => {
    const used = new Set(metricAlarms(loadTemplates()).flatMap((alarm) => metricsOf(alarm).map(({ namespace }) => namespace)));
    const ours = new Set(METRICS.filter(({ where }) => where !== "us-east-1").map(({ namespace }) => namespace));
    assert.deepEqual([...used].sort(), [...ours].sort());
  });

  it("knows no metric under other dimensions than those that it is published under", () => {
    assert.ok(knownMetric("AWS/ApiGateway", "Latency", ["Stage", "ApiName"]));
    assert.equal(knownMetric("AWS/ApiGateway", "Latency", ["Stage"]), undefined);
    assert.equal(knownMetric("AWS/Lambda", "Latency", ["FunctionName"]), undefined);
  });
});
