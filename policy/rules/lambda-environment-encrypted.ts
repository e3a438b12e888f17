import { requireCustomerKey } from "../engine/checks";
import { pciRule } from "../engine/define";
import { notApplicable } from "../engine/rule";
import { isPresent } from "../engine/values";

/** A function's environment is encrypted with a key of ours. */
export const rule = pciRule({
  id: "lambda-environment-encrypted",
  title: "Function environments are under a customer-managed key",
  row: 24,
  requirements: "3.5.1 3.6.1",
  severity: "medium",
  rationale: "Without KmsKeyArn Lambda encrypts the variables with a key that AWS manages.",
  fix: "Set KmsKeyArn to a customer-managed key.",
  types: ["AWS::Lambda::Function"],
  judge(resource) {
    if (!isPresent(resource.get("Environment.Variables")))
      return notApplicable("It has no environment variables.");
    return requireCustomerKey(resource, "KmsKeyArn", "The function's environment");
  },
  examples: {
    compliant: [
      `F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {A: b}}, KmsKeyArn: k}}`,
    ],
    violation: [`F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {A: b}}}}`],
    notApplicable: [`F: {Type: AWS::Lambda::Function, Properties: {Runtime: nodejs22.x}}`],
    unresolved: [
      `Parameters: {E: {Type: String, AllowedValues: [a, b]}}
Conditions: {A: !Equals [!Ref E, a]}
Resources: {F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {A: b}}, KmsKeyArn: !If [A, k, !Ref "AWS::NoValue"]}}}`,
    ],
  },
});
