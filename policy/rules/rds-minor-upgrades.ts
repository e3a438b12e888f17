import { requireFlag } from "../engine/checks";
import { pciRule } from "../engine/define";
import { COMPLIANT, type Verdict } from "../engine/rule";

/** Databases take minor versions. AWS upgrades them unless told not to. */
export const rule = pciRule({
  id: "rds-minor-upgrades",
  title: "Databases take minor version upgrades",
  row: 31,
  requirements: "6.3.3",
  severity: "medium",
  rationale: "Minor versions carry the security patches.",
  fix: "Leave AutoMinorVersionUpgrade out or set it to true.",
  types: ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"],
  judge: (resource): Verdict =>
    resource.get("AutoMinorVersionUpgrade") === undefined
      ? COMPLIANT
      : requireFlag(resource, "AutoMinorVersionUpgrade", "true", "true", "Minor versions are not taken."),
  examples: {
    compliant: [
      `D: {Type: AWS::RDS::DBInstance}`,
      `D: {Type: AWS::RDS::DBInstance, Properties: {AutoMinorVersionUpgrade: "true"}}`,
    ],
    violation: [`D: {Type: AWS::RDS::DBInstance, Properties: {AutoMinorVersionUpgrade: false}}`],
    unresolved: [
      `Parameters: {U: {Type: String}}
Resources: {D: {Type: AWS::RDS::DBInstance, Properties: {AutoMinorVersionUpgrade: !Ref U}}}`,
    ],
  },
});
