import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  assertDeployable,
  CLOUDFORMATION_TAGS,
  loadTemplate,
  parseTemplate,
  TemplateError,
} from "../../../../components/template";

/** A template whose one property has the given YAML. */
function withProperty(yaml: string): string {
  return `Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      Value: ${yaml}\n`;
}

function propertyOf(text: string): unknown {
  const resources = parseTemplate("cfn/sample.yaml", text).document["Resources"] as Record<
    string,
    { Properties: { Value: unknown } }
  >;
  return resources["Queue"]?.Properties.Value;
}

describe("template loader: short forms", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["!Ref Key", { Ref: "Key" }],
    ["!Condition IsProduction", { Condition: "IsProduction" }],
    ["!GetAtt Queue.Arn", { "Fn::GetAtt": ["Queue", "Arn"] }],
    ["!GetAtt Nested.Outputs.Arn", { "Fn::GetAtt": ["Nested", "Outputs.Arn"] }],
    ["!GetAtt [Queue, Arn]", { "Fn::GetAtt": ["Queue", "Arn"] }],
    ["!GetAtt Queue", { "Fn::GetAtt": ["Queue"] }],
    ["!Sub 'queue-${Suffix}'", { "Fn::Sub": "queue-${Suffix}" }],
    ["!Sub ['queue-${A}', {A: b}]", { "Fn::Sub": ["queue-${A}", { A: "b" }] }],
    ["!Base64 text", { "Fn::Base64": "text" }],
    ["!Base64 {Ref: Key}", { "Fn::Base64": { Ref: "Key" } }],
    ["!Cidr [10.0.0.0/16, 6, 8]", { "Fn::Cidr": ["10.0.0.0/16", 6, 8] }],
    ["!FindInMap [Map, a, b]", { "Fn::FindInMap": ["Map", "a", "b"] }],
    ["!GetAZs ''", { "Fn::GetAZs": "" }],
    ["!GetAZs {Ref: AWS::Region}", { "Fn::GetAZs": { Ref: "AWS::Region" } }],
    ["!ImportValue shared", { "Fn::ImportValue": "shared" }],
    ["!ImportValue {Ref: Key}", { "Fn::ImportValue": { Ref: "Key" } }],
    ["!Join ['-', [a, !Ref B]]", { "Fn::Join": ["-", ["a", { Ref: "B" }]] }],
    ["!Length [a, b]", { "Fn::Length": ["a", "b"] }],
    ["!Length Ids", { "Fn::Length": "Ids" }],
    ["!Length {Ref: Ids}", { "Fn::Length": { Ref: "Ids" } }],
    ["!Select [0, !GetAZs '']", { "Fn::Select": [0, { "Fn::GetAZs": "" }] }],
    ["!Split [',', a]", { "Fn::Split": [",", "a"] }],
    ["!ToJsonString {a: 1}", { "Fn::ToJsonString": { a: 1 } }],
    ["!ToJsonString [a]", { "Fn::ToJsonString": ["a"] }],
    ["!Transform {Name: AWS::Include}", { "Fn::Transform": { Name: "AWS::Include" } }],
    [
      "!If [IsProduction, a, !Ref AWS::NoValue]",
      { "Fn::If": ["IsProduction", "a", { Ref: "AWS::NoValue" }] },
    ],
    ["!And [!Condition A, !Condition B]", { "Fn::And": [{ Condition: "A" }, { Condition: "B" }] }],
    ["!Or [!Condition A, !Condition B]", { "Fn::Or": [{ Condition: "A" }, { Condition: "B" }] }],
    ["!Not [!Condition A]", { "Fn::Not": [{ Condition: "A" }] }],
    ["!Equals [a, b]", { "Fn::Equals": ["a", "b"] }],
    ["!Contains [[a], b]", { "Fn::Contains": [["a"], "b"] }],
    ["!EachMemberEquals [[a], b]", { "Fn::EachMemberEquals": [["a"], "b"] }],
    ["!EachMemberIn [[a], [b]]", { "Fn::EachMemberIn": [["a"], ["b"]] }],
    ["!RefAll AWS::EC2::VPC::Id", { "Fn::RefAll": "AWS::EC2::VPC::Id" }],
    ["!ValueOf [Subnet, VpcId]", { "Fn::ValueOf": ["Subnet", "VpcId"] }],
    ["!ValueOfAll [AWS::EC2::Subnet::Id, VpcId]", { "Fn::ValueOfAll": ["AWS::EC2::Subnet::Id", "VpcId"] }],
  ];

  for (const [yaml, expected] of cases) {
    it(`reads ${yaml}`, () => {
      assert.deepEqual(propertyOf(withProperty(yaml)), expected);
    });
  }

  it("has a case above for every tag it knows", () => {
    const tested = new Set(cases.map(([yaml]) => /^!(\w+)/.exec(yaml)?.[1]));
    assert.deepEqual(
      Object.keys(CLOUDFORMATION_TAGS).filter((tag) => !tested.has(tag)),
      [],
    );
  });

  it("keeps the date of AWSTemplateFormatVersion as text", () => {
    const template = parseTemplate(
      "cfn/a.yaml",
      `AWSTemplateFormatVersion: 2010-09-09\n${withProperty("a")}`,
    );
    assert.equal(template.document["AWSTemplateFormatVersion"], "2010-09-09");
  });
});

