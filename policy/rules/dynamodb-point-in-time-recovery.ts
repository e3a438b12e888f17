import { orCompliant, requireFlag } from "../engine/checks";
import { pciRule } from "../engine/define";
import { unresolved, violation, type Verdict } from "../engine/rule";
import { at, flag, isList, isMap, isOpaque } from "../engine/values";

/** Tables can be set back to any second. */
export const rule = pciRule({
  id: "dynamodb-point-in-time-recovery",
  title: "Tables have point-in-time recovery",
  row: 45,
  requirements: "10.3.3 12.10.1",
  severity: "medium",
  rationale: "A replica repeats a wrong write within a second; only a backup undoes it.",
  fix: "Set PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled to true, in a global table for each replica.",
  types: ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"],
  judge(resource) {
    const path = "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled";
    const message = "Point-in-time recovery is off.";
    if (resource.type === "AWS::DynamoDB::Table")
      return requireFlag(resource, path, "true", "false", message);
    const replicas = resource.get("Replicas");
    if (isOpaque(replicas)) return unresolved("Replicas", "The replicas are known at deployment only.");
    if (!isList(replicas)) return violation("Replicas", "The table names no replica.");
    return orCompliant(
      replicas.flatMap((replica, index): Verdict[] => {
        const state = isMap(replica) ? flag(at(replica, path)) : "unknown";
        if (state === "true") return [];
        const full = `Replicas.${index}.${path}`;
        return [
          state === "unknown"
            ? unresolved(full, "Whether it is on is known at deployment only.")
            : violation(full, message),
        ];
      }),
    );
  },
  examples: {
    compliant: [
      `T: {Type: AWS::DynamoDB::Table, Properties: {PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}}}`,
      `T: {Type: AWS::DynamoDB::GlobalTable, Properties: {Replicas: [{Region: a, PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: "true"}}]}}`,
    ],
    violation: [
      `T: {Type: AWS::DynamoDB::Table}`,
      `T: {Type: AWS::DynamoDB::GlobalTable, Properties: {Replicas: [{Region: a}]}}`,
    ],
    unresolved: [
      `Parameters: {P: {Type: String}}
Resources: {T: {Type: AWS::DynamoDB::Table, Properties: {PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: !Ref P}}}}`,
    ],
  },
});
