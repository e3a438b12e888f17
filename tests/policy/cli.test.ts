import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../policy/cli/index";

const ROTATING = "Resources:\n  Key:\n    Type: AWS::KMS::Key\n    Properties: {EnableKeyRotation: true}\n";
const VIOLATING =
  "Resources:\n  Key:\n    Type: AWS::KMS::Key\n    Properties:\n      EnableKeyRotation: false\n";
const UNRESOLVED =
  "Parameters: {R: {Type: String}}\nResources: {Key: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: !Ref R}}}\n";
const ADVISORY = "Resources: {R: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: a}]}}}\n";

const suppressed = (fields: string): string =>
  `Resources:\n  Key:\n    Type: AWS::KMS::Key\n    Metadata:\n      PolicySuppressions:\n        - ${fields}\n`;

describe("policy command line", () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "policy-"));
  });
  after(() => rmSync(directory, { recursive: true }));

  function file(name: string, text: string): string {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  }

  function run(...argv: string[]): { code: number; out: string; err: string } {
    let out = "";
    let err = "";
    const code = main([...argv], { out: (text) => (out += text), err: (text) => (err += text) });
    return { code, out, err };
  }

  it("prints one object per finding and exits with 1 for a mandatory violation", () => {
    const path = file("violating.yaml", VIOLATING);

    const { code, out } = run("check", "--format", "jsonl", path);

    assert.equal(code, 1);
    assert.deepEqual(JSON.parse(out), {
      file: path,
      logicalId: "Key",
      rule: "kms-rotation",
      requirements: ["3.7.4"],
      result: "violation",
      severity: "medium",
      path: "Properties.EnableKeyRotation",
      line: 5,
      message: "The key does not rotate.",
    });
  });

  it("exits with 0 and prints nothing for a compliant file", () => {
    for (const format of ["text", "jsonl"]) {
      const { code, out } = run("check", "--format", format, file("rotating.yaml", ROTATING));
      assert.deepEqual([code, out], [0, ""]);
    }
  });

  it("exits with 0 when findings are advisory or unresolved", () => {
    const advisory = run("check", "--format=jsonl", file("advisory.yaml", ADVISORY));
    const unresolved = run("check", "--format=jsonl", file("unresolved.yaml", UNRESOLVED));

    assert.equal(advisory.code, 0);
    assert.match(advisory.out, /"result":"violation"/);
    assert.equal(unresolved.code, 0);
    assert.match(unresolved.out, /"result":"unresolved"/);
  });

  it("exits with 2 when a file cannot be read, and still judges the others", () => {
    const broken = file("broken.yaml", "Resources:\n  A: [\n");
    const good = file("violating.yaml", VIOLATING);

    const { code, out, err } = run(
      "check",
      "--format",
      "jsonl",
      broken,
      good,
      join(directory, "missing.yaml"),
    );

    assert.equal(code, 2);
    assert.equal(out.trim().split("\n").length, 1);
    assert.match(err, /broken\.yaml could not be read: line 3/);
    assert.match(err, /missing\.yaml could not be read/);
  });

  it("takes parameters from the command line and from files", () => {
    const template = file("unresolved.yaml", UNRESOLVED);
    const mapping = file("p.json", '{"Parameters": {"R": "false"}}');
    const list = file("q.json", '[{"ParameterKey": "R", "ParameterValue": "false"}]');

    const codes = [
      run("check", "--parameters", "R=true", template).code,
      run("check", "--parameters", "R=false", template).code,
      run("check", "--parameters", mapping, template).code,
      run("check", "--parameters", list, template).code,
      run("check", "--parameters", list, "--parameters", "R=true", template).code,
    ];

    assert.deepEqual(codes, [0, 1, 1, 1, 0]);
  });

  it("refuses what it does not understand with 2 and the usage", () => {
    for (const argv of [
      ["chekc"],
      ["check"],
      ["check", "--format", "xml", "a"],
      ["check", "--nope", "a"],
      ["rules", "--strict"],
    ]) {
      const { code, out, err } = run(...argv);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, /Usage:/);
    }
  });

  it("accepts a suppression with rule, reason, owner and expiry, and lists it for people", () => {
    const path = file(
      "suppressed.yaml",
      suppressed(
        "{Rule: kms-rotation, Reason: Material is imported yearly., Owner: security, Expires: 2027-01-31}",
      ),
    );

    const lines = run("check", "--format", "jsonl", "--today", "2026-11-24", path);
    const text = run("check", "--today", "2026-11-24", path);

    assert.deepEqual([lines.code, lines.out], [0, ""]);
    assert.match(text.out, /kms-rotation \(security; until 2027-01-31\): Material is imported yearly\./);
  });

  it("reports a suppression that is expired, unexplained or names no rule", () => {
    const cases = [
      "{Rule: kms-rotation, Reason: Material is imported yearly., Owner: security, Expires: 2026-11-23}",
      "{Rule: kms-rotation, Owner: security, Expires: 2027-01-31}",
      "{Rule: kms-rotation, Reason: Material is imported yearly., Expires: 2027-01-31}",
      "{Rule: kms-rotatoin, Reason: Material is imported yearly., Owner: security, Expires: 2027-01-31}",
    ];
    for (const fields of cases) {
      const { code, out } = run(
        "check",
        "--format",
        "jsonl",
        "--today",
        "2026-11-24",
        file("s.yaml", suppressed(fields)),
      );
      assert.equal(code, 1, fields);
      assert.match(out, /"rule":"suppression-explained"/);
      assert.match(out, /"rule":"kms-rotation"/);
    }
  });

  it("warns 30 days before a suppression ends", () => {
    const fields =
      "{Rule: kms-rotation, Reason: Material is imported yearly., Owner: security, Expires: 2026-12-20}";
    const path = file("ending.yaml", suppressed(fields));

    assert.equal(run("suppressions", "--today", "2026-11-01", path).code, 0);
    const soon = run("suppressions", "--today", "2026-11-24", path);
    assert.equal(soon.code, 1);
    assert.match(soon.out, /ends soon/);
    assert.equal(run("check", "--today", "2026-11-24", path).code, 0);
  });

  it("lists the rules as data", () => {
    const { code, out } = run("rules", "--format", "json");

    const rules = JSON.parse(out) as { id: string; requirements: string[] }[];
    assert.equal(code, 0);
    assert.deepEqual(rules.find((rule) => rule.id === "kms-rotation")?.requirements, ["3.7.4"]);
  });

  it("writes SARIF with rules, results and suppressions", () => {
    const path = file("violating.yaml", VIOLATING);

    const log = JSON.parse(run("check", "--format", "sarif", path).out) as {
      version: string;
      runs: {
        results: { ruleId: string; locations: { physicalLocation: { region: { startLine: number } } }[] }[];
      }[];
    };

    assert.equal(log.version, "2.1.0");
    const [result] = log.runs[0]?.results ?? [];
    assert.equal(result?.ruleId, "kms-rotation");
    assert.equal(result.locations[0]?.physicalLocation.region.startLine, 5);
  });

  it("writes an HTML page in which nothing of a template is markup", () => {
    const path = file("odd.yaml", `Resources: {"<script>alert(1)</script>": {Type: AWS::KMS::Key}}`);

    const { out } = run("check", "--format", "html", path);

    assert.match(out, /^<!doctype html>/);
    assert.ok(!out.includes("<script>"));
  });

  it("keeps the requirement matrix current", () => {
    const { code, err } = run("matrix", "--check");

    assert.deepEqual([code, err], [0, ""]);
  });

  it("shows an auditor every resource of both Regions", () => {
    const { out } = run("check", "--deployments", "policy/deployments.yaml", "--format", "html");

    for (const file of ["apse1:cfn/database.yaml", "apse2:cfn/database.yaml", "apse1:cfn/tables.yaml"]) {
      assert.ok(out.includes(`<summary>${file}`), file);
    }
  });
});
