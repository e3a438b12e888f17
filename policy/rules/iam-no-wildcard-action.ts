import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { pattern } from "../engine/iam";
import { unresolved, violation, type Verdict } from "../engine/rule";
import { IDENTITY_TYPES, allowed } from "../facts/identity";

/** Actions are named one by one. */
export const rule = pciRule({
  id: "iam-no-wildcard-action",
  title: "Policies name their actions one by one",
  row: 34,
  requirements: "7.2.1 7.2.2 7.3.1",
  severity: "high",
  rationale: "A wildcard grants what is needed and whatever AWS adds later.",
  fix: "List the actions that the code calls.",
  types: IDENTITY_TYPES,
  judge(resource) {
    const { list, unknown } = allowed(resource);
    const found = list.flatMap((statement) =>
      statement.actions.flatMap((item): Verdict[] => {
        const action = pattern(item.value);
        if (action === undefined) return [unresolved(item.path, "The action is known at deployment only.")];
        return /[*?]/.test(action) ? [violation(item.path, `The action ${action} is a wildcard.`)] : [];
      }),
    );
    return orCompliant([
      ...found,
      ...unknown.map((path) => unresolved(path, "The policy is known at deployment only.")),
    ]);
  },
  examples: {
    compliant: [
      `P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: ["s3:GetObject"], Resource: "*"}, {Effect: Deny, Action: "*", Resource: "*"}]}}}`,
    ],
    violation: [
      `P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: "s3:*", Resource: x}}}}`,
      `R: {Type: AWS::IAM::Role, Properties: {Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: ["s3:Get*"], Resource: x}]}}]}}`,
    ],
    unresolved: [
      `Parameters: {A: {Type: String}}
Resources: {P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: !Ref A, Resource: x}}}}}`,
    ],
  },
});
