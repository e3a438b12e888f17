import assert from "node:assert/strict";
import { TemplateSet } from "../../policy/engine/set";
import { Reference, Text, Unknown, isList, type MapValue, type Value } from "../../policy/engine/values";

const HEAD = `
Parameters:
  Text: {Type: String, Default: hello}
  List: {Type: CommaDelimitedList, Default: "a, b,c"}
  Hidden: {Type: String}
  Ssm: {Type: "AWS::SSM::Parameter::Value<String>", Default: /path}
Mappings:
  Sizes: {prod: {count: 3}, dev: {count: 1}}
Conditions:
  IsHello: !Equals [!Ref Text, hello]
  IsOther: !Not [!Condition IsHello]
  Both: !And [!Condition IsHello, !Equals [a, a]]
  Either: !Or [!Condition IsOther, !Equals [a, b]]
Resources:
  Bucket: {Type: "AWS::S3::Bucket"}
`;

/** Evaluates an expression as the property of a resource. */
function evaluate(expression: string, parameters: Record<string, unknown> = {}): Value | undefined {
  const set = new TemplateSet();
  const template = set.add("t.yaml", `${HEAD}  X: {Type: "Custom::X", Properties: {V: ${expression}}}\n`, {
    parameters,
  });
  return template.resources.get("X")?.get("V");
}

function plain(value: Value | undefined): unknown {
  if (value instanceof Reference) return `@${value.resource.logicalId}.${value.attribute}`;
  if (value instanceof Text)
    return value.parts.map((part) => (typeof part === "string" ? part : plain(part)));
  if (value instanceof Unknown) return "?";
  if (isList(value)) return value.map(plain);
  if (typeof value === "object")
    return Object.fromEntries(Object.entries(value as MapValue).map(([key, item]) => [key, plain(item)]));
  return value;
}

const CASES: readonly (readonly [string, unknown])[] = [
  ["!Ref Text", "hello"],
  ["!Ref List", ["a", "b", "c"]],
  ["!Ref Hidden", "?"],
  ["!Ref Ssm", "?"],
  ["!Ref Missing", "?"],
  ["!Ref Bucket", "@Bucket.Ref"],
  ["!Ref AWS::NoValue", undefined],
  ["!Ref AWS::Partition", "aws"],
  ["!GetAtt Bucket.Arn", "@Bucket.Arn"],
  ["{'Fn::GetAtt': [Bucket, Arn]}", "@Bucket.Arn"],
  ["!Sub 'x-${Text}-${!Kept}'", "x-hello-${Kept}"],
  ["!Sub '${Bucket.Arn}/*'", ["@Bucket.Arn", "/*"]],
  ["!Sub ['${A}${Text}', {A: !Select [1, !Ref List]}]", "bhello"],
  ["!Sub '${AWS::Region}x'", ["?", "x"]],
  ["!Join ['-', [a, !Ref Text, 3]]", "a-hello-3"],
  ["!Join ['', ['arn:', !Ref Bucket]]", ["arn:", "@Bucket.Ref"]],
  ["!Join [',', !Ref List]", "a,b,c"],
  ["!Select [2, [a, b, c]]", "c"],
  ["!Select ['0', !Split ['.', 'x.y']]", "x"],
  ["!Select [9, [a]]", "?"],
  ["!Split ['/', 'a/b/c']", ["a", "b", "c"]],
  ["!If [IsHello, yes1, no1]", "yes1"],
  ["!If [IsOther, yes1, !Ref AWS::NoValue]", undefined],
  ["!If [Both, 1, 2]", 1],
  ["!If [Either, 1, 2]", 2],
  ["[a, !If [IsOther, b, !Ref AWS::NoValue], c]", ["a", "c"]],
  ["{A: !Ref AWS::NoValue, B: null, C: 1}", { C: 1 }],
  ["!FindInMap [Sizes, prod, count]", 3],
  ["!FindInMap [Sizes, test, count]", "?"],
  ["!FindInMap [Sizes, test, count, {DefaultValue: 7}]", 7],
  ["!FindInMap [Nope, a, b]", "?"],
  ["{'Fn::Base64': hi}", "aGk="],
  ["!Cidr [10.0.0.0/16, 2, 8]", ["10.0.0.0/24", "10.0.1.0/24"]],
  ["!Cidr [10.0.0.0/30, 20, 8]", "?"],
  ["!GetAZs ''", "?"],
  ["!ImportValue nowhere", "?"],
  ["{'Fn::Length': [a, b]}", 2],
  ["{'Fn::ToJsonString': {a: 1, b: [true]}}", '{"a":1,"b":[true]}'],
  ["{'Fn::ToJsonString': {a: !Ref Bucket}}", "?"],
  ["{'Fn::Transform': {Name: x}}", "?"],
  ["!Sub {not: text}", "?"],
  ["!Join broken", "?"],
  ["'{{resolve:ssm:/a}}'", "{{resolve:ssm:/a}}"],
  ["2012-10-17", "2012-10-17"],
];

describe("evaluator", () => {
  for (const [expression, expected] of CASES) {
    it(`evaluates ${expression}`, () => assert.deepEqual(plain(evaluate(expression)), expected));
  }

  it("uses the given parameters before the defaults", () => {
    assert.equal(evaluate("!Ref Text", { Text: "given" }), "given");
    assert.deepEqual(plain(evaluate("!Ref List", { List: "x,y" })), ["x", "y"]);
    assert.equal(evaluate("!If [IsHello, 1, 2]", { Text: "given" }), 2);
  });

  it("resolves an import from another template of the set", () => {
    const set = new TemplateSet();
    set.add(
      "a.yaml",
      "Resources: {B: {Type: 'AWS::S3::Bucket'}}\nOutputs: {O: {Value: !Ref B, Export: {Name: shared}}}",
    );
    const other = set.add(
      "b.yaml",
      "Resources: {X: {Type: 'Custom::X', Properties: {V: !ImportValue shared}}}",
    );

    assert.equal(plain(other.resources.get("X")?.get("V")), "@B.Ref");
  });

  it("expands loops over resources, with ids cleaned by &{}", () => {
    const set = new TemplateSet();
    const template = set.add(
      "loop.yaml",
      `
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: "a-b,c"}}
Resources:
  Fn::ForEach::Buckets:
    - Name
    - !Ref Names
    - Bucket&{Name}:
        Type: AWS::S3::Bucket
        Properties: {BucketName: !Sub "x-\${Name}", Tag: !Ref Name}
`,
    );

    assert.deepEqual([...template.resources.keys()], ["Bucketab", "Bucketc"]);
    assert.equal(template.resources.get("Bucketab")?.get("BucketName"), "x-a-b");
    assert.equal(template.resources.get("Bucketc")?.get("Tag"), "c");
  });

  it("ends circles of conditions and of imports", () => {
    const set = new TemplateSet();
    const template = set.add(
      "circle.yaml",
      `
Conditions: {A: !Condition B, B: !Condition A}
Resources: {X: {Type: "Custom::X", Properties: {V: !If [A, 1, 2], W: !ImportValue loop}}}
Outputs: {O: {Value: !ImportValue loop, Export: {Name: loop}}}
`,
    );

    assert.ok([1, 2].includes(template.resources.get("X")?.get("V") as number));
    assert.equal(plain(template.resources.get("X")?.get("W")), "?");
  });
});
