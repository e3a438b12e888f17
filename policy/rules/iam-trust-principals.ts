import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { COMPLIANT } from "../engine/rule";
import { publicStatements } from "../facts/policies";

/** Not everyone may assume a role. */
export const rule = pciRule({
  id: "iam-trust-principals",
  title: "Roles name who may assume them",
  row: 34,
  requirements: "7.2.1 7.2.2 7.3.1",
  severity: "critical",
  rationale: "A trust policy for everyone hands the role to any AWS account.",
  fix: "Name the service, role or account, or tie * to an organisation.",
  types: ["AWS::IAM::Role"],
  judge: (resource) =>
    resource.get("AssumeRolePolicyDocument") === undefined
      ? COMPLIANT
      : orCompliant(publicStatements(resource, "AssumeRolePolicyDocument")),
  examples: {
    compliant: [
      `R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}}}}`,
    ],
    violation: [
      `R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: "*"}, Action: "sts:AssumeRole"}]}}}`,
    ],
    unresolved: [
      `Parameters: {P: {Type: String}}
Resources: {R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: !Ref P}}}`,
    ],
  },
});
