import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, unresolved, violation } from "../engine/rule";
import { isUnresolved } from "../engine/values";

/** Flow logs record accepted and rejected traffic. */
export const rule = pciRule({
  id: "flow-logs-complete",
  title: "VPC flow logs record rejected traffic",
  row: 36,
  requirements: "10.2.1",
  severity: "medium",
  rationale: "Attempts that were refused are what an investigation looks for first.",
  fix: "Set TrafficType to ALL.",
  types: ["AWS::EC2::FlowLog"],
  judge(resource) {
    const value = resource.get("TrafficType");
    if (isUnresolved(value))
      return unresolved("TrafficType", "The kind of traffic is known at deployment only.");
    return known(value)?.toUpperCase() === "ACCEPT"
      ? violation("TrafficType", "Rejected traffic is not recorded.")
      : COMPLIANT;
  },
  examples: {
    compliant: [`F: {Type: AWS::EC2::FlowLog, Properties: {TrafficType: ALL}}`],
    violation: [`F: {Type: AWS::EC2::FlowLog, Properties: {TrafficType: ACCEPT}}`],
    unresolved: [
      `Parameters: {T: {Type: String}}
Resources: {F: {Type: AWS::EC2::FlowLog, Properties: {TrafficType: !Ref T}}}`,
    ],
  },
});
