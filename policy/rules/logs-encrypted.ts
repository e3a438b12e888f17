import { requireCustomerKey } from "../engine/checks";
import { pciRule } from "../engine/define";

/** Log groups are encrypted with a key of ours. */
export const rule = pciRule({
  id: "logs-encrypted",
  title: "Log groups are under a customer-managed key",
  row: 23,
  requirements: "3.5.1 3.6.1",
  severity: "medium",
  rationale: "Without a key of ours CloudWatch Logs encrypts with one that it owns.",
  fix: "Set KmsKeyId to a customer-managed key whose policy admits the Region's logs service.",
  types: ["AWS::Logs::LogGroup"],
  judge: (resource) => requireCustomerKey(resource, "KmsKeyId", "The log group"),
  examples: {
    compliant: [
      `L: {Type: AWS::Logs::LogGroup, Properties: {KmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/a"}}`,
    ],
    violation: [`L: {Type: AWS::Logs::LogGroup}`],
    unresolved: [
      `Parameters: {E: {Type: String, AllowedValues: [a, b]}}
Conditions: {A: !Equals [!Ref E, a]}
Resources: {L: {Type: AWS::Logs::LogGroup, Properties: {KmsKeyId: !If [A, k, !Ref "AWS::NoValue"]}}}`,
    ],
  },
});
