import {
  at,
  isMapping,
  list,
  mentions,
  resources,
  text,
  where,
  type Json,
  type ResourceUnderTest,
  type Templates,
} from "../templates";

/** One metric that an alarm looks at. */
export interface WatchedMetric {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly statistic: string;
  readonly periodSeconds: number;
  /** As the template writes them. */
  readonly dimensions: Readonly<Record<string, Json>>;
}

export function metricAlarms(templates: Templates): ResourceUnderTest[] {
  return resources(templates, "AWS::CloudWatch::Alarm");
}

export function compositeAlarms(templates: Templates): ResourceUnderTest[] {
  return resources(templates, "AWS::CloudWatch::CompositeAlarm");
}

export function allAlarms(templates: Templates): ResourceUnderTest[] {
  return [...metricAlarms(templates), ...compositeAlarms(templates)];
}

/** `alarm-queue-age` of `alarm-queue-age-${RegionCode}-${EnvironmentSuffix}`: its name, and its section in the guide. */
export function purposeOf({ properties }: ResourceUnderTest): string {
  return text(properties["AlarmName"]).replace(/-\$\{RegionCode\}-\$\{EnvironmentSuffix\}$/, "");
}

function dimensionsOf(value: Json | undefined): Record<string, Json> {
  return Object.fromEntries(
    list(value).map((dimension) => [text(at(dimension, "Name")), at(dimension, "Value") ?? ""]),
  );
}

/** What an alarm looks at: its one metric, or those of its metric math. */
export function metricsOf({ properties }: ResourceUnderTest): WatchedMetric[] {
  const queries = list(properties["Metrics"]).filter((query) => at(query, "MetricStat") !== undefined);
  if (queries.length > 0) {
    return queries.map((query) => {
      const stat = at(query, "MetricStat");
      return {
        id: text(at(query, "Id")),
        namespace: text(at(stat, "Metric", "Namespace")),
        name: text(at(stat, "Metric", "MetricName")),
        statistic: text(at(stat, "Stat")),
        periodSeconds: Number(at(stat, "Period")),
        dimensions: dimensionsOf(at(stat, "Metric", "Dimensions")),
      };
    });
  }
  return [
    {
      id: "",
      namespace: text(properties["Namespace"]),
      name: text(properties["MetricName"]),
      statistic: text(properties["Statistic"] ?? properties["ExtendedStatistic"]),
      periodSeconds: Number(properties["Period"]),
      dimensions: dimensionsOf(properties["Dimensions"]),
    },
  ];
}

/** The expression that an alarm on metric math compares; empty for an alarm on one metric. */
export function expressionOf({ properties }: ResourceUnderTest): string {
  const returned = list(properties["Metrics"]).filter((query) => at(query, "Expression") !== undefined);
  return text(at(returned[0], "Expression"));
}

/** Whether a dimension's value is a parameter, a name, or made of these. */
export function says(value: Json | undefined, part: string): boolean {
  return mentions(value, part) || text(value).includes(part);
}

/** The alarms that a composite's rule names. */
export function childrenOf(composite: ResourceUnderTest, templates: Templates): ResourceUnderTest[] {
  const rule = text(composite.properties["AlarmRule"]);
  const named = [...rule.matchAll(/ALARM\(([^)]+)\)/g)].map((match) => match[1] ?? "");
  return named.flatMap((name) => {
    const reference = /^\$\{(\w+)\}$/.exec(name)?.[1];
    return allAlarms(templates).filter((alarm) =>
      reference === undefined
        ? text(alarm.properties["AlarmName"]) === name
        : alarm.template === composite.template && alarm.id === reference,
    );
  });
}

/** How many alarms a rule names, found or not. */
export function namedInRule(composite: ResourceUnderTest): number {
  return [...text(composite.properties["AlarmRule"]).matchAll(/ALARM\(/g)].length;
}

/** Everything below a composite. */
export function descendantsOf(composite: ResourceUnderTest, templates: Templates): ResourceUnderTest[] {
  return childrenOf(composite, templates).flatMap((child) => [
    child,
    ...(child.type === "AWS::CloudWatch::CompositeAlarm" ? descendantsOf(child, templates) : []),
  ]);
}

/** The topics that an alarm tells when it turns red. */
export function toldBy({ properties }: ResourceUnderTest): string[] {
  return list(properties["AlarmActions"]).map((action) => text(at(action, "Ref") ?? action));
}

/** One alarm by its purpose. */
export function alarmFor(purpose: string, templates: Templates): ResourceUnderTest | undefined {
  return allAlarms(templates).find((alarm) => purposeOf(alarm) === purpose);
}

/** Every function's name without Region and suffix, and its time-out in seconds. */
export function functionTimeouts(templates: Templates): Map<string, number> {
  return new Map(
    resources(templates, "AWS::Lambda::Function").map(({ properties }) => [
      text(properties["FunctionName"]).replace(/-\$\{RegionCode\}.*$/, ""),
      Number(properties["Timeout"]),
    ]),
  );
}

/** `function-intake` of a dimension. */
export function functionOf(metric: WatchedMetric): string {
  return text(metric.dimensions["FunctionName"]).replace(/-\$\{RegionCode\}.*$/, "");
}

export { isMapping, where };
