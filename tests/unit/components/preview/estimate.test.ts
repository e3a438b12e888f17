import assert from "node:assert/strict";
import type { ResourceChange } from "../../../../components/preview/changes";
import { estimateChanges, stableOutputs, type StackContent } from "../../../../components/preview/estimate";
import { LIVE_PARAMETERS } from "../../../../components/liveState";
import { loadTemplate } from "../../../../components/template";
import { templateFile } from "../../../../components/TemplateStack";
import { changed, deployed, withValues } from "./templates";

const KEY = "arn:aws:kms:ap-southeast-1:123456789012:key";

async function estimate(
  stackName: string,
  before: StackContent,
  after: StackContent,
  liveParameters: readonly string[] = [],
): Promise<Map<string, ResourceChange>> {
  const changes = await estimateChanges({ stackName, before, after, liveParameters });
  return new Map(changes.map((change) => [change.logicalId, change]));
}

const actions = (changes: Map<string, ResourceChange>) =>
  Object.fromEntries([...changes].map(([id, { action }]) => [id, action]));

describe("offline estimate of a deployment", function () {
  // The database of resource types is loaded once.
  this.timeout(20_000);

  it("finds nothing where nothing changes, in any of our templates", async () => {
    for (const template of ["database", "encryption", "functions", "messaging", "storage", "tables"]) {
      const content = deployed(template);
      assert.deepEqual(actions(await estimate(`stack-${template}`, content, content)), {}, template);
    }
  });

  it("finds that a table with another name is another table", async () => {
    const before = deployed("tables");
    const after = changed(
      before,
      "table-sessions-${EnvironmentSuffix}",
      "table-session-${EnvironmentSuffix}",
    );
    const changes = await estimate("stack-tables-apse1-local", before, after);
    assert.equal(changes.get("SessionsTable")?.action, "replace");
    assert.match(
      changes.get("SessionsTable")?.reasons.join() ?? "",
      /TableName \(needs a replacement\): table-sessions-local → table-session-local/,
    );
    assert.deepEqual([...changes.values()].filter(({ action }) => action === "replace").length, 1);
  });

  it("finds that another key makes another cluster, and other instances with it", async () => {
    const before = deployed("database", { DataKeyArn: `${KEY}/old` });
    const changes = await estimate(
      "stack-database-apse1-local",
      before,
      withValues(before, { DataKeyArn: `${KEY}/new` }),
    );
    const cluster = [...changes.values()].find(({ type }) => type === "AWS::RDS::DBCluster");
    assert.equal(cluster?.action, "replace");
    assert.match(cluster?.reasons.join() ?? "", /KmsKeyId \(needs a replacement\): .*old → .*new/);
    const instances = [...changes.values()].filter(({ type }) => type === "AWS::RDS::DBInstance");
    assert.ok(instances.length > 0 && instances.every(({ action }) => action !== "modify"));
  });

  it("finds a tag in the template, and a tag of the stack on everything that takes tags", async () => {
    const before = deployed("tables");
    const inTemplate = await estimate("stack-tables", before, withValues(before, { CostCenterTag: "cc-2" }));
    assert.deepEqual(new Set(Object.values(actions(inTemplate))), new Set(["modify"]));
    assert.equal(inTemplate.size, 3);
    const storage = deployed("storage");
    const ofStack = await estimate("stack-storage", storage, {
      ...storage,
      tags: { ...storage.tags, CostCenter: "cc-2" },
    });
    assert.equal(ofStack.get("TransactionBucket")?.action, "modify");
    assert.deepEqual(ofStack.get("TransactionBucket")?.reasons, ["Tags of the stack: CostCenter"]);
    assert.ok([...ofStack.values()].every(({ type }) => type !== "AWS::S3::BucketPolicy"));
  });

  it("finds that a bucket is removed, and one that is added", async () => {
    const { document, text } = loadTemplate(templateFile("storage"));
    const resources = { ...(document["Resources"] as Record<string, unknown>) };
    delete resources["BackupBucket"];
    const before = { ...deployed("storage"), body: text };
    const after = { ...before, body: JSON.stringify({ ...document, Resources: resources }) };
    const removed = await estimate("stack-storage", before, after);
    assert.equal(removed.get("BackupBucket")?.action, "remove");
    const added = await estimate("stack-storage", after, before);
    assert.equal(added.get("BackupBucket")?.action, "add");
  });

  it("follows conditions: what a value switches off is removed", async () => {
    const before = deployed("network", { NatGateways: "one" });
    const after = withValues(before, { NatGateways: "none" });
    const changes = await estimate("stack-network", before, after);
    const removed = [...changes.values()].filter(({ action }) => action === "remove");
    assert.ok(removed.some(({ type }) => type === "AWS::EC2::NatGateway"));
  });

  it("keeps what a retained or snapshotted resource leaves behind apart", async () => {
    const before = deployed("database", { EnvironmentType: "production" });
    const after = withValues(before, { DataKeyArn: `${KEY}/new` });
    const changes = [...(await estimate("stack-database", before, after)).values()];
    assert.equal(changes.find(({ type }) => type === "AWS::RDS::DBCluster")?.kept, "snapshot");
  });

  it("tells what a value that nobody knows yet may replace", async () => {
    const before = deployed("database", { DataKeyArn: `${KEY}/old` });
    const { DataKeyArn: _unknown, ...parameters } = before.parameters;
    const after = { ...before, parameters, unknownParameters: ["DataKeyArn"] };
    const changes = await estimate("stack-database", before, after);
    const cluster = [...changes.values()].find(({ type }) => type === "AWS::RDS::DBCluster");
    assert.equal(cluster?.action, "mayReplace");
    assert.equal(cluster?.unknown, true);
    assert.match(cluster?.reasons.join() ?? "", /known only at deployment \(DataKeyArn\)/);
  });

  for (const [template, names] of Object.entries(LIVE_PARAMETERS)) {
    it(`marks as already live what a failover has set in ${template}`, async () => {
      const active = { PaymentQueueOpen: "true", ConsumersEnabled: "true", StreamConsumersEnabled: "true" };
      const own = { ...active, OutboxRelayEnabled: "true", ActivePlace: "primary", Epoch: "1" };
      const standby = {
        PaymentQueueOpen: "false",
        ConsumersEnabled: "false",
        StreamConsumersEnabled: "false",
      };
      const other = { ...standby, OutboxRelayEnabled: "false", ActivePlace: "dr", Epoch: "2" };
      const only = (values: Record<string, string>) =>
        Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
      const before = deployed(template, only(own));
      const live = await estimate("stack", before, withValues(before, only(other)), names);
      assert.ok(live.size > 0);
      assert.ok([...live.values()].every((change) => change.live === true && change.action === "modify"));
    });
  }

  it("does not call a change live that the failover has not made", async () => {
    const before = deployed("functions", { ConsumersEnabled: "true", LogLevel: "INFO" });
    const after = withValues(before, { ConsumersEnabled: "false", LogLevel: "DEBUG" });
    const changes = await estimate("stack", before, after, LIVE_PARAMETERS["functions"]);
    const live = [...changes.values()].filter((change) => change.live === true);
    assert.deepEqual(new Set(live.map(({ type }) => type)), new Set(["AWS::Lambda::EventSourceMapping"]));
    assert.ok(changes.size > live.length);
  });
});

