import { knownMetric, type KnownMetric } from "../metricCatalogue";
import { at, list, resources, text, where, type Check, type Json, type ResourceUnderTest, type Templates } from "../templates";
import {
  alarmFor,
  allAlarms,
  childrenOf,
  compositeAlarms,
  descendantsOf,
  expressionOf,
  functionOf,
  functionTimeouts,
  metricAlarms,
  metricsOf,
  namedInRule,
  says,
  toldBy,
  type WatchedMetric,
} from "./alarms";

const OPERATIONS = "OperationsTopicArn";

/** What is wrong with where a metric is looked for. */
function misplaced({ where: place }: KnownMetric, { dimensions }: WatchedMetric, alarm: ResourceUnderTest): string[] {
  const is = (name: string, part: string) => says(dimensions[name], part);
  switch (place) {
    case "own":
      return [];
    case "us-east-1":
      return ["exists in us-east-1 only"];
    case "secondary":
      return alarm.properties["TreatMissingData"] === "notBreaching" ? [] : ["is absent where the database is the writer"];
    case "writer":
      return at(dimensions["ReceivingRegion"], "Fn::FindInMap", 0) === "Peer" ? [] : ["is told by the Region that writes"];
    case "source":
      return is("DestinationBucket", "Peer") && !is("SourceBucket", "Peer") ? [] : ["is told in the source's Region"];
    case "destination":
      return is("SourceBucket", "Peer") && !is("DestinationBucket", "Peer") ? [] : ["is told in the destination's Region"];
  }
}

/** No alarm on a metric that its Region does not have. */
export const metricsExist: Check = (templates) =>
  metricAlarms(templates).flatMap((alarm) =>
    metricsOf(alarm).flatMap((metric) => {
      const known = knownMetric(metric.namespace, metric.name, Object.keys(metric.dimensions));
      const problems =
        known === undefined
          ? [`is not published under ${Object.keys(metric.dimensions).join(", ") || "no dimension"}`]
          : misplaced(known, metric, alarm);
      return problems.map((problem) => `${where(alarm)}: ${metric.namespace} ${metric.name} ${problem}`);
    }),
  );

/** Property that gives a dimension its value, by the resource's type. */
const NAMED: Readonly<Record<string, readonly [type: string, property: string]>> = {
  FunctionName: ["AWS::Lambda::Function", "FunctionName"],
  QueueName: ["AWS::SQS::Queue", "QueueName"],
};

/** A dimension's value names what a template makes; what is passed in as a parameter is an output of one. */
export const dimensionsExist: Check = (templates) =>
  metricAlarms(templates).flatMap((alarm) =>
    metricsOf(alarm).flatMap(({ dimensions }) =>
      Object.entries(dimensions).flatMap(([name, value]) => {
        const [type, property] = NAMED[name] ?? [];
        if (type === undefined || property === undefined) return [];
        const names = resources(templates, type).map(({ properties }) => text(properties[property]));
        return names.includes(text(value)) ? [] : [`${where(alarm)} watches ${text(value)}, which is not there`];
      }),
    ),
  );

/** CloudWatch's rules for metric math: ten metrics, one period, one result, no id that is not used. */
export const mathIsValid: Check = (templates) =>
  metricAlarms(templates)
    .filter(({ properties }) => properties["Metrics"] !== undefined)
    .flatMap((alarm) => {
      const metrics = metricsOf(alarm);
      const expression = expressionOf(alarm);
      const returned = list(alarm.properties["Metrics"]).filter((query) => at(query, "ReturnData") !== false);
      const words = new Set(expression.match(/[a-z]\w*/g) ?? []);
      const seconds = (metrics[0]?.periodSeconds ?? 0) * Number(alarm.properties["EvaluationPeriods"]);
      const longest = (metrics[0]?.periodSeconds ?? 0) < 3_600 ? 86_400 : 604_800;
      const problems: [boolean, string][] = [
        [metrics.length <= 10, `looks at ${metrics.length} metrics`],
        [new Set(metrics.map(({ periodSeconds }) => periodSeconds)).size === 1, "mixes periods"],
        [returned.length === 1 && at(returned[0], "Expression") !== undefined, "does not return its expression alone"],
        [metrics.every(({ id }) => words.has(id)), "looks at a metric that its expression does not use"],
        [seconds <= longest, `looks back ${seconds} s`],
      ];
      return problems.filter(([good]) => !good).map(([, problem]) => `${where(alarm)} ${problem}`);
    });

