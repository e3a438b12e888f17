import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  type Change,
  type CreateChangeSetInput,
  type DescribeChangeSetOutput,
} from "@aws-sdk/client-cloudformation";
import { changeSetChanges, type ChangeSetRequest } from "../../../../components/preview/changeSet";
import type { StackClient } from "../../../../components/preview/stackPreview";

const REQUEST: ChangeSetRequest = {
  stackName: "stack-tables-apse1-local",
  template: { body: "Resources: {}" },
  parameters: { EnvironmentSuffix: "local" },
  previousParameters: ["PrimaryDataKeyArn"],
  capabilities: ["CAPABILITY_NAMED_IAM"],
  tags: { CostCenter: "cc-1" },
};
const QUICK = { timeoutMs: 50, pollMs: 1 };

/** CloudFormation with one change set, which answers in this order. */
class ChangeSets {
  readonly created: CreateChangeSetInput[] = [];
  readonly deleted: string[] = [];
  deletionFailures = 0;

  constructor(private readonly answers: DescribeChangeSetOutput[]) {}

  readonly client: StackClient = {
    send: async (command: unknown): Promise<never> => {
      if (command instanceof CreateChangeSetCommand) this.created.push(command.input);
      else if (command instanceof DeleteChangeSetCommand) {
        if (this.deletionFailures-- > 0) throw new Error("throttled");
        this.deleted.push(command.input.ChangeSetName ?? "");
      } else if (command instanceof DescribeChangeSetCommand) {
        assert.equal(command.input.IncludePropertyValues, true);
        const next = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
        return next as never;
      } else assert.fail(`a preview sends nothing else: ${String(command)}`);
      return {} as never;
    },
  };

  get isDeleted(): boolean {
    return this.created.length === 1 && this.deleted[0] === this.created[0]?.ChangeSetName;
  }
}

const modify = (over: Partial<Change["ResourceChange"]>): Change => ({
  Type: "Resource",
  ResourceChange: {
    Action: "Modify",
    LogicalResourceId: "SessionsTable",
    PhysicalResourceId: "table-sessions-local",
    ResourceType: "AWS::DynamoDB::GlobalTable",
    ...over,
  },
});

const complete = (...Changes: Change[]): DescribeChangeSetOutput => ({ Status: "CREATE_COMPLETE", Changes });

