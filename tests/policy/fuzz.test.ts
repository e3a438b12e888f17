import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { judge } from "../../policy/engine/judge";
import { TemplateReadError } from "../../policy/engine/reader";
import { defaultSettings } from "../../policy/engine/settings";
import { TemplateSet } from "../../policy/engine/set";
import { RULES } from "../../policy/rules/index";
import { TODAY } from "./examples";

const FUNCTIONS = [
  "Ref",
  "Fn::Sub",
  "Fn::GetAtt",
  "Fn::If",
  "Fn::Join",
  "Fn::Select",
  "Fn::Split",
  "Fn::FindInMap",
  "Fn::Cidr",
  "Fn::ForEach::X",
  "Fn::ImportValue",
  "Fn::Base64",
  "Fn::Transform",
  "Fn::Equals",
  "Fn::And",
  "Condition",
  "Fn::ToJsonString",
  "Fn::Length",
  "Fn::GetAZs",
];
const WORDS = [
  "A",
  "B",
  "AWS::NoValue",
  "AWS::Region",
  "*",
  "Allow",
  "Deny",
  "true",
  "false",
  "0.0.0.0/0",
  "${A}",
  "${A.Arn}",
  "arn:aws:s3:::x/*",
  "{{resolve:ssm:x}}",
  "Enabled",
  "",
  "-1",
  "__proto__",
  "constructor",
];
const TYPES = [...new Set(RULES.flatMap((rule) => rule.types))];
/** Keys that rules look for: the words of their examples. */
const EXAMPLES = RULES.flatMap(({ examples }) => [...examples.violation, ...examples.compliant]);
const KEYS = [...new Set(EXAMPLES.flatMap((text): string[] => text.match(/[A-Za-z:]+(?=:)/g) ?? []))];

const value = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(...WORDS),
    fc.oneof(fc.boolean(), fc.integer(), fc.constant(null)),
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie("node"), { maxKeys: 4 }),
    fc.tuple(fc.constantFrom(...FUNCTIONS), tie("node")).map(([name, argument]) => ({ [name]: argument })),
  ),
})).node;

const resource = fc.record(
  { Type: fc.constantFrom(...TYPES), Properties: value, Condition: fc.constantFrom("A", "B") },
  { requiredKeys: ["Type"] },
);

/** Judges a text; what cannot be read must say so with a line, and nothing else may be thrown. */
function judgeQuietly(text: string): void {
  const set = new TemplateSet();
  try {
    set.add("fuzz.yaml", text);
  } catch (error) {
    assert.ok(error instanceof TemplateReadError, String(error));
    assert.ok(error.line >= 1);
    return;
  }
  const { findings } = judge(RULES, { set, settings: defaultSettings(TODAY), rethrow: true });
  for (const finding of findings) assert.ok(Number.isInteger(finding.line) && finding.line >= 1);
}

function timed(action: () => void): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

describe("fuzzing", function () {
  this.timeout(120_000);

  it("survives arbitrary properties of every judged type", () => {
    const template = fc.record({
      Resources: fc.dictionary(
        fc.constantFrom("A", "B", "C", "Fn::ForEach::L"),
        fc.oneof({ weight: 8, arbitrary: resource }, { weight: 1, arbitrary: value }),
      ),
      Parameters: fc.dictionary(fc.constantFrom("P", "A"), value),
      Conditions: fc.dictionary(fc.constantFrom("A", "B"), value),
      Outputs: value,
      Mappings: value,
    });
    fc.assert(
      fc.property(template, (content) => judgeQuietly(JSON.stringify(content))),
      { numRuns: 1500 },
    );
  });

  it("survives arbitrary text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), judgeQuietly), { numRuns: 500 });
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            "Resources:",
            "\n",
            "  ",
            "- ",
            "A",
            ": ",
            "[",
            "]",
            "{",
            "}",
            "!Ref ",
            "!Sub ",
            "&a ",
            "*a",
            "|",
            ">",
            "'",
            '"',
            "#",
            "<<: ",
            "? ",
            "---",
            "%",
            "\t",
            ",",
          ),
          { maxLength: 60 },
        ),
        (parts) => judgeQuietly(parts.join("")),
      ),
      { numRuns: 3000 },
    );
  });

  it("survives damaged templates of this system", () => {
    const directory = join(__dirname, "..", "..", "cfn");
    const texts = readdirSync(directory)
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => readFileSync(join(directory, name), "utf8"));
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(
          fc.tuple(
            fc.double({ min: 0, max: 1, noNaN: true }),
            fc.nat(40),
            fc.constantFrom("", " ", "\n", ":", "- ", "{", "]", "!If [", "*", "0"),
          ),
          { minLength: 1, maxLength: 6 },
        ),
        (text, cuts) => {
          let damaged = text;
          for (const [position, length, insert] of cuts) {
            const start = Math.floor(position * damaged.length);
            damaged = damaged.slice(0, start) + insert + damaged.slice(start + length);
          }
          judgeQuietly(damaged);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("stays small and quick for an alias bomb", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 40; level += 1)
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    const bomb = `${lines.join("\n")}\nResources: {B: {Type: "AWS::S3::Bucket", Properties: *a39}}\n`;
    const before = process.memoryUsage().heapUsed;

    const milliseconds = timed(() =>
      assert.throws(() => new TemplateSet().add("bomb.yaml", bomb), /aliases expand/),
    );

    assert.ok(milliseconds < 1000);
    assert.ok(process.memoryUsage().heapUsed - before < 50 * 1024 * 1024);
  });

  it("stays quick for texts that double, loops that multiply and conditions that branch", () => {
    let doubling = '"x"';
    for (let level = 0; level < 60; level += 1) doubling = `!Sub ["\${V}\${V}", {V: ${doubling}}]`;
    const loop = (depth: number): string =>
      depth === 0
        ? "{Type: 'AWS::SQS::Queue'}"
        : `{'Fn::ForEach::L${depth}': [V${depth}, [${Array.from({ length: 50 }, (_v, index) => index).join(",")}], {'Q\${V${depth}}': ${loop(depth - 1)}}]}`;
    const conditions = Array.from({ length: 40 }, (_v, index) => `C${index}: !Equals [!Ref P${index}, x]`);
    const branches = Array.from(
      { length: 40 },
      (_v, index) =>
        `!If [C${index}, {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}, !Ref "AWS::NoValue"]`,
    );
    const cases = [
      `Resources: {B: {Type: "AWS::S3::Bucket", Properties: {BucketName: ${doubling}}}}`,
      `Resources: ${loop(4)}`,
      `Parameters: {${conditions.map((_c, index) => `P${index}: {Type: String}`).join(", ")}}\nConditions: {${conditions.join(", ")}}\nResources: {G: {Type: "AWS::EC2::SecurityGroup", Properties: {SecurityGroupIngress: [${branches.join(", ")}]}}}`,
      `Resources: {K: {Type: "AWS::IAM::Policy", Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "${"*a".repeat(5000)}b", Resource: "*"}]}}}}`,
    ];

    for (const text of cases) assert.ok(timed(() => judgeQuietly(text)) < 3000, text.slice(0, 60));
  });
});
