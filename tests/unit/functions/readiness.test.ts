import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { functionNames } from "../../../components/bundle";
import type { DatabaseQuestions } from "../../../functions/readiness/databaseFacts";
import { databaseFacts, replicationLagMilliseconds } from "../../../functions/readiness/databaseFacts";
import { gatherFacts, type FactSources } from "../../../functions/readiness/gatherFacts";
import { createHandler } from "../../../functions/readiness/handler";
import { SINGLE_TEMPLATES } from "../../../local/drift/detectPlatformDrift";
import { codeFacts, FUNCTIONS, stackFacts, TEMPLATES } from "../../../functions/readiness/parityFacts";
import { consumerFacts, queueFact, relayFact } from "../../../functions/readiness/switchFacts";
import {
  certificateFacts,
  concurrencyFacts,
  keyFacts,
  secretFacts,
  tableFacts,
} from "../../../functions/readiness/usableFacts";
import { paymentQueuePolicy } from "../../../functions/capacity-control/paymentQueuePolicy";
import { TestLog } from "./support";

const ROOT = join(__dirname, "../../..");
const NOW = new Date("2026-11-24T09:00:00.000Z");

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: Record<string, unknown>;
}
/** An SDK client that answers by the command's name, and keeps what it was asked. */
function client<Client>(
  answers: Record<string, (input: Record<string, unknown>) => unknown>,
  asked: string[] = [],
): Client {
  return {
    send: (command: Command) => {
      const name = command.constructor.name.replace(/Command$/, "");
      asked.push(name);
      const answer = answers[name];
      if (answer === undefined) return Promise.reject(new Error(`not to be asked: ${name}`));
      return Promise.resolve(command.input).then(answer);
    },
  } as Client;
}
function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}
const naming = (code: string) => (purpose: string) => `x-${purpose}-${code}-local`;
const names = { own: naming("apse2"), peer: naming("apse1") };

