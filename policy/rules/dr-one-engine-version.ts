import { drRule } from "../engine/define";
import { companions } from "../engine/links";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, violation } from "../engine/rule";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { isPresent, symbolOf } from "../engine/values";

/** The other members of a cluster's global cluster, and the global cluster itself. */
function relatives(set: TemplateSet, resource: Resource): Resource[] {
  const name = symbolOf(resource.get("GlobalClusterIdentifier"));
  const members = set
    .ofType("AWS::RDS::DBCluster")
    .filter((other) => symbolOf(other.get("GlobalClusterIdentifier")) === name);
  const heads = set
    .ofType("AWS::RDS::GlobalCluster")
    .filter((head) =>
      companions(set, "AWS::RDS::DBCluster", "GlobalClusterIdentifier", head).includes(resource),
    );
  return [...members, ...heads].filter((other) => other !== resource && other.exists());
}

/** All members of a global cluster run one engine version, or a switchover is refused. */
export const rule = drRule({
  id: "dr-one-engine-version",
  title: "Members of a global cluster run one engine version",
  severity: "high",
  rationale: "Aurora refuses a switchover between different versions; a failover then is the only way left.",
  fix: "Give every member the same EngineVersion.",
  scope: "set",
  types: ["AWS::RDS::DBCluster"],
  judge(resource, { set }) {
    if (!isPresent(resource.get("GlobalClusterIdentifier")))
      return notApplicable("It belongs to no global cluster.");
    const version = known(resource.get("EngineVersion"));
    if (version === undefined) return COMPLIANT;
    const other = relatives(set, resource).find((relative) => {
      const theirs = known(relative.get("EngineVersion"));
      return theirs !== undefined && theirs !== version;
    });
    if (other === undefined) return COMPLIANT;
    return violation(
      "EngineVersion",
      `${version} differs from ${known(other.get("EngineVersion")) ?? ""} of ${other.logicalId}.`,
    );
  },
  examples: {
    compliant: [
      `A: {Type: AWS::RDS::DBCluster, Properties: {GlobalClusterIdentifier: g, EngineVersion: "17.7"}}
B: {Type: AWS::RDS::DBCluster, Properties: {GlobalClusterIdentifier: g, EngineVersion: "17.7"}}`,
    ],
    violation: [
      `A: {Type: AWS::RDS::DBCluster, Properties: {GlobalClusterIdentifier: g, EngineVersion: "17.7"}}
B: {Type: AWS::RDS::DBCluster, Properties: {GlobalClusterIdentifier: g, EngineVersion: "17.5"}}`,
    ],
    notApplicable: [`A: {Type: AWS::RDS::DBCluster}`],
  },
});
