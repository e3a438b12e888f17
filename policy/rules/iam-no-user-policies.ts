import { pciRule } from "../engine/define";
import { COMPLIANT, violation } from "../engine/rule";
import { isPresent } from "../engine/values";

/** Users get no policies of their own. */
export const rule = pciRule({
  id: "iam-no-user-policies",
  title: "No user has an inline policy",
  row: 35,
  requirements: "8.2.1",
  severity: "high",
  rationale:
    "People are identified by the identity provider and act through roles; a user with its own rights escapes both.",
  fix: "Use roles, or groups with managed policies.",
  types: ["AWS::IAM::User", "AWS::IAM::UserPolicy", "AWS::IAM::Policy"],
  judge(resource) {
    if (resource.type === "AWS::IAM::UserPolicy")
      return violation("UserName", "The policy is inline in a user.");
    const path = resource.type === "AWS::IAM::User" ? "Policies" : "Users";
    return isPresent(resource.get(path)) ? violation(path, "The policy is inline in a user.") : COMPLIANT;
  },
  examples: {
    compliant: [`U: {Type: AWS::IAM::User}`, `P: {Type: AWS::IAM::Policy, Properties: {Roles: [r]}}`],
    violation: [
      `U: {Type: AWS::IAM::User, Properties: {Policies: [{PolicyName: p}]}}`,
      `P: {Type: AWS::IAM::Policy, Properties: {Users: [u]}}`,
    ],
  },
});