describe("readiness function", () => {
  describe("what is compared between the Regions", () => {
    it("is every function but those that only deployments call", () => {
      const deploymentOnly = new Set(["region-role", "schema-migration"]);
      const all = functionNames(join(ROOT, "functions")).filter((name) => !deploymentOnly.has(name));
      assert.deepEqual([...FUNCTIONS], all);
    });

    it("is every template but those that stand in one Region", () => {
      const single = new Set(SINGLE_TEMPLATES);
      const all = readdirSync(join(ROOT, "cfn"))
        .map((file) => file.replace(/\.yaml$/, ""))
        .filter((name) => !single.has(name))
        .sort();
      assert.deepEqual([...TEMPLATES], all);
    });

    it("tells a function that differs or is not there", async () => {
      const lambda = (other: string) =>
        client<Parameters<typeof codeFacts>[0]["own"]>({
          GetFunctionConfiguration: ({ FunctionName, Qualifier }) => {
            assert.equal(Qualifier, "live");
            if (String(FunctionName).includes("refund")) throw named("ResourceNotFoundException");
            return { CodeSha256: String(FunctionName).includes("intake") ? other : "same" };
          },
        });
      const facts = await codeFacts({ own: lambda("a"), peer: lambda("b") }, names);
      const of = (name: string) => facts.find((each) => each.name === name);
      assert.deepEqual(of("intake"), { name: "intake", own: "a", peer: "b" });
      assert.deepEqual(of("refund"), { name: "refund", own: undefined, peer: undefined });
      assert.deepEqual(of("query"), { name: "query", own: "same", peer: "same" });
    });

    it("tells a stack whose template differs, that is not settled, or not there", async () => {
      const asked: string[] = [];
      const cloudFormation = (body: string) =>
        client<Parameters<typeof stackFacts>[0]["own"]>(
          {
            DescribeStacks: ({ StackName }) => {
              if (String(StackName).includes("dns") || String(StackName).includes("payments"))
                throw named("ValidationError");
              return { Stacks: [{ StackStatus: "UPDATE_COMPLETE" }] };
            },
            GetTemplate: ({ StackName }) => ({
              TemplateBody: String(StackName).includes("x-network") ? body : "same",
            }),
          },
          asked,
        );
      const facts = await stackFacts({ own: cloudFormation("a"), peer: cloudFormation("b") }, names);
      const of = (name: string) => facts.find((each) => each.name === name);
      assert.deepEqual([of("network")?.isSame, of("storage")?.isSame], [false, true]);
      assert.deepEqual([of("payments")?.ownStatus, of("payments")?.isSame], ["absent", false]);
      assert.deepEqual(new Set(asked), new Set(["DescribeStacks", "GetTemplate"]));
    });

    it("is not known when it must not be asked", async () => {
      const denied = client<Parameters<typeof stackFacts>[0]["own"]>({
        DescribeStacks: () => {
          throw named("AccessDenied");
        },
      });
      await assert.rejects(stackFacts({ own: denied, peer: denied }, names), { name: "AccessDenied" });
    });
  });

  describe("the database", () => {
    const OWN = "arn:aws:rds:ap-southeast-2:123456789012:cluster:dbcluster-payments-apse2-local";
    const PEER = "arn:aws:rds:ap-southeast-1:123456789012:cluster:dbcluster-payments-apse1-local";
    const rds = (members: unknown[], extra: object = {}) =>
      client<DatabaseQuestions["own"]>({
        DescribeGlobalClusters: () => ({
          GlobalClusters: [{ Status: "available", GlobalClusterMembers: members, ...extra }],
        }),
        DescribeDBClusters: ({ DBClusterIdentifier }) => ({
          DBClusters: [
            {
              DBClusterArn: DBClusterIdentifier,
              Status: "available",
              EngineVersion: "17.7",
              DBClusterMembers: [{ DBInstanceIdentifier: "a" }, { DBInstanceIdentifier: "b" }],
            },
          ],
        }),
        DescribeDBInstances: ({ DBInstanceIdentifier }) => ({
          DBInstances: [
            {
              DBInstanceStatus: "available",
              AvailabilityZone: `ap-southeast-2${String(DBInstanceIdentifier)}`,
            },
          ],
        }),
      });
    const facts = (members: unknown[], extra?: object) =>
      databaseFacts({
        own: rds(members, extra),
        peer: rds([]),
        place: "dr",
        globalClusterIdentifier: "globalcluster-payments-local",
        clusterArn: OWN,
        peerClusterArn: PEER,
      });
    const MEMBERS = [
      { DBClusterArn: PEER, IsWriter: true },
      { DBClusterArn: OWN, IsWriter: false, SynchronizationStatus: "connected" },
    ];

    it("is described by its members, states, versions and instances", async () => {
      assert.deepEqual(await facts(MEMBERS), {
        globalStatus: "available",
        isChanging: false,
        writer: "primary",
        clusters: {
          own: { status: "available", version: "17.7" },
          peer: { status: "available", version: "17.7" },
        },
        isConnected: true,
        instances: [
          { id: "a", status: "available", zone: "ap-southeast-2a" },
          { id: "b", status: "available", zone: "ap-southeast-2b" },
        ],
      });
    });

    it("tells a change under way, storage that does not follow, and no writer", async () => {
      const changed = await facts(
        [
          { DBClusterArn: PEER, IsWriter: false },
          { DBClusterArn: OWN, IsWriter: false, SynchronizationStatus: "pending-resync" },
        ],
        { FailoverState: { Status: "failing-over" } },
      );
      assert.deepEqual([changed.isChanging, changed.isConnected, changed.writer], [true, false, undefined]);
    });

    it("follows whatever a new writer still says of the time when it was a secondary", async () => {
      const [writer, secondary] = MEMBERS;
      const { isConnected } = await facts([
        { ...writer, SynchronizationStatus: "pending-resync" },
        secondary,
      ]);
      assert.equal(isConnected, true);
    });

    it("is not known while one Region is no member", async () => {
      await assert.rejects(facts([MEMBERS[0]]), /no member.*apse2/);
    });

    it("is as far behind as the newest figure says, and unknown without one", async () => {
      const cloudWatch = (Values: number[]) =>
        client<Parameters<typeof replicationLagMilliseconds>[0]>({
          GetMetricData: (input) => {
            assert.match(
              JSON.stringify(input),
              /AuroraGlobalDBReplicationLag.*dbcluster-payments-apse2-local"/,
            );
            return { MetricDataResults: [{ Values }] };
          },
        });
      assert.equal(await replicationLagMilliseconds(cloudWatch([80.4, 9_000]), OWN, NOW), 80);
      await assert.rejects(replicationLagMilliseconds(cloudWatch([]), OWN, NOW), /no figure/);
    });
  });

  describe("what must be usable", () => {
    it("asks about secrets without reading one", async () => {
      const asked: string[] = [];
      const secrets = client<Parameters<typeof secretFacts>[0]>(
        {
          DescribeSecret: ({ SecretId }) => {
            const id = String(SecretId);
            if (id.includes("gone")) throw named("ResourceNotFoundException");
            return {
              VersionIdsToStages: id.includes("empty") ? {} : { v1: ["AWSCURRENT"] },
              DeletedDate: id.includes("deleted") ? NOW : undefined,
            };
          },
        },
        asked,
      );
      const arns = ["fine", "gone", "empty", "deleted"].map(
        (id) => `arn:aws:secretsmanager:x:1:secret:${id}`,
      );
      assert.deepEqual(
        (await secretFacts(secrets, arns)).map(({ name, problem }) => [name, problem]),
        [
          ["fine", undefined],
          ["gone", "ResourceNotFoundException"],
          ["empty", "has no current version"],
          ["deleted", "is going to be deleted"],
        ],
      );
      assert.deepEqual(new Set(asked), new Set(["DescribeSecret"]));
    });

    it("tells keys that are not enabled", async () => {
      const kms = client<Parameters<typeof keyFacts>[0]>({
        DescribeKey: ({ KeyId }) => ({
          KeyMetadata: { KeyState: String(KeyId).endsWith("1") ? "Enabled" : "PendingDeletion" },
        }),
      });
      const problems = await keyFacts(kms, ["arn:aws:kms:x:1:key/1", "arn:aws:kms:x:1:key/2"]);
      assert.deepEqual(
        problems.map(({ problem }) => problem),
        [undefined, "is PendingDeletion"],
      );
    });

    it("tells tables that do not replicate with the other Region", async () => {
      const dynamo = client<Parameters<typeof tableFacts>[0]>({
        DescribeTable: ({ TableName }) => ({
          Table: {
            TableStatus: TableName === "updating" ? "UPDATING" : "ACTIVE",
            Replicas:
              TableName === "alone"
                ? []
                : [
                    {
                      RegionName: "ap-southeast-1",
                      ReplicaStatus:
                        TableName === "broken" ? "INACCESSIBLE_ENCRYPTION_CREDENTIALS" : "ACTIVE",
                    },
                  ],
          },
        }),
      });
      const facts = await tableFacts(dynamo, ["fine", "alone", "broken", "updating"], "ap-southeast-1");
      assert.deepEqual(
        facts.map(({ problem }) => problem === undefined),
        [true, false, false, false],
      );
    });

    it("gives the certificate's end and Lambda's limits", async () => {
      const acm = client<Parameters<typeof certificateFacts>[0]>({
        DescribeCertificate: () => ({ Certificate: { Status: "ISSUED", NotAfter: NOW } }),
      });
      assert.deepEqual(await certificateFacts(acm, "arn"), { status: "ISSUED", notAfter: NOW });
      const lambda = (limit?: number) =>
        client<Parameters<typeof concurrencyFacts>[0]["own"]>({
          GetAccountSettings: () => ({
            AccountLimit: { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: 400 },
          }),
        });
      assert.deepEqual(await concurrencyFacts({ own: lambda(1000), peer: lambda(900) }), {
        limit: 1000,
        unreserved: 400,
        peerLimit: 900,
      });
      await assert.rejects(concurrencyFacts({ own: lambda(), peer: lambda(900) }), /limits/);
    });
  });

  describe("what a failover switches", () => {
    it("is read as it stands", async () => {
      const arn = "arn:aws:sqs:ap-southeast-2:123456789012:queue-payments-apse2-local";
      const sqs = (Policy?: string) =>
        client<Parameters<typeof queueFact>[0]>({
          GetQueueAttributes: () => ({ Attributes: { QueueArn: arn, ...(Policy && { Policy }) } }),
        });
      const policy = (isOpen: boolean) => JSON.stringify(paymentQueuePolicy(arn, isOpen));
      assert.deepEqual(
        [
          await queueFact(sqs(policy(true)), "url"),
          await queueFact(sqs(policy(false)), "url"),
          await queueFact(sqs(), "url"),
        ],
        ["open", "closed", "other"],
      );
      const lambda = client<Parameters<typeof consumerFacts>[0]>({
        ListEventSourceMappings: ({ FunctionName }) => ({
          EventSourceMappings: String(FunctionName).includes("processor") ? [{ State: "Disabled" }] : [],
        }),
      });
      assert.deepEqual(await consumerFacts(lambda, naming("apse2")), [
        { name: "processor", states: ["Disabled"] },
        { name: "payment-events", states: [] },
      ]);
      const events = client<Parameters<typeof relayFact>[0]>({ DescribeRule: () => ({ State: "DISABLED" }) });
      assert.equal(await relayFact(events, "rule"), false);
    });
  });

  describe("the evaluation", () => {
    const sources = new Proxy({} as FactSources, {
      ownKeys: () => ["role", "witness"],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: (_, name) =>
        name === "role"
          ? () => Promise.resolve({ role: "STANDBY", epoch: 1 })
          : () => Promise.reject(named("Timeout")),
    });

    it("gathers side by side, and takes what fails or hangs for not known", async () => {
      const hanging = { ...sources, witness: () => new Promise(() => undefined) } as unknown as FactSources;
      const facts = await gatherFacts(hanging, { place: "dr", now: NOW }, 20);
      assert.deepEqual(facts.role, { known: true, value: { role: "STANDBY", epoch: 1 } });
      assert.deepEqual(facts.witness, { known: false, reason: "Error: no answer in time" });
    });

    const failing =
      "role peer witness activation database replicationLagMilliseconds tables queue consumers outboxRelayEnabled code stacks drift secrets keys certificate concurrency"
        .split(" ")
        .map((name) => [name, () => Promise.reject(named("AccessDenied"))]);
    const evaluate = (metric: () => Promise<void>, published: unknown[], log = new TestLog()) =>
      createHandler({
        sources: Object.fromEntries(failing) as FactSources,
        place: "dr",
        publishMetric: (failures) => {
          published.push(failures);
          return metric();
        },
        putEvent: (detail) => {
          published.push((detail as { ready: boolean }).ready);
          return Promise.resolve();
        },
        clock: { now: () => NOW },
        log,
      })();

    it("answers with its checks, counts failures as a metric and tells them as an event", async () => {
      const published: unknown[] = [];
      const result = await evaluate(() => Promise.resolve(), published);
      assert.deepEqual(
        [result.ready, result.checks.length, result.checkedAt, result.place],
        [false, 18, NOW.toISOString(), "dr"],
      );
      assert.deepEqual(published, [18, false]);
    });

    it("counts at its end, however long a fact that hangs has taken", async () => {
      const end = new Date(NOW.getTime() + 60_000);
      const times = [NOW, end];
      const counted: Date[] = [];
      await createHandler({
        sources: Object.fromEntries(failing) as FactSources,
        place: "dr",
        publishMetric: (_, at) => Promise.resolve(void counted.push(at)),
        putEvent: () => Promise.resolve(),
        clock: { now: () => times.shift() ?? end },
        log: new TestLog(),
      })();
      assert.deepEqual(counted, [end]);
    });

    it("fails when it cannot be told, after it has told what it can", async () => {
      const published: unknown[] = [];
      await assert.rejects(
        evaluate(() => Promise.reject(named("ServiceUnavailable")), published),
        { name: "ServiceUnavailable" },
      );
      assert.deepEqual(published, [18, false]);
    });
  });
});
