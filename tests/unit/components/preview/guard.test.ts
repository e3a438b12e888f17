import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  ALLOW_LIST_FILE,
  AllowListError,
  LONGEST_DAYS,
  readAllowList,
  type AllowedChange,
} from "../../../../components/preview/allowList";
import type { ResourceChange, StackPreview } from "../../../../components/preview/changes";
import { assertAllowed, judgeChanges } from "../../../../components/preview/guard";
import { previewMarkdown, PreviewReport, previewText } from "../../../../components/preview/report";

const NOW = new Date("2026-11-24T12:00:00Z");
const STACK = "stack-tables-apse1-prod";

const change = (over: Partial<ResourceChange> = {}): ResourceChange => ({
  logicalId: "SessionsTable",
  type: "AWS::DynamoDB::GlobalTable",
  action: "replace",
  reasons: ["TableName (needs a replacement): a → b"],
  ...over,
});

const preview = (...changes: ResourceChange[]): StackPreview => ({
  stackName: STACK,
  region: "ap-southeast-1",
  operation: "update",
  source: "change set",
  notes: [],
  changes,
});

const entry = (over: Partial<AllowedChange> = {}): AllowedChange => ({
  stack: STACK,
  resource: "SessionsTable",
  change: "replace",
  reason: "The sessions were copied and verified.",
  author: "jane.doe",
  expires: "2026-11-24",
  ...over,
});

function outcomes(one: ResourceChange, allowList: readonly AllowedChange[] = [], isPreview = true) {
  return judgeChanges(preview(one), { allowList, now: NOW, isPreview }).map(({ outcome }) => outcome);
}

describe("guard over stateful resources", () => {
  it("refuses what replaces or removes them, and what may", () => {
    for (const action of ["replace", "mayReplace", "remove"] as const) {
      assert.deepEqual(outcomes(change({ action })), ["refused"], action);
    }
  });

  it("refuses it for clusters, tables, buckets, keys and vaults alike", () => {
    for (const type of [
      "AWS::RDS::DBCluster",
      "AWS::RDS::GlobalCluster",
      "AWS::DynamoDB::Table",
      "AWS::S3::Bucket",
      "AWS::KMS::Key",
      "AWS::Backup::BackupVault",
    ]) {
      assert.deepEqual(outcomes(change({ type, action: "remove" })), ["refused"], type);
    }
  });

  it("lets them be added and modified, and anything else be replaced", () => {
    assert.deepEqual(outcomes(change({ action: "modify" })), []);
    assert.deepEqual(outcomes(change({ action: "add" })), []);
    assert.deepEqual(outcomes(change({ type: "AWS::Lambda::Function" })), []);
  });

  it("refuses it with a snapshot too, and warns of what leaves the stack but stays", () => {
    assert.deepEqual(outcomes(change({ action: "remove", kept: "snapshot" })), ["refused"]);
    assert.deepEqual(outcomes(change({ action: "remove", kept: "retained" })), ["warned"]);
    assert.deepEqual(outcomes(change({ action: "replace", kept: "retained" })), ["refused"]);
  });

  it("warns at preview of what only the deployment knows, and refuses it there", () => {
    const uncertain = change({ action: "mayReplace", unknown: true });
    assert.deepEqual(outcomes(uncertain, [], true), ["warned"]);
    assert.deepEqual(outcomes(uncertain, [], false), ["refused"]);
  });

  it("lets an entry through to the end of its last day, for its own change alone", () => {
    assert.deepEqual(outcomes(change(), [entry()]), ["allowed"]);
    assert.deepEqual(outcomes(change({ action: "mayReplace" }), [entry()]), ["allowed"]);
    for (const over of [
      { expires: "2026-11-23" },
      { change: "remove" },
      { resource: "ResultsTable" },
      { stack: "stack-tables-apse1-local" },
    ] as const) {
      assert.deepEqual(outcomes(change(), [entry(over)]), ["refused"], JSON.stringify(over));
    }
  });

  it("says what would be lost, that an entry has expired, and what to do", () => {
    const verdicts = judgeChanges(preview(change()), {
      allowList: [entry({ expires: "2026-11-01" })],
      now: NOW,
      isPreview: true,
    });
    assert.throws(
      () => assertAllowed(STACK, verdicts),
      /stack-tables-apse1-prod[^]*replace SessionsTable \(AWS::DynamoDB::GlobalTable\)[^]*expired on 2026-11-01[^]*allowed-changes\.yaml/,
    );
    assert.doesNotThrow(() => assertAllowed(STACK, []));
  });
});