describe("template loader: errors name file and line", () => {
  const cases: readonly (readonly [string, string, number, RegExp])[] = [
    ["an unknown tag", withProperty("!Reff Key"), 5, /unknown tag/],
    ["a tag on the wrong kind of node", withProperty("!Ref [Key]"), 5, /tag/],
    ["a duplicated key", "Resources:\n  A: {Type: x}\n  A: {Type: x}\n", 3, /duplicated mapping key/],
    ["bad indentation", "Resources:\n  A:\n    Type: x\n   B: y\n", 4, /bad indentation/],
    ["a template that is a list", "- a\n", 1, /mapping/],
    ["Parameters that are a list", "Parameters:\n  - a\nResources: {}\n", 1, /Parameters must be a mapping/],
    [
      "a parameter without a type",
      "Parameters:\n  A: {Type: String}\n  B:\n    Default: x\n",
      3,
      /B has no Type/,
    ],
    ["a parameter that is text", "Parameters:\n  A: text\n", 2, /A must be a mapping/],
    ["a default that is a list", "Parameters:\n  A:\n    Type: String\n    Default: [a]\n", 2, /Default/],
    [
      "allowed values that are text",
      "Parameters:\n  A:\n    Type: String\n    AllowedValues: a\n",
      2,
      /AllowedValues/,
    ],
    [
      "a pattern that does not compile",
      "Parameters:\n  A:\n    Type: String\n    AllowedPattern: '['\n",
      2,
      /regular/,
    ],
    ["a bound that is text", "Parameters:\n  A:\n    Type: Number\n    MinValue: low\n", 2, /MinValue/],
    [
      "an output without a value",
      "Outputs:\n  A: {Value: b}\n  B:\n    Description: x\n",
      3,
      /B has no Value/,
    ],
    ["a resource without a type", "Resources:\n  A:\n    Properties: {}\n", 2, /A has no Type/],
    ["a character that CloudFormation changes", "# one\n# two\u2026\nResources: {}\n", 2, /U\+2026/],
  ];

  for (const [what, text, line, reason] of cases) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parseTemplate("cfn/sample.yaml", text),
        (error: unknown) => {
          assert.ok(error instanceof TemplateError);
          assert.match(error.message, reason);
          assert.ok(error.message.startsWith(`cfn/sample.yaml:${line}: `), error.message);
          return true;
        },
      );
    });
  }

  it("refuses to deploy a template without resources", () => {
    const template = parseTemplate("cfn/sample.yaml", "Parameters: {}\nResources: {}\n");
    assert.throws(() => assertDeployable(template), /cfn\/sample\.yaml:2: .*at least one resource/);
  });
});

describe("template loader: declarations", () => {
  it("reads constraints, defaults and outputs as CloudFormation understands them", () => {
    // Prepare
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "template-"));
    const file = path.join(folder, "region-state.yaml");
    fs.writeFileSync(
      file,
      `Parameters:
  Days:
    Type: Number
    Default: 400
    AllowedValues: [365, 400]
    MinValue: 365
    MaxValue: '400'
    Description: Days.
    ConstraintDescription: 365 or 400.
  Open: { Type: String, Default: false, NoEcho: true, MinLength: 1, MaxLength: 5, AllowedPattern: '^.*$' }
Resources:
  Loop:
    Type: AWS::SQS::Queue
  Fn::ForEach::Names: [Name, [a], {'Q\${Name}': {Type: AWS::SQS::Queue}}]
Outputs:
  Url: { Value: !Ref Loop, Condition: Never, Description: Its URL. }
`,
    );

    // Act
    const template = loadTemplate(file);

    // Assess
    assert.equal(template.name, "region-state");
    assert.deepEqual(template.parameters.get("Days"), {
      name: "Days",
      type: "Number",
      description: "Days.",
      defaultValue: "400",
      allowedValues: ["365", "400"],
      allowedPattern: undefined,
      minLength: undefined,
      maxLength: undefined,
      minValue: 365,
      maxValue: 400,
      noEcho: false,
      constraintDescription: "365 or 400.",
    });
    assert.equal(template.parameters.get("Open")?.noEcho, true);
    assert.equal(template.parameters.get("Open")?.defaultValue, "false");
    assert.deepEqual(template.outputs.get("Url"), {
      name: "Url",
      description: "Its URL.",
      conditional: true,
    });
    assert.deepEqual([...template.resourceTypes.values()], ["AWS::SQS::Queue", "Fn::ForEach"]);
    assert.equal(template.sizeBytes, Buffer.byteLength(template.text));
    fs.rmSync(folder, { recursive: true });
  });
});
