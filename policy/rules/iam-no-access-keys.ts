import { pciRule } from "../engine/define";
import { violation } from "../engine/rule";

/** Templates make no long-lived keys. */
export const rule = pciRule({
  id: "iam-no-access-keys",
  title: "No template creates long-lived access keys",
  row: 35,
  requirements: "8.2.1",
  severity: "high",
  rationale: "A key belongs to no person, does not expire, and shows up in the stack's outputs.",
  fix: "Use a role, or federation with short-lived credentials.",
  types: ["AWS::IAM::AccessKey"],
  judge: () => violation("", "The template creates a long-lived access key."),
  examples: { compliant: [], violation: [`K: {Type: AWS::IAM::AccessKey, Properties: {UserName: u}}`] },
});