/** What a standby rightly has more of: refusals, and messages that the other Region has taken over. */
const OF_THE_ACTIVE = /^(5XXError|HTTPCode_(ELB|Target)_5XX_Count|ApproximateAgeOfOldestMessage)$/;

/** Alarms that only an active Region can judge are not red in a standby. */
export const standbyIsGreen: Check = (templates) =>
  metricAlarms(templates).flatMap((alarm) => {
    const metrics = metricsOf(alarm);
    if (!metrics.some(({ name }) => OF_THE_ACTIVE.test(name))) return [];
    const role = metrics.find(({ name }) => name === "RegionActive");
    const multiplied = role !== undefined && /^IF\(FILL\(active, 1\) >= 1( AND|,)/.test(expressionOf(alarm));
    return multiplied && role.id === "active" && role.statistic === "Maximum" && alarm.properties["TreatMissingData"] === "notBreaching"
      ? []
      : [`${where(alarm)} is red in a standby`];
  });

/** A lack of connections counts together with the role only. */
export const connectionsByRole: Check = (templates) => {
  const none = alarmFor("alarm-connections-none", templates);
  const composite = alarmFor("alarm-database-connections", templates);
  return [
    ...(none !== undefined && toldBy(none).length === 0 ? [] : ["failover-detection/NoConnectionsAlarm tells of a standby"]),
    ...(text(composite?.properties["AlarmRule"]) === "ALARM(${NoConnectionsAlarm}) AND ALARM(${ActiveAlarm})"
      ? []
      : ["failover-detection/DatabaseConnectionsAlarm does not ask for the role"]),
  ];
};

/** Each alarm tells somebody, or a composite above it does; nobody is told twice of the same. */
export const pagesOnce: Check = (templates) => {
  const composites = compositeAlarms(templates);
  const under = new Map<string, ResourceUnderTest[]>();
  for (const composite of composites.filter((alarm) => toldBy(alarm).length > 0)) {
    for (const child of descendantsOf(composite, templates)) {
      under.set(where(child), [...(under.get(where(child)) ?? []), composite]);
    }
  }
  return [
    ...composites
      .filter((composite) => childrenOf(composite, templates).length !== namedInRule(composite))
      .map((composite) => `${where(composite)} names an alarm that is not there`),
    ...allAlarms(templates).flatMap((alarm) => {
      const told = toldBy(alarm);
      const above = under.get(where(alarm)) ?? [];
      if (told.length === 0) return above.length > 0 ? [] : [`${where(alarm)} tells nobody`];
      return [
        ...(above.length === 0 ? [] : [`${where(alarm)} tells, and ${above.map(where).join(", ")} tells of it again`]),
        ...(JSON.stringify(alarm.properties["OKActions"]) === JSON.stringify(alarm.properties["AlarmActions"])
          ? []
          : [`${where(alarm)} does not tell that it is over`]),
      ];
    }),
  ];
};

/** Whoever is woken for the service is not woken again for its causes. */
export const causesAreSuppressed: Check = (templates) => {
  const causes = alarmFor("alarm-page-capacity", templates);
  const suppressor = at(causes?.properties["ActionsSuppressor"], "Fn::GetAtt");
  const periods = ["ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"];
  const service = alarmFor("alarm-page-service", templates);
  return [
    ...(JSON.stringify(suppressor) === '["ServicePageAlarm","Arn"]' ? [] : ["monitoring/CapacityPageAlarm is not suppressed"]),
    ...(periods.every((period) => Number(causes?.properties[period]) >= 60)
      ? []
      : ["monitoring/CapacityPageAlarm does not wait for its suppressor"]),
    ...(service !== undefined && toldBy(service).includes(OPERATIONS) ? [] : ["monitoring/ServicePageAlarm wakes nobody"]),
  ];
};

/** An alarm below the pages that wake somebody. */
function wakes(purpose: string, templates: Templates): boolean {
  const alarm = alarmFor(purpose, templates);
  if (alarm === undefined) return false;
  return (
    toldBy(alarm).includes(OPERATIONS) ||
    compositeAlarms(templates).some(
      (composite) =>
        toldBy(composite).includes(OPERATIONS) &&
        descendantsOf(composite, templates).some((child) => where(child) === where(alarm)),
    )
  );
}

/** A failing primary shows by its database's connections and its functions' errors, and wakes somebody. */
export const failingPrimary: Check = (templates) =>
  ["alarm-database-connections", "alarm-function-errors", "alarm-service", "alarm-peer-unavailable"]
    .filter((purpose) => !wakes(purpose, templates))
    .map((purpose) => `${purpose} wakes nobody`);

/** What each of these must be watched for, and by which metrics at the least. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  "AWS/RDS": ["DatabaseConnections", "CPUUtilization", "ACUUtilization", "Deadlocks", "AuroraGlobalDBRPOLag", "AuroraGlobalDBReplicationLag"],
  "AWS/Lambda": ["Errors", "Throttles", "Duration", "ConcurrentExecutions"],
  "AWS/ApiGateway": ["5XXError", "Latency"],
  "AWS/SQS": ["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"],
  "AWS/ApplicationELB": ["UnHealthyHostCount", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count"],
  "AWS/DynamoDB": ["ReplicationLatency", "ReadThrottleEvents", "WriteThrottleEvents"],
  "AWS/S3": ["ReplicationLatency", "OperationsFailedReplication"],
  "AWS/States": ["ExecutionsFailed", "ExecutionsTimedOut"],
  "AWS/CertificateManager": ["DaysToExpiry"],
  "Payments/Audit": ["RootUse", "SignInFailures", "PolicyChanges", "KeyChanges", "KeyDenials", "SecretDenials", "DeniedCalls", "TrailChanges"],
};

/** Everything that can fail is watched. */
export const everythingWatched: Check = (templates) => {
  const seen = new Set(metricAlarms(templates).flatMap(metricsOf).map(({ namespace, name }) => `${namespace} ${name}`));
  return Object.entries(REQUIRED).flatMap(([namespace, names]) =>
    names.filter((name) => !seen.has(`${namespace} ${name}`)).map((name) => `${namespace} ${name} is not watched`),
  );
};

/** Functions whose errors are no failure: deployments call them, or the orchestrator, which tells their failures itself. */
const TOLD_OTHERWISE =
  /^function-(region-control|database-control|capacity-control|synthetic-payment|failover-report|schema-migration|region-role|bucket-cleanup|default-group|stream-lookup|replication-way-back|.*custom.*)$/;

/** Each function that payments or the failover's schedule call is in an alarm on errors. */
export const functionErrors: Check = (templates) => {
  const watched = new Set(
    metricAlarms(templates)
      .flatMap(metricsOf)
      .filter(({ name, statistic }) => name === "Errors" && statistic === "Average")
      .map(functionOf),
  );
  return resources(templates, "AWS::Lambda::Function")
    .filter(({ template }) => ["functions", "failover-functions"].includes(template))
    .filter(({ properties }) => {
      const name = text(properties["FunctionName"]).replace(/-\$\{RegionCode\}.*$/, "");
      return !watched.has(name) && !TOLD_OTHERWISE.test(name);
    })
    .map((resource) => `${where(resource)} fails unseen`);
};

/** The shares of alarm-duration are those of the functions' own time-outs. */
export const durationShares: Check = (templates) => {
  const alarm = alarmFor("alarm-duration", templates);
  if (alarm === undefined) return ["resource-alarms/DurationAlarm is gone"];
  const timeouts = functionTimeouts(templates);
  const expression = expressionOf(alarm);
  return metricsOf(alarm).flatMap((metric) => {
    const limit = Number(new RegExp(`\\b${metric.id} / (\\d+)`).exec(expression)?.[1]);
    return limit === (timeouts.get(functionOf(metric)) ?? 0) * 1_000 && metric.statistic === "p99"
      ? []
      : [`${where(alarm)} takes ${limit} ms for the time-out of ${functionOf(metric)}`];
  });
};

/** The 99th percentile of every operation is held against 500 ms. */
export const latency: Check = (templates) => {
  const alarm = alarmFor("alarm-api-latency", templates);
  if (alarm === undefined) return ["monitoring/ApiLatencyAlarm is gone"];
  const metrics = metricsOf(alarm);
  const operations = resources(templates, "AWS::ApiGateway::Method").filter(
    ({ properties }) => properties["AuthorizationType"] !== "NONE",
  );
  return [
    ...(Number(alarm.properties["Threshold"]) === 500 && metrics.every(({ statistic, name }) => statistic === "p99" && name === "Latency")
      ? []
      : [`${where(alarm)} does not hold p99 against 500 ms`]),
    ...(metrics.length === operations.length && metrics.length > 0
      ? []
      : [`${where(alarm)} looks at ${metrics.length} of ${operations.length} operations`]),
    ...(wakes("alarm-api-latency", templates) ? [] : [`${where(alarm)} wakes nobody`]),
  ];
};

/** Google SRE Workbook, chapter 5, table 5-8: long window, short window, burn rate. Seconds. */
const BURNS = [
  ["alarm-burn-1h", "alarm-burn-5m", 3_600, 300, 14.4, "alarm-burn-page"],
  ["alarm-burn-6h", "alarm-burn-30m", 21_600, 1_800, 6, "alarm-burn-page"],
  ["alarm-burn-3d", "alarm-burn-6h-ticket", 259_200, 21_600, 1, "alarm-burn-ticket"],
] as const;

/** 99.9 %: the share of requests that may fail. */
const BUDGET = 0.001;

function windowProblems(purpose: string, seconds: number, rate: number, templates: Templates): string[] {
  const alarm = alarmFor(purpose, templates);
  if (alarm === undefined) return [`${purpose} is gone`];
  const looked = (metricsOf(alarm)[0]?.periodSeconds ?? 0) * Number(alarm.properties["EvaluationPeriods"]);
  const allowed = Math.abs(Number(alarm.properties["Threshold"]) - rate * BUDGET) < 1e-9;
  return [
    ...(looked === seconds ? [] : [`${where(alarm)} looks back ${looked} s`]),
    ...(allowed ? [] : [`${where(alarm)} is not at ${rate} times the budget`]),
    ...(/faults \/ \(requests - FILL\(status, 0\) - FILL\(health, 0\)\)/.test(expressionOf(alarm))
      ? []
      : [`${where(alarm)} does not hold failures against merchants' requests`]),
  ];
}

/** The objective of 99.9 % is watched by burn rates in pairs of windows. */
export const burnRates: Check = (templates) =>
  BURNS.flatMap(([long, short, longSeconds, shortSeconds, rate, composite]) => {
    const rule = alarmFor(composite, templates);
    const pair = [long, short].map((purpose) => alarmFor(purpose, templates)?.id ?? purpose);
    return [
      ...windowProblems(long, longSeconds, rate, templates),
      ...windowProblems(short, shortSeconds, rate, templates),
      ...(text(rule?.properties["AlarmRule"]).includes(`ALARM(\${${pair[0]}}) AND ALARM(\${${pair[1]}})`)
        ? []
        : [`monitoring/ ${composite} does not ask for both ${pair.join(" and ")}`]),
      ...(composite === "alarm-burn-ticket" || wakes(composite, templates) ? [] : [`monitoring/ ${composite} wakes nobody`]),
    ];
  });

const GLOBAL_EVENTS = /iam\.amazonaws\.com|ConsoleLogin|"Root"/;

/** Both branches of a pattern that depends on the place, or the pattern itself. */
function patternsOf(value: Json | undefined): string[] {
  const branches = at(value, "Fn::If");
  return Array.isArray(branches) ? branches.slice(1).map(text) : [text(value)];
}

/** Filters read the trail that has their events, each event is told once, and each filter has its alarm. */
export const auditFilters: Check = (templates) => {
  const alarms = metricAlarms(templates);
  return resources(templates, "AWS::Logs::MetricFilter").flatMap((filter) => {
    const metric = text(at(filter.properties["MetricTransformations"], 0, "MetricName"));
    const patterns = patternsOf(filter.properties["FilterPattern"]);
    const alarm = alarms.find(
      (candidate) => candidate.template === filter.template && text(candidate.properties["MetricName"]) === metric,
    );
    const ofDr = filter.resource["Condition"] === "HoldsGlobalEvents";
    const once =
      ofDr || (at(filter.properties["FilterPattern"], "Fn::If", 0) === "HoldsGlobalEvents" && patterns[0]?.startsWith('{ ($.awsRegion != "ap-southeast-1") && '));
    const problems: [boolean, string][] = [
      [alarm !== undefined && toldBy(alarm).length > 0, "has no alarm"],
      [alarm?.resource["Condition"] === filter.resource["Condition"], "and its alarm are not in the same Regions"],
      [ofDr || !GLOBAL_EVENTS.test(patterns.join()), "asks a trail that has no events of global services"],
      [once === true, "tells the primary's events twice"],
      [patterns.every((pattern) => pattern.length <= 1_024), "is longer than 1,024 characters"],
      [patterns.every((pattern) => !/"[^"]+\*[^"]+"/.test(pattern.replace(/"\*|\*"/g, '"'))), "has an asterisk inside a word"],
      [text(at(filter.properties["LogGroupName"], "Ref")) === "TrailLogGroupName", "does not read the trail"],
    ];
    return problems.filter(([good]) => !good).map(([, problem]) => `${where(filter)} ${problem}`);
  });
};