describe("allow list", () => {
  const read = (text: string) => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "allow-")), "list.yaml");
    fs.writeFileSync(file, text);
    try {
      return readAllowList(file, NOW);
    } finally {
      fs.rmSync(path.dirname(file), { recursive: true });
    }
  };
  const LIST = [
    "changes:",
    `  - stack: ${STACK}`,
    "    resource: SessionsTable",
    "    change: replace",
    "    reason: The sessions were copied and verified.",
    "    author: jane.doe",
    "    expires: 2026-12-01",
  ].join("\n");

  it("of this repository is valid", () => {
    assert.ok(Array.isArray(readAllowList(ALLOW_LIST_FILE, new Date())));
  });

  it("holds an entry as it is written", () => {
    assert.deepEqual(read(LIST), [entry({ expires: "2026-12-01" })]);
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    ["a reason too short to be one", "The sessions were copied and verified.", "moved"],
    ["no author", "    author: jane.doe\n", ""],
    ["no date", "2026-12-01", "soon"],
    ["a date beyond any one change", "2026-12-01", "2027-12-01"],
    ["a change that it does not know", "change: replace", "change: rename"],
    ["a key that it does not know", "author:", "auther:"],
    ["a stack by halves", STACK, "tables"],
    ["YAML that is none", "changes:", "changes: ["],
  ];
  for (const [what, from, to] of wrong) {
    it(`refuses ${what}`, () => {
      assert.ok(LIST.includes(from));
      assert.throws(() => read(LIST.replace(from, to)), AllowListError);
    });
  }

  it("allows nothing for longer than a change takes", () => {
    assert.ok(LONGEST_DAYS <= 31);
  });
});

describe("report of a preview", () => {
  const judged = (...changes: ResourceChange[]) => {
    const one = preview(...changes);
    return { preview: one, verdicts: judgeChanges(one, { allowList: [], now: NOW, isPreview: true }) };
  };

  it("tells a person what happens, the worst first, and why", () => {
    const text = previewText(judged(change({ logicalId: "A", type: "X::Y::Z", action: "add" }), change()));
    assert.match(
      text,
      /^stack-tables-apse1-prod \(ap-southeast-1\), update: 1 replaced, 1 added \[change set\]\n/,
    );
    assert.ok(text.indexOf("SessionsTable") < text.indexOf("  +  A"));
    assert.match(text, /TableName \(needs a replacement\): a → b/);
    assert.match(text, /REFUSED SessionsTable/);
  });

  it("does not list what a new stack consists of", () => {
    const one = { ...preview(change({ action: "add" })), operation: "create" as const };
    assert.equal(previewText({ preview: one, verdicts: [] }).split("\n").length, 1);
  });

  it("is Markdown for a pull request, refusals first and opened", () => {
    const safe = judged(change({ action: "modify" }));
    const other = { ...safe, preview: { ...safe.preview, stackName: "stack-a" } };
    const text = previewMarkdown([other, judged(change())]);
    assert.match(
      text,
      /^## Changes of resources\n\n2 stacks change; \*\*1 stateful resource would be replaced/,
    );
    assert.ok(text.indexOf(STACK) < text.indexOf("stack-a"));
    assert.match(text, /<details open><summary><b>stack-tables-apse1-prod/);
    assert.match(text, /\| replaced \| `SessionsTable` \| AWS::DynamoDB::GlobalTable \| TableName/);
  });

  it("lets no value of a template become markup or mention anybody", () => {
    const text = previewMarkdown([judged(change({ reasons: ["A: <img src=x> | @team\n## b → [c](d)"] }))]);
    const row = text.split("\n").find((line) => line.startsWith("| replaced")) ?? "";
    assert.doesNotMatch(row, /[^\\]<img|@team|[^\\]\[c/);
    assert.equal(row.split(/(?<!\\)\|/).length, 6);
  });

  it("says so when everything is already live", () => {
    assert.match(previewMarkdown([judged(change({ action: "modify", live: true }))]), /already live/);
    assert.doesNotMatch(previewMarkdown([judged(change({ action: "modify" }))]), /already live/);
    assert.match(previewMarkdown([]), /No stack changes/);
  });

  it("is never longer than a comment may be", () => {
    const many = Array.from({ length: 400 }, (_, index) => {
      const one = judged(change({ action: "modify", reasons: ["x".repeat(300)] }));
      return { ...one, preview: { ...one.preview, stackName: `stack-${index}` } };
    });
    const text = previewMarkdown(many);
    assert.ok(text.length < 65_000);
    assert.match(text, /more stacks: see the log/);
  });

  it("grows with each stack in its file, and is there before the first", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "preview-"));
    const file = path.join(folder, "deep", "preview.md");
    const report = new PreviewReport(file);
    assert.match(fs.readFileSync(file, "utf8"), /No stack changes/);
    report.add(judged(change()));
    assert.match(fs.readFileSync(file, "utf8"), /SessionsTable/);
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ["preview.md"]);
    fs.rmSync(folder, { recursive: true });
  });
});
