import { drRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { at, flag, isList, isMap, isUnresolved } from "../engine/values";
import { isClusterMember } from "../facts/databases";
import { isNonproduction } from "../facts/environment";

/** What holds data survives a mistake. */
export const rule = drRule({
  id: "dr-stateful-protected",
  title: "Databases and tables are protected from deletion",
  severity: "medium",
  rationale: "Deleting a stack must not delete the payments.",
  fix: "Turn on deletion protection, or give DeletionPolicy Retain or Snapshot.",
  types: [
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::GlobalTable",
  ],
  judge(resource) {
    if (isClusterMember(resource)) return notApplicable("The cluster holds the data.");
    if (isNonproduction(resource.template)) return notApplicable("The environment is not production.");
    const kept = known(resource.attribute("DeletionPolicy"));
    if (kept === "Retain" || kept === "Snapshot" || kept === "RetainExceptOnCreate") return COMPLIANT;
    const replicas = resource.get("Replicas");
    const property = resource.type.startsWith("AWS::RDS")
      ? "DeletionProtection"
      : "DeletionProtectionEnabled";
    const flags =
      resource.type === "AWS::DynamoDB::GlobalTable"
        ? (isList(replicas) ? replicas : []).map((replica) =>
            isMap(replica) ? at(replica, property) : undefined,
          )
        : [resource.get(property)];
    if (flags.length > 0 && flags.every((value) => flag(value) === "true")) return COMPLIANT;
    if (flags.some(isUnresolved))
      return unresolved(property, "Whether it is protected is known at deployment only.");
    return violation(property, "One call deletes it together with its data.");
  },
  examples: {
    compliant: [
      `D: {Type: AWS::RDS::DBCluster, Properties: {DeletionProtection: true}}`,
      `T: {Type: AWS::DynamoDB::Table, DeletionPolicy: Retain}`,
    ],
    violation: [
      `T: {Type: AWS::DynamoDB::Table}`,
      `D: {Type: AWS::RDS::DBCluster, Properties: {DeletionProtection: "false"}}`,
    ],
    notApplicable: [`D: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: c}}`],
    unresolved: [
      `Parameters: {P: {Type: String}}
Resources: {T: {Type: AWS::DynamoDB::Table, Properties: {DeletionProtectionEnabled: !Ref P}}}`,
    ],
  },
});