describe("change set of a preview", () => {
  it("asks for an update, keeps what is not known yet, and is deleted again", async () => {
    const sets = new ChangeSets([{ Status: "CREATE_IN_PROGRESS" }, complete()]);
    assert.deepEqual(await changeSetChanges(sets.client, REQUEST, QUICK), []);
    const [input] = sets.created;
    assert.equal(input?.ChangeSetType, "UPDATE");
    assert.deepEqual(input?.Parameters, [
      { ParameterKey: "EnvironmentSuffix", ParameterValue: "local" },
      { ParameterKey: "PrimaryDataKeyArn", UsePreviousValue: true },
    ]);
    assert.ok(sets.isDeleted);
  });

  it("reads a replacement with its property, its values and its cause", async () => {
    const Target = {
      Attribute: "Properties",
      Name: "TableName",
      RequiresRecreation: "Always",
      BeforeValue: "table-sessions-local",
      AfterValue: "table-session-local",
    } as const;
    const sets = new ChangeSets([
      complete(
        modify({
          Replacement: "True",
          PolicyAction: "ReplaceAndDelete",
          Details: [{ Target, ChangeSource: "ParameterReference", CausingEntity: "EnvironmentSuffix" }],
        }),
      ),
    ]);
    assert.deepEqual(await changeSetChanges(sets.client, REQUEST, QUICK), [
      {
        logicalId: "SessionsTable",
        type: "AWS::DynamoDB::GlobalTable",
        action: "replace",
        physicalId: "table-sessions-local",
        reasons: [
          "TableName (needs a replacement): table-sessions-local → table-session-local, by EnvironmentSuffix",
        ],
        kept: undefined,
        follows: undefined,
      },
    ]);
  });

  it("knows every action", async () => {
    const sets = new ChangeSets([
      complete(
        modify({ Action: "Add" }),
        modify({ Action: "Remove", PolicyAction: "Retain" }),
        modify({ Replacement: "False" }),
        modify({ Replacement: "Conditional" }),
        modify({ Replacement: "True", PolicyAction: "ReplaceAndSnapshot" }),
        modify({ Action: "Dynamic" }),
      ),
    ]);
    const changes = await changeSetChanges(sets.client, REQUEST, QUICK);
    assert.deepEqual(
      changes.map(({ action, kept }) => [action, kept]),
      [
        ["add", undefined],
        ["remove", "retained"],
        ["modify", undefined],
        ["mayReplace", undefined],
        ["replace", "snapshot"],
        ["mayReplace", undefined],
      ],
    );
  });

  it("tells what may only follow from another resource's attribute", async () => {
    const Target = { Attribute: "Properties", Name: "SourceArn", RequiresRecreation: "Always" } as const;
    const follows = { Target, Evaluation: "Dynamic", ChangeSource: "ResourceAttribute" } as const;
    const own = { Target, Evaluation: "Static", ChangeSource: "DirectModification" } as const;
    const sets = new ChangeSets([
      complete(
        modify({ Replacement: "Conditional", Details: [{ ...follows, CausingEntity: "Rule.Arn" }] }),
        modify({ Replacement: "True", Details: [{ ...follows, CausingEntity: "Rule.Arn" }, own] }),
      ),
    ]);
    const changes = await changeSetChanges(sets.client, REQUEST, QUICK);
    assert.deepEqual(
      changes.map((change) => change.follows),
      [["Rule"], undefined],
    );
  });

  it("reads every page", async () => {
    const page = complete(modify({ LogicalResourceId: "A" }));
    const sets = new ChangeSets([{ ...page, NextToken: "2" }, complete(modify({ LogicalResourceId: "B" }))]);
    const changes = await changeSetChanges(sets.client, REQUEST, QUICK);
    assert.deepEqual(
      changes.map(({ logicalId }) => logicalId),
      ["A", "B"],
    );
  });

  it("takes an empty one for no changes, and any other failure for a refusal", async () => {
    const failed = (StatusReason: string): DescribeChangeSetOutput => ({ Status: "FAILED", StatusReason });
    const empty = new ChangeSets([
      failed("The submitted information didn't contain changes. Submit different information."),
    ]);
    assert.deepEqual(await changeSetChanges(empty.client, REQUEST, QUICK), []);
    const refused = new ChangeSets([failed("Parameter X is unknown")]);
    await assert.rejects(
      changeSetChanges(refused.client, REQUEST, QUICK),
      /refuses the change set: Parameter X/,
    );
    assert.ok(empty.isDeleted && refused.isDeleted);
  });

  it("is deleted also when it is never made, and by another try when the first fails", async () => {
    const sets = new ChangeSets([{ Status: "CREATE_PENDING" }]);
    sets.deletionFailures = 2;
    await assert.rejects(changeSetChanges(sets.client, REQUEST, QUICK), /was not made in/);
    assert.ok(sets.isDeleted);
  });

  it("says which one is left when it cannot be deleted", async () => {
    const sets = new ChangeSets([complete()]);
    sets.deletionFailures = 3;
    await assert.rejects(
      changeSetChanges(sets.client, REQUEST, QUICK),
      /change set preview-\S+ of stack-tables-apse1-local cannot be deleted/,
    );
  });

  it("is never executed: the preview knows no such call", () => {
    for (const file of ["changeSet", "stackPreview", "resourcePreview"]) {
      const text = readFileSync(require.resolve(`../../../../components/preview/${file}`), "utf8");
      assert.doesNotMatch(text, /ExecuteChangeSet|UpdateStackCommand|DeleteStackCommand/);
    }
  });
});
