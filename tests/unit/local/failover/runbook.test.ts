import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseFailoverArguments } from "../../../../local/failover";

const REPOSITORY = join(__dirname, "..", "..", "..", "..");
const text = (...parts: string[]) => readFileSync(join(REPOSITORY, ...parts), "utf8");
const RUNBOOK = text("docs", "runbook.md");

/** A heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

const anchors = new Set([...RUNBOOK.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!)));

function sources(folder: string): string[] {
  return readdirSync(join(REPOSITORY, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(REPOSITORY, path)).isDirectory()) return sources(path);
    return /\.(ts|yaml)$/.test(name) ? [path] : [];
  });
}

/** Splits a shell line into its words; quotes hold words together. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

/** Every `npm run …` of the runbook, in code blocks and in sentences. */
const commands = [...RUNBOOK.matchAll(/npm run (?:-s )?[^`|#\n>]+/g)].map(([match]) => match.trim());

describe("the runbook", () => {
  it("has a section for every step that the state machine can name", () => {
    const template = text("cfn", "failover.yaml");
    const steps = new Set([...template.matchAll(/failure: \{ step: ([a-z]+)/g)].map(([, step]) => step!));
    assert.ok(steps.size >= 12, [...steps].join());
    for (const step of steps) assert.ok(anchors.has(`step-${step}`), `no section for step ${step}`);
    // What the notification says is made of the step in one place; another form would need other sections.
    const forms = new Set([...template.matchAll(/runbookSection: (.+)$/gm)].map(([, form]) => form));
    assert.deepEqual([...forms], [`'{% "step-" & $failure.step %}'`]);
  });

  it("has every section that code, templates and the runbook itself refer to", () => {
    const references = [
      ...["local", "functions", "cfn", "components"].flatMap(sources).map((path) => text(path)),
    ].flatMap((source) => [...source.matchAll(/runbook\.md#([a-z0-9-]+)/g)].map(([, anchor]) => anchor!));
    const links = [...RUNBOOK.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!);
    assert.ok(references.length >= 5);
    for (const anchor of [...references, ...links]) assert.ok(anchors.has(anchor), `no section #${anchor}`);
  });

  it("gives only commands that exist, with flags that they know", () => {
    const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
    assert.ok(commands.length >= 30);
    for (const command of commands) {
      const [, , ...rest] = words(command);
      const [script, ...args] = rest[0] === "-s" ? rest.slice(1) : rest;
      assert.ok(script !== undefined && script in scripts, command);
      // `npm run failover -- start` in a sentence that says "with the same mode".
      if (script !== "failover" || command === "npm run failover -- start") continue;
      assert.equal(args[0], "--", command);
      assert.doesNotThrow(() => parseFailoverArguments(args.slice(1)), command);
    }
  });

  it("shows every action of the command at least once", () => {
    for (const action of [
      ...["status", "plan", "start", "approve", "reject", "pause", "resume", "cancel"],
      ...["failback", "resume-writes", "detach", "report"],
    ]) {
      assert.ok(
        commands.some((command) => command.startsWith(`npm run failover -- ${action}`)),
        action,
      );
    }
  });
});
