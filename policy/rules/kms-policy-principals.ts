import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { COMPLIANT } from "../engine/rule";
import { publicStatements } from "../facts/policies";

/** No key policy lets everyone in. */
export const rule = pciRule({
  id: "kms-policy-principals",
  title: "Key policies name their principals",
  row: 26,
  requirements: "3.6.1.3 7.2.2",
  severity: "critical",
  rationale:
    "A key that everyone may use protects nothing. A condition on the service alone does not name an account.",
  fix: "Name the principals, or tie * to kms:CallerAccount or an organisation.",
  types: ["AWS::KMS::Key", "AWS::KMS::ReplicaKey"],
  judge: (resource) =>
    resource.get("KeyPolicy") === undefined
      ? COMPLIANT
      : orCompliant(publicStatements(resource, "KeyPolicy")),
  examples: {
    compliant: [
      `K: {Type: AWS::KMS::Key}`,
      `K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: [{Effect: Allow, Principal: {AWS: !Sub "arn:aws:iam::\${AWS::AccountId}:root"}, Action: "kms:*", Resource: "*"}]}}}`,
      `K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: [{Effect: Allow, Principal: {AWS: "*"}, Action: "kms:Decrypt", Resource: "*", Condition: {StringEquals: {"kms:CallerAccount": !Ref "AWS::AccountId", "kms:ViaService": s3.eu-west-1.amazonaws.com}}}]}}}`,
    ],
    violation: [
      `K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: {Effect: Allow, Principal: "*", Action: "kms:*", Resource: "*"}}}}`,
      `K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: [{Effect: Allow, Principal: {AWS: ["*"]}, Action: "kms:Decrypt", Resource: "*", Condition: {StringEquals: {"kms:ViaService": s3.eu-west-1.amazonaws.com}}}]}}}`,
    ],
    unresolved: [
      `Parameters: {P: {Type: String}}
Resources: {K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: !Ref P}}}`,
    ],
  },
});
