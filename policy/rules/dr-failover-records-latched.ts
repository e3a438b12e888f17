import { drRule } from "../engine/define";
import { target } from "../engine/links";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved, violation, type Verdict } from "../engine/rule";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { at, isList, isMap, isPresent, type MapValue } from "../engine/values";

/** A record by itself, or the records of a group, with their paths. */
function records(resource: Resource): { record: MapValue; path: string }[] {
  if (resource.type === "AWS::Route53::RecordSet") {
    const properties = resource.properties();
    return isMap(properties) ? [{ record: properties, path: "" }] : [];
  }
  const list = resource.get("RecordSets");
  if (!isList(list)) return [];
  return list.flatMap((record, index) => (isMap(record) ? [{ record, path: `RecordSets.${index}.` }] : []));
}

function judgeRecord(set: TemplateSet, record: MapValue, path: string): Verdict {
  const check = record["HealthCheckId"];
  if (known(record["Failover"])?.toUpperCase() === "SECONDARY") {
    return isPresent(check)
      ? violation(
          `${path}HealthCheckId`,
          "When the secondary's own check fails, Route 53 answers with the primary again.",
        )
      : COMPLIANT;
  }
  if (!isPresent(check))
    return violation(`${path}HealthCheckId`, "The PRIMARY record has no health check of its own.");
  const found = target(set, "AWS::Route53::HealthCheck", check);
  if (found === undefined)
    return unresolved(`${path}HealthCheckId`, "Whether the health check holds a latch is not shown.");
  const type = known(at(found.get("HealthCheckConfig"), "Type"))?.toUpperCase();
  return type === "CALCULATED" || type === "RECOVERY_CONTROL" || type === "CLOUDWATCH_METRIC"
    ? COMPLIANT
    : violation(
        `${path}HealthCheckId`,
        "The record follows the endpoint alone, so DNS returns by itself when it recovers.",
      );
}

/** PRIMARY and SECONDARY records do not return by themselves. */
export const rule = drRule({
  id: "dr-failover-records-latched",
  title: "Failover records are guarded by a latch",
  severity: "high",
  rationale:
    "Route 53 goes back to PRIMARY as soon as it is healthy, whoever holds the data by then: two Regions would write.",
  fix: "Let PRIMARY follow a calculated check over the endpoint and the latch; give SECONDARY no check.",
  scope: "set",
  types: ["AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup"],
  judge(resource, { set }) {
    const failover = records(resource).filter(({ record }) => isPresent(record["Failover"]));
    if (failover.length === 0) return notApplicable("It is no failover record.");
    return failover.map(({ record, path }) => judgeRecord(set, record, path));
  },
  examples: {
    compliant: [
      `H: {Type: AWS::Route53::HealthCheck, Properties: {HealthCheckConfig: {Type: CALCULATED}}}
P: {Type: AWS::Route53::RecordSet, Properties: {Failover: PRIMARY, HealthCheckId: !Ref H}}`,
      `S: {Type: AWS::Route53::RecordSet, Properties: {Failover: SECONDARY}}`,
    ],
    violation: [
      `H: {Type: AWS::Route53::HealthCheck, Properties: {HealthCheckConfig: {Type: HTTPS}}}
P: {Type: AWS::Route53::RecordSet, Properties: {Failover: PRIMARY, HealthCheckId: !Ref H}}`,
      `G: {Type: AWS::Route53::RecordSetGroup, Properties: {RecordSets: [{Failover: PRIMARY}]}}`,
      `S: {Type: AWS::Route53::RecordSet, Properties: {Failover: SECONDARY, HealthCheckId: h}}`,
    ],
    notApplicable: [`P: {Type: AWS::Route53::RecordSet, Properties: {Type: A}}`],
    unresolved: [
      `P: {Type: AWS::Route53::RecordSet, Properties: {Failover: PRIMARY, HealthCheckId: 11111111-2222-3333-4444-555555555555}}`,
    ],
  },
});
