import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as ts from "typescript";
import { createOnlyProperties, isCreateOnlyStale } from "../../../components/codegen/createOnly";
import { generate, GENERATED_FILE, isStale } from "../../../components/codegen/generate";
import { parameterType, renderModule } from "../../../components/codegen/render";
import { parseTemplate, type ParameterDeclaration } from "../../../components/template";

const ROOT = path.resolve(__dirname, "../../..");
const WIRING = path.join(__dirname, "fixtures/wiring.ts");

/** What tsc says about one file under the repository's own settings when its text is another. */
function diagnosticsOf(file: string, replacement: string): string[] {
  const { config } = ts.readConfigFile(path.join(ROOT, "tsconfig.json"), (name) => ts.sys.readFile(name)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  host.getSourceFile = (name, target) => {
    const text = path.resolve(name) === file ? replacement : readFile(name);
    return text === undefined ? undefined : ts.createSourceFile(name, text, target, true);
  };
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("generated types", () => {
  it("are what the templates give now", async () => {
    assert.equal(await isStale(), false, 'stale: run "npm run codegen" and commit the result');
  });

  it("are stale as soon as a template's interface changes", async () => {
    // Prepare
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "codegen-"));
    fs.cpSync(path.join(ROOT, "cfn"), folder, { recursive: true });
    const file = path.join(folder, "network.yaml");

    // Act
    fs.writeFileSync(
      file,
      fs.readFileSync(file, "utf8").replace("Outputs:\n", "Outputs:\n  New:\n    Value: x\n"),
    );
    const stale = await isStale(GENERATED_FILE, folder);

    // Assess
    fs.rmSync(folder, { recursive: true });
    assert.equal(stale, true);
  });

  it("are missing types when the file is missing", async () => {
    assert.equal(await isStale(path.join(ROOT, "components/generated/none.ts")), true);
  });

  it("do not depend on the order in which a folder is read", async () => {
    const template = (name: string) => parseTemplate(`cfn/${name}.yaml`, "Resources: {}");
    assert.equal(renderModule([template("a"), template("b")]), renderModule([template("b"), template("a")]));
    assert.equal(await generate(), await generate());
  });
});

describe("generated table of what cannot change in place", function () {
  this.timeout(20_000);

  it("is what the templates' types give now, and stale where it is missing", async () => {
    assert.equal(await isCreateOnlyStale(), false, 'stale: run "npm run codegen" and commit the result');
    assert.equal(await isCreateOnlyStale(path.join(ROOT, "local/emulator/none.json")), true);
  });

  it("knows names and keys of what holds data, and no custom resource", async () => {
    const types = await createOnlyProperties();
    assert.ok(types["AWS::DynamoDB::GlobalTable"]?.always.includes("TableName"));
    assert.ok(types["AWS::RDS::DBCluster"]?.always.includes("KmsKeyId"));
    assert.ok(types["AWS::S3::Bucket"]?.always.includes("BucketName"));
    assert.ok(Object.keys(types).every((type) => type.startsWith("AWS::")));
  });
});

describe("generated parameter types", () => {
  const declare = (type: string, rules: Partial<ParameterDeclaration> = {}): ParameterDeclaration => ({
    name: "A",
    type,
    noEcho: false,
    ...rules,
  });
  const cases: readonly (readonly [string, ParameterDeclaration, string])[] = [
    ["text", declare("String"), "Input<string>"],
    ["numbers, also as text", declare("Number"), "Input<number | string>"],
    ["enumerated text", declare("String", { allowedValues: ["none", "per-az"] }), 'Input<"none" | "per-az">'],
    ["enumerated numbers", declare("Number", { allowedValues: ["7", "31"] }), 'Input<7 | 31 | "7" | "31">'],
    [
      "true and false as booleans too",
      declare("String", { allowedValues: ["true", "false"] }),
      'Input<boolean | "true" | "false">',
    ],
    ["comma lists", declare("CommaDelimitedList"), "Input<string> | Input<Input<string>[]>"],
    ["lists of numbers", declare("List<Number>"), "Input<string> | Input<Input<number | string>[]>"],
    ["ids", declare("AWS::EC2::VPC::Id"), "Input<string>"],
  ];
  for (const [what, declaration, expected] of cases) {
    it(`cover ${what}`, () => {
      assert.equal(parameterType(declaration), expected);
    });
  }

  it("make a parameter with a default optional and keep descriptions as comments", () => {
    const text = renderModule([
      parseTemplate(
        "cfn/a-b.yaml",
        "Parameters:\n  X: {Type: String, Description: 'Ends */ here.', Default: ''}\n  Y: {Type: String}\nOutputs:\n  Z: {Value: z, Condition: C}\n",
      ),
    ]);
    assert.match(text, /export interface ABParameters \{/);
    assert.match(
      text,
      /Ends \*\\\/ here\.\n {3}\* Default: \(empty\)\.\n {3}\*\/\n {2}readonly X\?: Input<string>;/,
    );
    assert.match(text, /readonly Y: Input<string>;/);
    assert.match(text, /Absent under some conditions\. \*\/\n {2}readonly Z: string;/);
  });
});

describe("wiring checked by the compiler", function () {
  // It type-checks a program that includes the AWS package's declarations.
  this.timeout(120_000);

  it("compiles the right ways, refuses each wrong one, and notices when a wrong one becomes right", () => {
    // One change that must give one complaint: everything else in the file is as the compiler wants it.
    const text = fs.readFileSync(WIRING, "utf8");
    const changed = text.replace('NatGateways: "two"', 'NatGateways: "one"');
    assert.notEqual(changed, text);
    assert.deepEqual(diagnosticsOf(WIRING, changed), ["Unused '@ts-expect-error' directive."]);
  });
});
