import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "js-yaml";
import { PULUMI_VERSION } from "../../../local/toolchain/engine";

const ROOT = path.resolve(__dirname, "../../..");
const FOLDER = path.join(ROOT, ".github/workflows");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly "runs-on"?: string;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group?: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Read {
  readonly file: string;
  readonly text: string;
  readonly workflow: Workflow;
}

/** GitHub reads YAML 1.2: `on` is a word there. */
function parse(file: string, text: string): Read {
  return { file, text, workflow: yaml.load(text, { schema: yaml.CORE_SCHEMA }) as Workflow };
}

const WORKFLOWS = fs
  .readdirSync(FOLDER)
  .sort()
  .map((file) => parse(file, fs.readFileSync(path.join(FOLDER, file), "utf8")));

const jobsOf = ({ file, workflow }: Read) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ name: `${file} ${name}`, job }));
const stepsOf = (read: Read) =>
  jobsOf(read).flatMap(({ name, job }) => job.steps.map((step) => ({ name, job, step })));

/** What is wrong with a workflow; empty when nothing is. */
function faults(read: Read): string[] {
  const { file, text, workflow } = read;
  const scripts = (
    JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    }
  ).scripts;
  const found: string[] = [];
  const expect = (holds: boolean, fault: string) => holds || found.push(fault);

  expect(JSON.stringify(workflow.permissions) === "{}", `${file} gives permissions to all of its jobs`);
  expect(workflow.concurrency?.group !== undefined, `${file} may run beside itself`);
  expect(!("pull_request_target" in workflow.on), `${file} runs a fork's code with the repository's rights`);
  expect(!/secrets\.AWS_|AWS_SECRET_ACCESS_KEY|AWS_ACCESS_KEY_ID/.test(text), `${file} has a long-lived key`);
  for (const { name, job } of jobsOf(read)) {
    expect((job["timeout-minutes"] ?? 0) > 0, `${name} has no timeout`);
    expect(job.permissions !== undefined, `${name} does not say what it may do`);
    expect(/-\d/.test(job["runs-on"] ?? ""), `${name} runs on whatever is the latest`);
    const isIdentified = job.steps.some(({ uses }) =>
      uses?.startsWith("aws-actions/configure-aws-credentials@"),
    );
    const mayIdentify = job.permissions?.["id-token"] === "write";
    expect(isIdentified === mayIdentify, `${name} may ask for an identity that it does not need, or may not`);
    expect(!isIdentified || job.environment !== undefined, `${name} takes a role outside an environment`);
    const writes = Object.values(job.permissions ?? {}).includes("write");
    const runsOurs = job.steps.some(({ run }) => run !== undefined);
    const harmless = ["id-token", "security-events"];
    const dangerous = Object.entries(job.permissions ?? {}).filter(
      ([scope, level]) => level === "write" && !harmless.includes(scope),
    );
    expect(
      !writes || !runsOurs || dangerous.length === 0,
      `${name} runs the pull request's code and may write`,
    );
  }
  for (const { name, step } of stepsOf(read)) {
    if (step.uses !== undefined) {
      const line = text.split("\n").find((each) => each.includes(step.uses ?? "")) ?? "";
      const pinned = /@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line) || /@v\d+\.\d+\.\d+$/.test(line);
      expect(pinned, `${name} uses ${step.uses} that anybody may move`);
      const isCheckout = step.uses.startsWith("actions/checkout@");
      expect(!isCheckout || step.with?.["persist-credentials"] === false, `${name} leaves its token behind`);
    }
    const run = step.run ?? "";
    expect(!run.includes("${{"), `${name} puts a value of the event into a shell`);
    for (const [, script = ""] of run.matchAll(/npm run (?:-s )?([\w:-]+)/g)) {
      expect(script in scripts, `${name} runs ${script}, which package.json does not have`);
    }
  }
  return found;
}

