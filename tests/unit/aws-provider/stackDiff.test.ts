import assert from "node:assert/strict";
import { UNKNOWN, type Properties } from "../../../local/aws-provider/properties";
import { StackResource } from "../../../local/aws-provider/stack/StackResource";
import { FakeCloudFormation } from "./FakeCloudFormation";

const state: Properties = {
  name: "stack-a",
  region: "ap-southeast-1",
  templateBody: '{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}',
  parameters: { A: "1" },
  capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
  onFailure: "ROLLBACK",
  tags: { Environment: "local" },
  tagsAll: { Environment: "local" },
  outputs: {},
};
const stack = new StackResource({
  region: "ap-southeast-1",
  defaultTags: {},
  api: () => new FakeCloudFormation(),
});

describe("the difference of a stack's inputs to its state", () => {
  const none: [string, Properties][] = [
    ["the same inputs", {}],
    [
      "JSON with other blanks and order",
      { templateBody: '{\n "Resources":{"B":{"Type":"AWS::S3::Bucket"}}}\n' },
    ],
    ["capabilities in another order", { capabilities: ["CAPABILITY_NAMED_IAM", "CAPABILITY_IAM"] }],
    ["rollback not disabled, explicitly", { disableRollback: false }],
    ["parameters that the program no longer gives", { parameters: undefined }],
  ];
  for (const [what, change] of none) {
    it(`is none for ${what}`, () => {
      assert.deepEqual(stack.diff(state, { ...state, ...change }, []), []);
    });
  }

  const updates: [string, Properties, string[]][] = [
    ["another template", { templateBody: '{"Resources": {}}' }, ["templateBody"]],
    [
      "a changed, a new and a removed parameter",
      { parameters: { A: "2", B: "1" } },
      ["parameters.A", "parameters.B"],
    ],
    ["a parameter that is not known yet", { parameters: { A: UNKNOWN } }, ["parameters.A"]],
    [
      "a tag whose key is no identifier",
      { tags: { Environment: "local", "cost:center": "1" } },
      ['tags["cost:center"]'],
    ],
    ["a stack policy", { policyBody: "{}" }, ["policyBody"]],
  ];
  for (const [what, change, paths] of updates) {
    it(`is an update for ${what}`, () => {
      // Act
      const differences = stack.diff(state, { ...state, ...change }, []);

      // Assess
      assert.deepEqual(
        differences.map(({ path }) => path),
        paths,
      );
      assert.ok(differences.every(({ replaces }) => !replaces));
    });
  }

  const replacements: Properties = {
    name: "stack-b",
    disableRollback: true,
    onFailure: "DELETE",
    timeoutInMinutes: 10,
    region: "ap-southeast-2",
  };
  for (const [property, value] of Object.entries(replacements)) {
    it(`is a replacement for another ${property}`, () => {
      assert.deepEqual(
        stack.diff(state, { ...state, [property]: value }, []).map(({ path, replaces }) => [path, replaces]),
        [[property, true]],
      );
    });
  }

  it("is none for what the program asks to be ignored", () => {
    assert.deepEqual(stack.diff(state, { ...state, parameters: { A: "2" } }, ["parameters"]), []);
  });
});

describe("the check of a stack's inputs", () => {
  const check = (newInputs: Properties, oldInputs: Properties = {}) =>
    stack.check({ resourceName: "storage", oldInputs, newInputs, randomSeed: new Uint8Array([1]) });
  const wrong: [string, Properties, RegExp][] = [
    ["an unknown property", { templatBody: "{}" }, /unexpected property/],
    ["a name with an underscore", { name: "a_b" }, /must begin with a letter/],
    [
      "both ways to say what happens on failure",
      { onFailure: "DELETE", disableRollback: true },
      /conflicts with onFailure/,
    ],
    ["a word that is no OnFailure", { onFailure: "KEEP" }, /DELETE, DO_NOTHING, ROLLBACK|one of/],
    ["a body and an address", { templateBody: "{}", templateUrl: "https://x" }, /conflicts with templateUrl/],
    [
      "a policy and a policy's address",
      { policyBody: "{}", policyUrl: "https://x" },
      /conflicts with policyUrl/,
    ],
    ["a template that is no JSON", { templateBody: "{ nope" }, /invalid JSON/],
    ["a template that is no YAML", { templateBody: "a: [" }, /invalid JSON or YAML/],
    [
      "a template above 51,200 bytes",
      { templateBody: `# ${"x".repeat(51_200)}` },
      /only by templateUrl|more only/,
    ],
    ["a policy in YAML", { policyBody: "Statement: []" }, /invalid JSON/],
    ["an unknown capability", { capabilities: ["CAPABILITY_X"] }, /CAPABILITY_X/],
    ["a number as parameter", { parameters: { A: 1 } }, /a map of strings/],
    ["a timeout with a fraction", { timeoutInMinutes: 1.5 }, /an integer/],
  ];
  for (const [what, newInputs, reason] of wrong) {
    it(`refuses ${what}`, () => {
      // Act
      const { failures } = check(newInputs);

      // Assess
      assert.ok(
        failures.some((failure) => reason.test(failure.reason)),
        JSON.stringify(failures),
      );
    });
  }

  it("accepts templates with CloudFormation's short forms", () => {
    const templateBody =
      "Outputs:\n  A:\n    Value: !Sub '${AWS::Region}-x'\n  B:\n    Value: !GetAtt [X, Arn]\n";
    assert.deepEqual(check({ templateBody }).failures, []);
  });

  it("accepts values that are not known yet", () => {
    assert.deepEqual(
      check({ templateBody: UNKNOWN, parameters: { A: UNKNOWN }, tags: UNKNOWN }).failures,
      [],
    );
  });

  it("generates a name once and keeps it", () => {
    // Act
    const first = check({}).inputs.name as string;

    // Assess
    assert.match(first, /^storage-[0-9a-f]{7}$/);
    assert.equal(check({}, { name: first }).inputs.name, first);
  });
});
