import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStacksCommand,
  type Change,
} from "@aws-sdk/client-cloudformation";
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import { cloudFormation, startPreviewReport } from "../../../../components/preview";
import {
  previewStack,
  refuseRemoval,
  type PreviewedStack,
} from "../../../../components/preview/resourcePreview";
import { LIVE_PARAMETERS } from "../../../../components/liveState";
import { loadTemplate } from "../../../../components/template";
import { templateFile } from "../../../../components/TemplateStack";
import { MockCloud } from "../mocks";
import { changed, deployed, withValues } from "./templates";
import type { StackContent } from "../../../../components/preview/estimate";

const ENVIRONMENT = {
  suffix: "local",
  type: "nonproduction",
  tags: { Environment: "local", Project: "payments", CostCenter: "engineering" },
} as const;

/** CloudFormation as far as a preview asks it. */
class Account {
  /** Names of its stacks → state. */
  readonly stacks = new Map<string, string>();
  changes: Change[] = [];
  readonly asked: string[] = [];
  /** Parameters of the last change set. */
  given: readonly object[] = [];
  template = "Resources: {}";

  readonly client = {
    send: async (command: { constructor: { name: string } }): Promise<never> => {
      this.asked.push(command.constructor.name);
      return this.answer(command) as never;
    },
  };

  private answer(command: object): object {
    if (command instanceof DescribeStacksCommand) {
      const name = command.input.StackName ?? "";
      const StackStatus = this.stacks.get(name);
      if (StackStatus === undefined) {
        throw Object.assign(new Error(`${name} does not exist`), { name: "ValidationError" });
      }
      return { Stacks: [{ StackName: name, StackStatus, Parameters: [{ ParameterKey: "DataKeyArn" }] }] };
    }
    if (command instanceof ListStacksCommand) {
      return { StackSummaries: [...this.stacks.keys()].map((StackName) => ({ StackName })) };
    }
    if (command instanceof GetTemplateCommand) return { TemplateBody: this.template };
    if (command instanceof DescribeChangeSetCommand) {
      return { Status: "CREATE_COMPLETE", Changes: this.changes };
    }
    if (command instanceof CreateChangeSetCommand) this.given = command.input.Parameters ?? [];
    else assert.ok(command instanceof DeleteChangeSetCommand, `a preview sends ${command.constructor.name}`);
    return {};
  }
}