describe("workflows", () => {
  for (const read of WORKFLOWS) {
    it(`are bounded, pinned and trusted with no more than they need: ${read.file}`, () => {
      assert.deepEqual(faults(read), []);
    });
  }

  it("satisfy R4: a pull request gets a preview of resources, the policy pack's judgement and the tests", () => {
    const onPullRequest = WORKFLOWS.filter(({ workflow }) => "pull_request" in workflow.on);
    const commands = onPullRequest
      .flatMap((read) => stepsOf(read).map(({ step }) => step.run ?? ""))
      .join("\n");
    assert.match(commands, /pulumi preview --stack prod --policy-pack policy/);
    assert.match(commands, /npm run -s preview -- --base/);
    assert.match(commands, /npm run -s policy -- check .*--format sarif/);
    assert.match(commands, /^npm test$/m);
    const actions = onPullRequest
      .flatMap((read) => stepsOf(read).map(({ step }) => step.uses ?? ""))
      .join("\n");
    assert.match(actions, /upload-sarif@/);
    assert.match(onPullRequest.map(({ text }) => text).join("\n"), /issues\.createComment/);
  });

  it("look for drift and rehearse failovers on a schedule", () => {
    const scheduled = WORKFLOWS.filter(({ workflow }) => "schedule" in workflow.on);
    const commands = scheduled.flatMap((read) => stepsOf(read).map(({ step }) => step.run ?? "")).join("\n");
    assert.match(commands, /npm run -s drift -- --cloud aws --record/);
    assert.match(commands, /npm run drill -- --all/);
  });

  it("use one version of each action, and the engine's own version of Pulumi", () => {
    const versions = new Map<string, Set<string>>();
    for (const { step } of WORKFLOWS.flatMap(stepsOf)) {
      const [action, version] = (step.uses ?? "").split("@");
      if (action === undefined || version === undefined) continue;
      versions.set(action, (versions.get(action) ?? new Set()).add(version));
      if (action === "pulumi/actions") assert.equal(step.with?.["pulumi-version"], PULUMI_VERSION);
    }
    for (const [action, used] of versions) assert.equal(used.size, 1, action);
  });

  const preview = WORKFLOWS.find(({ file }) => file === "preview.yml")!;
  const wrong: readonly (readonly [string, string | RegExp, string, RegExp])[] = [
    ["a tag that moves", /checkout@[0-9a-f]{40} # v4\.2\.2/, "checkout@v4", /anybody may move/],
    ["a digest without its version", / # v4\.2\.2/, "", /anybody may move/],
    ["a missing timeout", "    timeout-minutes: 15\n", "", /no timeout/],
    ["permissions for all jobs", "permissions: {}", "permissions: write-all", /to all of its jobs/],
    [
      "a job without permissions",
      / {4}permissions:\n {6}contents: read\n {4}steps/,
      "    steps",
      /does not say/,
    ],
    ["a script that is not there", "npm run -s preview", "npm run -s previews", /package.json does not have/],
    ["a value of the event in a shell", '"$BASE"', '"${{ github.head_ref }}"', /into a shell/],
    ["a token that stays", "persist-credentials: false", "persist-credentials: true", /token behind/],
    ["a stored key", "vars.AWS_PREVIEW_ROLE_ARN }}", "secrets.AWS_KEY }}", /long-lived key/],
    ["an identity without a need", "      pull-requests: write", "      id-token: write", /an identity/],
    ["a role outside an environment", "    environment: preview\n", "", /outside an environment/],
    ["code with a token that writes", "      contents: read\n", "      contents: write\n", /and may write/],
    ["a fork's code with rights", "  pull_request:", "  pull_request_target:", /a fork's code/],
    ["two runs at once", /concurrency:\n.*\n.*\n/, "", /beside itself/],
  ];
  for (const [what, from, to, fault] of wrong) {
    it(`are checked for ${what}`, () => {
      const text = preview.text.replace(from, to);
      assert.notEqual(text, preview.text);
      assert.match(faults(parse(preview.file, text)).join("\n"), fault);
    });
  }
});