describe("outputs that an update leaves as they are", function () {
  this.timeout(20_000);
  const staying = async (before: StackContent, after: StackContent, ...names: string[]) =>
    Object.keys(
      await stableOutputs(
        { stackName: "stack", before, after },
        Object.fromEntries(names.map((name) => [name, `value of ${name}`])),
      ),
    );
  const outputsOf = (template: string) => [...loadTemplate(templateFile(template)).outputs.keys()];

  for (const [template, values] of [
    ["messaging", { PaymentQueueOpen: "false" }],
    [
      "functions",
      { ConsumersEnabled: "false", StreamConsumersEnabled: "false", OutboxRelayEnabled: "false" },
    ],
    ["preparation", { ActivePlace: "dr", Epoch: "2" }],
  ] as const) {
    it(`are all of ${template}, when only what a failover has set changes`, async () => {
      const on = { PaymentQueueOpen: "true", ConsumersEnabled: "true", StreamConsumersEnabled: "true" };
      const before = deployed(template, {
        ...on,
        OutboxRelayEnabled: "true",
        ActivePlace: "primary",
        Epoch: "1",
      });
      const names = outputsOf(template);
      assert.deepEqual(await staying(before, withValues(before, values), ...names), names);
    });
  }

  it("are not those of a resource that is replaced, or of an attribute that may change", async () => {
    const before = deployed("tables");
    const after = changed(
      before,
      "table-sessions-${EnvironmentSuffix}",
      "table-session-${EnvironmentSuffix}",
    );
    const names = ["SessionsTableName", "SessionsTableArn", "ResultsTableName", "ResultsStreamArn"];
    assert.deepEqual(await staying(before, after, ...names), ["ResultsTableName", "ResultsStreamArn"]);
    const tagged = withValues(before, { CostCenterTag: "cc-2" });
    assert.deepEqual(await staying(before, tagged, ...names), names.slice(0, 3));
  });

  it("are not those that another value, or one that nobody knows yet, gives", async () => {
    const before = deployed("database");
    const { EngineVersion: _version, ...parameters } = before.parameters;
    const unknown = { ...before, parameters, unknownParameters: ["EngineVersion"] };
    assert.ok(!(await staying(before, unknown, "ClusterEndpoint")).includes("ClusterEndpoint"));
    const renamed = withValues(before, { EnvironmentSuffix: "other" });
    assert.deepEqual(await staying(before, renamed, "ClusterIdentifier", "DatabaseName"), ["DatabaseName"]);
  });
});