describe("hook of a stack", function () {
  this.timeout(20_000);
  const { client } = cloudFormation;
  let account: Account;
  let folder: string;

  const begin = async (isPreview: boolean) => {
    await pulumi.runtime.setMocks(new MockCloud(), "payments", "test", isPreview);
    startPreviewReport();
  };

  beforeEach(async () => {
    account = new Account();
    cloudFormation.client = () => account.client;
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "hook-"));
    process.env["PREVIEW_REPORT"] = path.join(folder, "preview.md");
    await begin(true);
  });
  afterEach(async () => {
    cloudFormation.client = client;
    fs.rmSync(folder, { recursive: true });
    delete process.env["PREVIEW_REPORT"];
    delete process.env["PREVIEW_ALLOW_LIST"];
    startPreviewReport();
    await pulumi.runtime.setMocks(new MockCloud(), "payments", "test", false);
  });

  const stackOf = (template: string, body?: string): PreviewedStack => ({
    stackName: `stack-${template}-apse1-local`,
    region: { name: "ap-southeast-1" },
    environment: ENVIRONMENT,
    template: { ...loadTemplate(templateFile(template)), ...(body === undefined ? {} : { text: body }) },
    liveParameters: LIVE_PARAMETERS[template] ?? [],
  });
  const inputsOf = ({ body, parameters, tags }: StackContent, over: Record<string, unknown> = {}) => ({
    templateBody: body,
    parameters: { ...parameters, ...over },
    tags,
    capabilities: ["CAPABILITY_NAMED_IAM"],
  });
  const update = (template: string, before: StackContent, after: StackContent, over = {}) =>
    previewStack(stackOf(template, after.body), {
      oldInputs: inputsOf(before),
      newInputs: inputsOf(after, over),
    });
  const report = () => fs.readFileSync(path.join(folder, "preview.md"), "utf8");
  const renamed = (content: StackContent) =>
    changed(content, "table-sessions-${EnvironmentSuffix}", "table-session-${EnvironmentSuffix}");

  it("satisfies R4: a preview without an account shows an offline estimate and fails on a lost table", async () => {
    cloudFormation.client = () => ({ send: () => Promise.reject(new Error("Could not load credentials")) });
    const before = deployed("tables");
    await assert.rejects(
      update("tables", before, renamed(before)),
      /stack stack-tables-apse1-local: this would lose[^]*replace SessionsTable/,
    );
    assert.match(report(), /offline estimate/);
    assert.match(report(), /no change set: Could not load credentials/);
    assert.match(report(), /\*\*refused\*\* `SessionsTable`/);
  });

  it("satisfies R4: a preview with an account believes the change set, which is gone afterwards", async () => {
    account.stacks.set("stack-tables-apse1-local", "UPDATE_COMPLETE");
    account.changes = [
      {
        ResourceChange: {
          Action: "Modify",
          Replacement: "False",
          LogicalResourceId: "SessionsTable",
          ResourceType: "AWS::DynamoDB::GlobalTable",
          Details: [{ Target: { Attribute: "Properties", Name: "TableName" }, CausingEntity: "Name" }],
        },
      },
    ];
    const before = deployed("tables");
    await update("tables", before, renamed(before));
    assert.match(report(), /1 modified, change set/);
    assert.match(report(), /table-sessions-local → table-session-local, by Name/);
    assert.equal(account.asked.at(-1), "DeleteChangeSetCommand");
  });

  it("fails the update as it fails the preview, also when nobody looked at a preview", async () => {
    await begin(false);
    const before = deployed("database", { DataKeyArn: "arn:aws:kms:ap-southeast-1:1:key/old" });
    const after = withValues(before, { DataKeyArn: "arn:aws:kms:ap-southeast-1:1:key/new" });
    await assert.rejects(update("database", before, after), /replace \w+ \(AWS::RDS::DBCluster\)/);
  });

  it("lets through what the allow list has", async () => {
    const file = path.join(folder, "list.yaml");
    const expires = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const entry = { stack: "stack-tables-apse1-local", resource: "SessionsTable", change: "replace" };
    const why = { reason: "The sessions are copied by hand.", author: "jane.doe", expires };
    fs.writeFileSync(file, JSON.stringify({ changes: [{ ...entry, ...why }] }));
    process.env["PREVIEW_ALLOW_LIST"] = file;
    const before = deployed("tables");
    await update("tables", before, renamed(before));
    assert.match(report(), /\*\*allowed\*\* `SessionsTable`: allowed until/);
    fs.writeFileSync(file, JSON.stringify({ changes: [{ ...entry }] }));
    await assert.rejects(update("tables", before, renamed(before)), /allow list/);
  });

  it("keeps the value of what is not known yet and only warns of what it may replace", async () => {
    account.stacks.set("stack-database-apse1-local", "CREATE_COMPLETE");
    const before = deployed("database", { DataKeyArn: "arn:aws:kms:ap-southeast-1:1:key/old" });
    await update("database", before, before, { DataKeyArn: unknown });
    assert.ok(account.given.some((given) => "UsePreviousValue" in given));
    assert.match(report(), /perhaps replaced/);
    assert.match(report(), /\*\*warned\*\*/);
  });

  it("asks no change set about parameters that are new and not known yet", async () => {
    account.stacks.set("stack-messaging-apse1-local", "CREATE_COMPLETE");
    const before = deployed("messaging");
    await update("messaging", before, before, { MessagingKeyArn: unknown });
    assert.match(report(), /new parameters are not known yet: MessagingKeyArn/);
    assert.ok(!account.asked.includes("CreateChangeSetCommand"));
  });

  it("reads secret values too", async () => {
    const before = deployed("database", { DataKeyArn: "arn:aws:kms:ap-southeast-1:1:key/old" });
    const parameters = pulumi.secret(
      withValues(before, { DataKeyArn: "arn:aws:kms:ap-southeast-1:1:key/new" }).parameters,
    );
    const newInputs = { ...inputsOf(before), parameters };
    await assert.rejects(
      previewStack(stackOf("database"), { oldInputs: inputsOf(before), newInputs }),
      /AWS::RDS::DBCluster/,
    );
  });

  it("asks for the template of a stack that came from a bucket, and fails when nobody can tell", async () => {
    const before = deployed("tables");
    const { templateBody: _body, ...oldInputs } = {
      ...inputsOf(before),
      templateUrl: "https://bucket/old.yaml",
    };
    const newInputs = inputsOf(renamed(before));
    const preview = () => previewStack(stackOf("tables", renamed(before).body), { oldInputs, newInputs });
    account.template = before.body;
    await assert.rejects(preview(), /replace SessionsTable/);
    cloudFormation.client = () => ({ send: () => Promise.reject(new Error("Could not load credentials")) });
    await assert.rejects(preview(), /nobody can tell what it would lose: Could not load credentials/);
  });

  it("says that what a failover has set is already live", async () => {
    const before = deployed("messaging", { PaymentQueueOpen: "true" });
    await update("messaging", before, withValues(before, { PaymentQueueOpen: "false" }));
    assert.match(report(), /already live: a failover has set it/);
  });

  it("says it of what follows from that alone, and of nothing that has another cause", async () => {
    account.stacks.set("stack-functions-apse1-local", "UPDATE_COMPLETE");
    const modified = (
      LogicalResourceId: string,
      CausingEntity: string,
      Evaluation: "Static" | "Dynamic",
    ): Change => {
      const ChangeSource = Evaluation === "Dynamic" ? "ResourceAttribute" : "ParameterReference";
      const Target = { Attribute: "Properties", Name: "X" } as const;
      const Details = [{ Target, Evaluation, ChangeSource, CausingEntity } as const];
      const Replacement = Evaluation === "Dynamic" ? "Conditional" : "False";
      return {
        ResourceChange: { Action: "Modify", Replacement, LogicalResourceId, ResourceType: "T", Details },
      };
    };
    account.changes = [
      modified("OutboxRelayRule", "OutboxRelayEnabled", "Static"),
      modified("OutboxRelayPermission", "OutboxRelayRule.Arn", "Dynamic"),
      modified("Further", "OutboxRelayPermission.Id", "Dynamic"),
      modified("Other", "IntakeFunction.Arn", "Dynamic"),
    ];
    const before = deployed("functions", { OutboxRelayEnabled: "true" });
    await update("functions", before, withValues(before, { OutboxRelayEnabled: "false" }));
    const live = [...report().matchAll(/already live[^|]*\| `(\w+)`/g)].map(([, id]) => id);
    assert.deepEqual(live.sort(), ["Further", "OutboxRelayPermission", "OutboxRelayRule"]);
  });

  it("adds everything of a new stack, and refuses to put one in the place of another", async () => {
    const creation = () => previewStack(stackOf("tables"), { newInputs: inputsOf(deployed("tables")) });
    await creation();
    assert.match(report(), /3 added, template/);
    account.stacks.set("stack-tables-apse1-local", "ROLLBACK_COMPLETE");
    await creation();
    account.stacks.set("stack-tables-apse1-local", "UPDATE_COMPLETE");
    await assert.rejects(creation(), /replace SessionsTable/);
  });

  it("satisfies R43: a stack that leaves the program is refused when it holds data, else only told of", async () => {
    account.template = deployed("tables").body;
    account.stacks.set("stack-tables-apse1-local", "UPDATE_COMPLETE");
    account.stacks.set("stack-tables-apse1-other", "UPDATE_COMPLETE");
    await assert.rejects(refuseRemoval(ENVIRONMENT, new Set()), /remove SessionsTable/);
    await refuseRemoval(ENVIRONMENT, new Set(["stack-tables-apse1-local"]));
    account.stacks.delete("stack-tables-apse1-local");
    account.stacks.set("stack-failover-detection-apse1-local", "UPDATE_COMPLETE");
    account.template = deployed("failover-detection").body;
    await refuseRemoval(ENVIRONMENT, new Set());
    assert.match(report(), /stack-failover-detection-apse1-local[^]*removed/);
  });

  it("does not hold a deployment up where stacks cannot be listed", async () => {
    cloudFormation.client = () => ({ send: () => Promise.reject(new Error("AccessDenied")) });
    await refuseRemoval(ENVIRONMENT, new Set());
  });
});
