import { requireFlag } from "../engine/checks";
import { COMPLIANT, unresolved, type Rule } from "../engine/rule";
import { flag, isPresent } from "../engine/values";
import { clusterOf } from "../facts/databases";

/** Databases have no public address. */
export const rule: Rule = {
  id: "rds-not-public",
  title: "Databases are not publicly accessible",
  pack: "pci",
  rows: [4],
  requirements: ["1.4.1", "1.4.2"],
  severity: "critical",
  enforcement: "mandatory",
  rationale: "System components that store card data may not be directly reachable from untrusted networks.",
  fix: "Set PubliclyAccessible to false and put the database into isolated subnets.",
  types: ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::Redshift::Cluster"],
  judge(resource, { set }) {
    const message = "The database gets a public address.";
    if (resource.type !== "AWS::RDS::DBInstance" || flag(resource.get("PubliclyAccessible")) !== "absent") {
      return requireFlag(resource, "PubliclyAccessible", "false", "false", message);
    }
    // Without the property the subnet group decides; without a subnet group it is the default VPC, which is public.
    const cluster = clusterOf(set, resource);
    const placed =
      isPresent(resource.get("DBSubnetGroupName")) || isPresent(resource.get("DBClusterIdentifier"));
    if (placed && (cluster === undefined || isPresent(cluster.get("DBSubnetGroupName")))) return COMPLIANT;
    return unresolved(
      "PubliclyAccessible",
      "Without a subnet group the default VPC decides whether it is public.",
    );
  },
  examples: {
    compliant: [
      `D: {Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: false}}`,
      `D: {Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: "false"}}`,
      `D: {Type: AWS::RDS::DBInstance, Properties: {DBSubnetGroupName: subnets}}`,
    ],
    violation: [
      `D: {Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: "true"}}`,
      `Parameters: {Public: {Type: String, Default: true}}
Resources: {D: {Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: !Ref Public}}}`,
    ],
    unresolved: [
      `D: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres}}`,
      `Parameters: {Public: {Type: String}}
Resources: {D: {Type: AWS::RDS::DBInstance, Properties: {PubliclyAccessible: !Ref Public}}}`,
    ],
  },
};
