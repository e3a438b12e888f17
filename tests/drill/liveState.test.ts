import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DescribeRuleCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { GetAliasCommand, LambdaClient, ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { LIVE_PARAMETERS } from "../../components/liveState";
import { REGIONS } from "../../components/regions";
import { runProgram, type ProgramResult } from "../../local/cli";
import {
  awsConfig,
  embeddedDispatcher,
  FlatOutputs,
  followPayment,
  PaymentsClient,
  readDemoMerchant,
  readEmbeddedCloud,
  type EmbeddedCloud,
  type Place,
} from "../../local/client";
import { runningCloud } from "../../local/cloud";
import { deploymentTarget, endOutages, Pulumi, REPOSITORY } from "../../local/deployment";
import { openPlatform } from "../../local/failover/Platform";
import { waitUntilServing } from "../../local/failover/serving";
import { readRegion } from "../../local/failover/failoverStatus";
import { ensureEngine } from "../../local/toolchain";

/** What a failover leaves: dr is active, and the configuration of the last deployment still expects primary. */
const ACTIVE: Place = "dr";
const PLACES = ["primary", "dr"] as const;
const SWITCHED = ["processor", "payment-events"] as const;
/** For the lost Region to come back as a standby (milliseconds). */
const RETURN_TIMEOUT_MS = 150_000;

async function command(name: string, ...args: string[]): Promise<ProgramResult> {
  return runProgram(process.execPath, ["--import", "tsx", join("local", "commands", `${name}.ts`), ...args], {
    cwd: REPOSITORY,
    env: process.env,
    timeoutMs: 5 * 60_000,
  });
}

/** Everything of a Region that a failover sets and that an update must leave as it is. */
async function running(cloud: EmbeddedCloud, outputs: FlatOutputs, place: Place): Promise<object> {
  const config = awsConfig(cloud, place);
  const [lambda, sqs, events] = [
    new LambdaClient(config),
    new SQSClient(config),
    new EventBridgeClient(config),
  ];
  const named = (type: string, purpose: string) =>
    `${type}-${purpose}-${REGIONS[place].code}-${outputs.suffix}`;
  const sources = await Promise.all(
    SWITCHED.map(async (purpose) => {
      const FunctionName = `${named("function", purpose)}:live`;
      const answer = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
      return [purpose, answer.EventSourceMappings?.map(({ UUID, State }) => [UUID, State])];
    }),
  );
  const QueueUrl = outputs.of(place, "MessagingPaymentQueueUrl");
  const queue = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] }));
  const rule = await events.send(new DescribeRuleCommand({ Name: named("rule", "outbox-relay") }));
  const alias = await lambda.send(
    new GetAliasCommand({ FunctionName: named("function", "intake"), Name: "live" }),
  );
  const policy = JSON.parse(queue.Attributes?.["Policy"] ?? "{}") as { Statement?: { Sid?: string }[] };
  return {
    sources,
    queue: policy.Statement?.map(({ Sid }) => Sid).sort(),
    relay: rule.State,
    intake: alias.FunctionVersion,
  };
}

describe("after a failover", function () {
  this.timeout(300_000);
  const target = deploymentTarget();
  let cloud: EmbeddedCloud;
  let outputs: FlatOutputs;
  let pulumi: Pulumi;

  const regionsOf = async () => {
    const platform = openPlatform({ cloud: "embedded" });
    try {
      return await Promise.all(PLACES.map((place) => readRegion(platform, place)));
    } finally {
      await platform.close();
    }
  };
  const roles = async () =>
    (await regionsOf()).map(({ records }) => {
      const role = records.answered ? records.value.role : undefined;
      return { role: role?.role, epoch: role?.epoch };
    });

  before(async () => {
    cloud = readEmbeddedCloud();
    outputs = FlatOutputs.read();
    await endOutages(cloud);
    const signal = new AbortController().signal;
    const platform = openPlatform({ cloud: "embedded" });
    try {
      assert.equal(await waitUntilServing(platform, { signal }), ACTIVE);
    } finally {
      await platform.close();
    }
    const deadline = Date.now() + RETURN_TIMEOUT_MS;
    while ((await roles())[0]?.role !== "STANDBY") {
      assert.ok(Date.now() < deadline, `primary is no standby: ${JSON.stringify(await roles())}`);
      await sleep(500);
    }
    const state = await runningCloud(target.directory);
    assert.ok(state);
    pulumi = new Pulumi({ ...target, cloud: state, engine: await ensureEngine() });
  });

  it("a preview that expects the old active Region is refused, and says what to do", async () => {
    await assert.rejects(pulumi.preview(), (error: unknown) => {
      const text = String(error);
      assert.match(text, /payments:activeRegion says primary, but dr is active/);
      assert.match(text, /pulumi config set payments:activeRegion dr/);
      assert.match(text, /npm run failover -- failback/);
      return true;
    });
  });

  it("an update that expects the old active Region is refused, and alters nothing", async () => {
    const before = [
      await roles(),
      ...(await Promise.all(PLACES.map((place) => running(cloud, outputs, place)))),
    ];
    await assert.rejects(pulumi.up(), /payments:activeRegion says primary, but dr is active/);
    assert.deepEqual(
      [await roles(), ...(await Promise.all(PLACES.map((place) => running(cloud, outputs, place))))],
      before,
    );
  });

  it("satisfies R4: a preview that expects the right one shows only what is already live", async () => {
    const report = join(target.directory, "preview.md");
    const text = await pulumi.preview({ activeRegion: ACTIVE, report });
    const markdown = readFileSync(report, "utf8");
    assert.match(markdown, /Everything shown is already live/);
    const stacks = [...markdown.matchAll(/<summary><b>stack-(.+?)-apse[12]-local<\/b>/g)].map(
      ([, name]) => name,
    );
    assert.deepEqual([...new Set(stacks)].sort(), Object.keys(LIVE_PARAMETERS).sort());
    assert.match(markdown, /change set<\/summary>/);
    assert.match(text, /already live: the failover has set it/);
  });

  it("drift detection takes what the failover has set for no drift", async () => {
    const { code, stdout, stderr } = await command("drift", "--cloud", "embedded", "--record");
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, /no drift: stack-functions-apse1-local .*the failover has set it/);
  });

  it("satisfies R47: an update takes the failover over and alters nothing that runs", async () => {
    const before = [
      await roles(),
      ...(await Promise.all(PLACES.map((place) => running(cloud, outputs, place)))),
    ];
    const { code, stderr } = await command("up", "--no-policy");
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      [await roles(), ...(await Promise.all(PLACES.map((place) => running(cloud, outputs, place))))],
      before,
    );
    const { code: again, stdout } = await command("preview", "--no-policy");
    assert.equal(again, 0, stdout);
    assert.doesNotMatch(stdout, /already live/);
  });

  it("payments go on through the public name", async () => {
    const dispatcher = embeddedDispatcher(cloud);
    try {
      const { apiKey } = readDemoMerchant(target.directory);
      const client = new PaymentsClient({
        baseUrl: outputs.get("PrimaryPaymentsPublicApiUrl"),
        apiKey,
        dispatcher,
      });
      const { resource } = await client.createPayment(
        { amount: 1999, currency: "SGD", payment_method: "pm_ok" },
        `live-state-${Date.now()}`,
      );
      assert.equal((await followPayment(client, resource.id)).status, "succeeded");
    } finally {
      await dispatcher.destroy();
    }
  });

  it("satisfies R43: everything can be taken down from there", async () => {
    const { code, stdout, stderr } = await command("down");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /nothing is left in ap-southeast-1 and ap-southeast-2/);
  });
});
