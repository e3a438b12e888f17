import assert from "node:assert/strict";
import { capabilitiesOf, parseTemplate } from "../../../../components/template";

describe("capabilities", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["none for a queue", "Resources:\n  Q: {Type: AWS::SQS::Queue}", []],
    [
      "IAM for a role without a name",
      "Resources:\n  R: {Type: AWS::IAM::Role, Properties: {}}",
      ["CAPABILITY_IAM"],
    ],
    [
      "NAMED_IAM for a role with a name",
      "Resources:\n  R: {Type: AWS::IAM::Role, Properties: {RoleName: !Sub 'role-${A}'}}",
      ["CAPABILITY_NAMED_IAM"],
    ],
    [
      "NAMED_IAM alone when both are there",
      "Resources:\n  P: {Type: AWS::IAM::Policy}\n  U: {Type: AWS::IAM::User, Properties: {UserName: u}}",
      ["CAPABILITY_NAMED_IAM"],
    ],
    [
      "NAMED_IAM for a named managed policy",
      "Resources:\n  P: {Type: AWS::IAM::ManagedPolicy, Properties: {ManagedPolicyName: p}}",
      ["CAPABILITY_NAMED_IAM"],
    ],
    [
      "IAM for an inline policy, whose name does not count",
      "Resources:\n  P: {Type: AWS::IAM::Policy, Properties: {PolicyName: p}}",
      ["CAPABILITY_IAM"],
    ],
    [
      "AUTO_EXPAND for a transform",
      "Transform: AWS::LanguageExtensions\nResources:\n  Q: {Type: AWS::SQS::Queue}",
      ["CAPABILITY_AUTO_EXPAND"],
    ],
    [
      "AUTO_EXPAND for Fn::Transform deep inside",
      "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {A: [!Transform {Name: AWS::Include}]}",
      ["CAPABILITY_AUTO_EXPAND"],
    ],
    [
      "what a loop makes",
      "Resources:\n  Fn::ForEach::R: [N, [a], {'R${N}': {Type: AWS::IAM::Role, Properties: {RoleName: r}}}]",
      ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_NAMED_IAM"],
    ],
    [
      "everything for a nested stack, which may hold anything",
      "Resources:\n  S: {Type: AWS::CloudFormation::Stack}",
      ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_NAMED_IAM"],
    ],
    [
      "AUTO_EXPAND for a macro",
      "Resources:\n  M: {Type: AWS::CloudFormation::Macro}",
      ["CAPABILITY_AUTO_EXPAND"],
    ],
  ];
  for (const [what, text, expected] of cases) {
    it(what, () => {
      assert.deepEqual(capabilitiesOf(parseTemplate("cfn/a.yaml", text)), expected);
    });
  }
});
