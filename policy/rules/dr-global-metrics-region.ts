import { drRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { at, isList } from "../engine/values";

/** Services whose metrics exist in us-east-1 only. Source: their user guides, "Monitoring with CloudWatch". */
const GLOBAL_NAMESPACES = new Set(["AWS/Route53", "AWS/CloudFront", "AWS/Billing", "AWS/GlobalAccelerator"]);

/** An alarm on a global metric stands where the metric is. */
export const rule = drRule({
  id: "dr-global-metrics-region",
  title: "No alarm watches a metric of us-east-1 from another Region",
  severity: "high",
  rationale: "Route 53 and CloudFront publish metrics in us-east-1 only; an alarm elsewhere never fires.",
  fix: "Create the alarm in us-east-1, or watch a metric of the Region itself.",
  types: ["AWS::CloudWatch::Alarm"],
  judge(resource) {
    const queries = resource.get("Metrics");
    const namespaces = [
      { namespace: known(resource.get("Namespace")), path: "Namespace" },
      ...(isList(queries) ? queries : []).map((query, index) => ({
        namespace: known(at(query, "MetricStat.Metric.Namespace")),
        path: `Metrics.${index}.MetricStat.Metric.Namespace`,
      })),
    ];
    const global = namespaces.find(
      ({ namespace }) => namespace !== undefined && GLOBAL_NAMESPACES.has(namespace),
    );
    if (global === undefined) return notApplicable("It watches a metric of its own Region.");
    const region = known(resource.template.evaluator.parameters.value("AWS::Region"));
    if (region === undefined)
      return unresolved(global.path, "In which Region the alarm stands is not known.");
    return region === "us-east-1"
      ? COMPLIANT
      : violation(global.path, `${global.namespace ?? ""} has no metrics in ${region}.`);
  },
  examples: {
    compliant: [],
    violation: [],
    notApplicable: [`A: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Lambda}}`],
    unresolved: [`A: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/Route53}}`],
  },
});
