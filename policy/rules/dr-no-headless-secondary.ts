import { drRule } from "../engine/define";
import { companions } from "../engine/links";
import { COMPLIANT, notApplicable, violation } from "../engine/rule";
import { isPresent } from "../engine/values";

/** A secondary cluster has an instance, or a promotion has to wait until one exists. */
export const rule = drRule({
  id: "dr-no-headless-secondary",
  title: "Members of a global cluster have an instance",
  severity: "high",
  rationale:
    "A cluster without instances must first start one after the disaster, when capacity in the Region is scarce.",
  fix: "Add at least one DBInstance to the cluster, two in different Availability Zones in production.",
  scope: "set",
  types: ["AWS::RDS::DBCluster"],
  judge(resource, { set }) {
    if (!isPresent(resource.get("GlobalClusterIdentifier")))
      return notApplicable("It belongs to no global cluster.");
    const instances = companions(set, "AWS::RDS::DBInstance", "DBClusterIdentifier", resource);
    return instances.length > 0 ? COMPLIANT : violation("", "The cluster has no instance.");
  },
  examples: {
    compliant: [
      `C: {Type: AWS::RDS::DBCluster, Properties: {GlobalClusterIdentifier: g}}
I: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: !Ref C}}`,
    ],
    violation: [`C: {Type: AWS::RDS::DBCluster, Properties: {GlobalClusterIdentifier: g}}`],
    notApplicable: [`C: {Type: AWS::RDS::DBCluster}`],
  },
});
