import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { controlRecord } from "../../../components/controlRecord";
import { templateOutputs } from "../../../components/generated/templates";
import { holdsData } from "../../../components/stackPolicy";
import { loadTemplate } from "../../../components/template";
import { templateFile } from "../../../components/TemplateStack";
import { wiringOf } from "../../../local/documents/wiring";
import { MockCloud, parametersOf, registeredHooks, setConfig, VALID_CONFIG, valueOf } from "./mocks";

const PROGRAM = path.resolve(__dirname, "../../../index");
const BOTH = [
  "encryption",
  "network",
  "artifacts",
  "storage",
  "region-state",
  "messaging",
  "database",
  "function-roles",
  "preparation",
  "functions",
  "payments",
  "failover-roles",
  "failover-functions",
  "failover",
  "failover-detection",
  "audit",
  "static-assets",
  "resource-alarms",
  "monitoring",
  "audit-alarms",
  "dashboards",
];
/** Made once: global tables from the primary, names from DR. */
const ONCE = { tables: "apse1", dns: "apse2", edge: "apse2" } as const;

type Output = (region: string, stackName: string, name: string) => string;

/** Outputs as AWS shapes them; each tells which stack it came from. The first pattern that matches the name decides. */
const SHAPES: readonly (readonly [RegExp, Output])[] = [
  [/KeyArn$/, (region, stack, name) => `arn:aws:kms:${region}:123456789012:key/${stack}-${name}`],
  [/SubnetIds$/, () => "subnet-0a,subnet-0b,subnet-0c"],
  [/SecurityGroupId$/, () => "sg-0a"],
  [/VpcId$/, () => "vpc-0a"],
  [/BucketArn$/, (_region, stack, name) => `arn:aws:s3:::${stack}-${name}`.toLowerCase()],
  [/BucketName$/, (_region, stack, name) => `${stack}-${name}`.toLowerCase()],
  [/RoleArn$/, (_region, stack, name) => `arn:aws:iam::123456789012:role/${stack}-${name}`],
  [/StreamArn$/, (region, stack) => `arn:aws:dynamodb:${region}:123456789012:table/${stack}/stream/1`],
  [/QueueArn$/, (region, stack, name) => `arn:aws:sqs:${region}:123456789012:${stack}-${name}`],
  [/QueueUrl$/, (region, stack, name) => `https://sqs.${region}.amazonaws.com/123456789012/${stack}-${name}`],
  [
    /(FunctionArn|AliasArn)$/,
    (region, stack, name) => `arn:aws:lambda:${region}:123456789012:function:${stack}-${name}`,
  ],
  [/DistributionArn$/, () => "arn:aws:cloudfront::123456789012:distribution/E1ABCDEFGHIJKL"],
  [/GlobalClusterIdentifier$/, (_region, stack) => `global-${stack.replace(/^stack-/, "")}`],
  [/ClusterArn$/, (region, stack) => `arn:aws:rds:${region}:123456789012:cluster:${stack}`],
  [/ClusterIdentifier$/, (_region, stack) => `cluster-${stack.replace(/^stack-/, "")}`],
  [/TopicArn$/, (region, stack) => `arn:aws:sns:${region}:123456789012:${stack}`],
  [/EventBusArn$/, (region, stack) => `arn:aws:events:${region}:123456789012:event-bus/${stack}`],
  [/StateMachineArn$/, (region, stack) => `arn:aws:states:${region}:123456789012:stateMachine:${stack}`],
  [/SourceId$/, () => "11111111-2222-3333-4444-555555555555"],
  [/HostedZoneId$/, () => "Z2ABCDEFGHIJKL"],
  [/LoadBalancerFullName$/, () => "app/alb-psp-test/0123456789abcdef"],
  [/TargetGroupFullName$/, () => "targetgroup/tg-psp-test/0123456789abcdef"],
  [/ReservedConcurrency$/, () => "100"],
  [/^Api(Stage)?Name$/, (_region, stack, name) => `${stack}-${name}`.toLowerCase()],
  [/(Target|DnsName)$/, (region, stack) => `${stack}.${region}.amazonaws.com`],
  [/Port$/, () => "5432"],
  [/DatabaseName$/, () => "payments"],
  [/Endpoint$/, (region, stack) => `${stack}.cluster.${region}.rds.amazonaws.com`],
];

function answer(stackName: string): Record<string, string> {
  const match = /^stack-(.+)-(apse[12])-test$/.exec(stackName);
  const [template, code] = [match?.[1] as keyof typeof templateOutputs, match?.[2]];
  const region = code === "apse1" ? "ap-southeast-1" : "ap-southeast-2";
  return Object.fromEntries(
    templateOutputs[template].map((name) => {
      const shape = SHAPES.find(([pattern]) => pattern.test(name));
      return [name, shape ? shape[1](region, stackName, name) : `${stackName}-${name}`];
    }),
  );
}

/** Runs index.ts from the beginning, as the engine would. */
async function run(
  over: Record<string, unknown> = {},
  stackMs = 0,
): Promise<{ cloud: MockCloud; flat: Record<string, string> }> {
  const cloud = new MockCloud(answer, stackMs);
  await pulumi.runtime.setMocks(cloud, "payments", "test", false);
  setConfig({ ...VALID_CONFIG, ...over });
  delete require.cache[require.resolve(PROGRAM)];
  let flat: Record<string, string> = {};
  await pulumi.runtime.runInPulumiStack(async () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only require can run a module a second time
    const { flatOutputs } = require(PROGRAM) as { flatOutputs: pulumi.Output<Record<string, string>> };
    flat = await valueOf(flatOutputs);
  });
  return { cloud, flat };
}

describe("the program", function () {
  // Bundling all functions takes seconds on a busy machine.
  this.timeout(60_000);
  let folder: string;
  let cloud: MockCloud;
  let flat: Record<string, string>;

  const { readBoth } = controlRecord;

  before(async () => {
    // Nothing has ever failed over, unless a test says so.
    controlRecord.readBoth = () => Promise.resolve([{ kind: "absent" }, { kind: "absent" }]);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "program-"));
    process.env["FLAT_OUTPUTS"] = path.join(folder, "flat-outputs.json");
    ({ cloud, flat } = await run({}, 20));
  });
  after(() => {
    controlRecord.readBoth = readBoth;
    delete process.env["FLAT_OUTPUTS"];
    fs.rmSync(folder, { recursive: true });
  });

  const parameters = (name: string) => parametersOf(cloud.stack(name));

  it("satisfies R6: makes every template's stack in both Regions, the global tables and the names once", () => {
    const names = cloud.ofType("aws:cloudformation/stack:Stack").map(({ inputs }) => String(inputs["name"]));
    const expected = BOTH.flatMap((template) => [
      `stack-${template}-apse1-test`,
      `stack-${template}-apse2-test`,
    ]);
    const once = Object.entries(ONCE).map(([template, code]) => `stack-${template}-${code}-test`);
    assert.deepEqual(names.sort(), [...expected, ...once].sort());
  });

  it("uses every template that there is", () => {
    assert.deepEqual(Object.keys(templateOutputs).sort(), [...BOTH, ...Object.keys(ONCE)].sort());
  });

  it("satisfies R41: makes all infrastructure by CloudFormation stacks, and puts their code and templates in place", () => {
    const types = new Set(
      cloud.registered.map(({ type }) => type).filter((type) => /^(aws|aws-native):/.test(type)),
    );
    assert.deepEqual([...types].sort(), [
      "aws:cloudformation/stack:Stack",
      "aws:s3/bucketObjectv2:BucketObjectv2",
    ]);
  });

  it("creates everything through the provider of its own Region", () => {
    const custom = cloud.registered.filter(({ type }) => type.startsWith("aws:"));
    for (const { name, provider } of custom) {
      const code = /-(apse[12])$/.exec(name)?.[1];
      assert.match(provider, code === "apse1" ? /::aws-primary::/ : /::aws-dr::/, name);
    }
    assert.ok(custom.length > BOTH.length * 2);
  });

  it("satisfies R1: encrypts each replica of the global tables with the key of its Region", () => {
    const tables = parameters("stack-tables-apse1-test");
    assert.equal(tables["PrimaryDataKeyArn"], flat["PrimaryEncryptionDataKeyArn"]);
    assert.equal(tables["DrDataKeyArn"], flat["DrEncryptionDataKeyArn"]);
    assert.match(String(tables["DrDataKeyArn"]), /^arn:aws:kms:ap-southeast-2:/);
    assert.equal(tables["CostCenterTag"], "cc-1");
  });

  it("satisfies R48: replicates buckets to DR's buckets, under DR's key, and back under DR's role", () => {
    const primary = parameters("stack-storage-apse1-test");
    const dr = parameters("stack-storage-apse2-test");
    assert.equal(primary["PeerTransactionBucketArn"], flat["DrStorageTransactionBucketArn"]);
    assert.equal(primary["PeerBackupBucketArn"], flat["DrStorageBackupBucketArn"]);
    assert.equal(primary["PeerReplicationRoleArn"], flat["DrStorageReplicationRoleArn"]);
    assert.equal(primary["PeerDataKeyArn"], flat["DrEncryptionDataKeyArn"]);
    assert.equal(dr["PeerDataKeyArn"], flat["PrimaryEncryptionDataKeyArn"]);
    assert.equal(dr["PeerTransactionBucketArn"], undefined);
  });

  it("satisfies R9: joins the DR cluster to the primary's global cluster, without credentials of its own", () => {
    const primary = parameters("stack-database-apse1-test");
    const dr = parameters("stack-database-apse2-test");
    assert.equal(dr["GlobalClusterIdentifier"], flat["PrimaryDatabaseGlobalClusterIdentifier"]);
    assert.equal(primary["GlobalClusterIdentifier"], undefined);
    assert.equal(primary["AdminSecretArn"], VALID_CONFIG.secrets.databaseAdmin.primary);
    assert.equal(dr["AdminSecretArn"], undefined);
    assert.equal(primary["EngineVersion"], dr["EngineVersion"]);
    assert.equal(dr["DataKeyArn"], flat["DrEncryptionDataKeyArn"]);
  });

  it("gives each Region's functions their own database, secrets, tables, queue, bucket and stream", () => {
    for (const [code, place, region] of [
      ["apse1", "Primary", "primary"],
      ["apse2", "Dr", "dr"],
    ] as const) {
      const functions = parameters(`stack-functions-${code}-test`);
      assert.equal(functions["DatabaseHost"], flat[`${place}DatabaseClusterEndpoint`]);
      assert.equal(functions["ApplicationSecretArn"], VALID_CONFIG.secrets.databaseApplication[region]);
      assert.equal(functions["SessionsTable"], flat["PrimaryTablesSessionsTableName"]);
      assert.equal(functions["RegionTable"], flat[`${place}RegionStateRegionTableName`]);
      assert.equal(functions["ResultsStreamArn"], flat[`${place}RegionStateResultsStreamArn`]);
      assert.equal(functions["PaymentQueueUrl"], flat[`${place}MessagingPaymentQueueUrl`]);
      assert.equal(functions["TransactionBucketName"], flat[`${place}StorageTransactionBucketName`]);
      assert.equal(functions["IntakeRoleArn"], flat[`${place}FunctionRolesIntakeRoleArn`]);
      assert.equal(functions["Place"], region);
    }
  });

  it("serves the public name in both Regions and a name of its own in each", () => {
    for (const [code, place] of [
      ["apse1", "Primary"],
      ["apse2", "Dr"],
    ] as const) {
      const payments = parameters(`stack-payments-${code}-test`);
      assert.equal(payments["PublicApiDomainName"], "api.payments.example");
      assert.equal(payments["RegionalApiDomainName"], `api-${code}.payments.example`);
      assert.equal(payments["IntakeAliasArn"], flat[`${place}FunctionsIntakeAliasArn`]);
      assert.equal(payments["AccessLogBucketName"], flat[`${place}ArtifactsAccessLogBucketName`]);
    }
  });

  it("uploads the same code to both Regions, and deploys what it uploaded", () => {
    const objects = cloud.ofType("aws:s3/bucketObjectv2:BucketObjectv2");
    const keysOf = (code: string) =>
      objects
        .filter(({ name }) => name.startsWith("code-") && name.endsWith(code))
        .map(({ inputs }) => String(inputs["key"]))
        .sort();
    assert.deepEqual(keysOf("apse1"), keysOf("apse2"));
    for (const code of ["apse1", "apse2"]) {
      const deployed = ["preparation", "functions", "failover-functions"]
        .flatMap((template) => Object.entries(parameters(`stack-${template}-${code}-test`)))
        .filter(([name]) => name.endsWith("CodeKey"));
      assert.deepEqual(deployed.map(([, key]) => key).sort(), keysOf(code));
    }
    for (const { inputs } of objects) assert.equal(inputs["serverSideEncryption"], "aws:kms");
  });

  it("gives every parameter a value that its template accepts: no required one is missing in the mocks either", () => {
    for (const { inputs } of cloud.ofType("aws:cloudformation/stack:Stack")) {
      const template = /^stack-(.+)-apse[12]-test$/.exec(String(inputs["name"]))?.[1] ?? "";
      const given = inputs["parameters"] as Record<string, string>;
      for (const { name, defaultValue } of loadTemplate(templateFile(template)).parameters.values()) {
        assert.ok(defaultValue !== undefined || given[name], `${template}.${name}`);
      }
    }
  });

  it("lets only the active Region take and consume payments", () => {
    const primary = {
      ...parameters("stack-functions-apse1-test"),
      ...parameters("stack-messaging-apse1-test"),
    };
    const dr = { ...parameters("stack-functions-apse2-test"), ...parameters("stack-messaging-apse2-test") };
    for (const name of [
      "PaymentQueueOpen",
      "ConsumersEnabled",
      "StreamConsumersEnabled",
      "OutboxRelayEnabled",
    ]) {
      assert.equal(primary[name], "true", name);
      assert.equal(dr[name], "false", name);
    }
  });

  it("passes outputs on as the README's diagram shows them", () => {
    // Prepare
    const { edges } = wiringOf(fs.readFileSync(`${PROGRAM}.ts`, "utf8"));
    const codes = { primary: "apse1", dr: "apse2" };
    const drawn = new Set(
      edges.map(({ from, to }) => `${from.template}-${codes[from.place]} ${to.template}-${codes[to.place]}`),
    );

    // Act: most outputs of the mocks tell which stack they came from
    const taken = cloud.ofType("aws:cloudformation/stack:Stack").flatMap(({ inputs }) => {
      const to = /^stack-(.+)-test$/.exec(String(inputs["name"]))?.[1] ?? "";
      return Object.values(inputs["parameters"] as Record<string, string>).flatMap((value) =>
        [...value.matchAll(/stack-([a-z-]+)-(apse[12])-test/g)].map(
          ([, template, code]) => `${template}-${code} ${to}`,
        ),
      );
    });

    // Assess
    assert.ok(new Set(taken).size > 100);
    assert.deepEqual(
      [...new Set(taken)].filter((edge) => !drawn.has(edge)),
      [],
    );
  });

  it("guards in production every stack that holds data by a stack policy, and tells at preview what changes in all", () => {
    for (const { inputs } of cloud.ofType("aws:cloudformation/stack:Stack")) {
      const name = String(inputs["name"]);
      const template = /^stack-(.+)-apse[12]-test$/.exec(name)?.[1] ?? "";
      const guarded = holdsData(loadTemplate(templateFile(template)));
      assert.equal(inputs["policyBody"] !== undefined, guarded, name);
      assert.ok(registeredHooks.has(`resource-level-preview:${name}`), name);
    }
    const withData = ["artifacts", "database", "encryption", "region-state", "storage", "tables"];
    for (const template of withData) assert.ok(holdsData(loadTemplate(templateFile(template))), template);
  });

  it("deploys stacks in parallel where nothing forces an order", () => {
    // Both networks, the tables and both queues depend on keys alone.
    assert.ok(cloud.mostAtOnce >= 5, `at most ${cloud.mostAtOnce} at once`);
  });

  it("satisfies R47: exports every output of every stack of both Regions under a flat key and writes them to the file", () => {
    const expected = [...BOTH, ...Object.keys(ONCE)].reduce(
      (sum, template) =>
        sum + templateOutputs[template as keyof typeof templateOutputs].length * (template in ONCE ? 1 : 2),
      0,
    );
    assert.equal(Object.keys(flat).length, expected);
    assert.deepEqual(JSON.parse(fs.readFileSync(String(process.env["FLAT_OUTPUTS"]), "utf8")), flat);
  });

  it("moves the switches, and nothing else, when the other Region is the active one", async () => {
    // Act
    const other = await run({ activeRegion: "dr" });

    // Assess
    const changed = cloud.ofType("aws:cloudformation/stack:Stack").flatMap(({ inputs }) => {
      const before_ = inputs["parameters"] as Record<string, string>;
      const after_ = parametersOf(other.cloud.stack(String(inputs["name"])));
      return Object.keys({ ...before_, ...after_ }).filter((name) => before_[name] !== after_[name]);
    });
    const switches = [
      "ActivePlace",
      "ConsumersEnabled",
      "Epoch",
      "OutboxRelayEnabled",
      "PaymentQueueOpen",
      "StreamConsumersEnabled",
    ];
    assert.deepEqual([...new Set(changed)].sort(), switches);
    assert.equal(changed.length, switches.length * 2);
  });

  it("follows the control record, not the configuration's first epoch", async () => {
    // Prepare
    const before = controlRecord.readBoth;
    const activation = { activePlace: "dr", epoch: 8 } as const;
    controlRecord.readBoth = () => Promise.resolve([{ kind: "activation", activation }, { kind: "absent" }]);

    // Act
    const live = await run({ activeRegion: "dr" }).finally(() => (controlRecord.readBoth = before));

    // Assess
    const of = (name: string) => parametersOf(live.cloud.stack(name));
    assert.equal(of("stack-preparation-apse1-test")["Epoch"], "8");
    assert.equal(of("stack-functions-apse2-test")["ConsumersEnabled"], "true");
    assert.equal(of("stack-messaging-apse1-test")["PaymentQueueOpen"], "false");
  });

  it("gives both Regions the same witness, and each the other one's addresses", () => {
    for (const [code, peerCode, peer] of [
      ["apse1", "apse2", "Dr"],
      ["apse2", "apse1", "Primary"],
    ] as const) {
      const failover = parameters(`stack-failover-functions-${code}-test`);
      assert.equal(failover["WitnessName"], "witness.payments.example");
      assert.equal(parameters(`stack-functions-${code}-test`)["WitnessName"], failover["WitnessName"]);
      assert.equal(failover["OwnApiUrl"], `https://api-${code}.payments.example`);
      assert.equal(failover["PeerApiUrl"], `https://api-${peerCode}.payments.example`);
      assert.equal(failover["PeerClusterArn"], flat[`${peer}DatabaseClusterArn`]);
      assert.equal(failover["TakeoverWaitSeconds"], "150");
    }
  });

  it("leads the public names to the primary or to DR, and each Region's own name to that Region", () => {
    const dns = parameters("stack-dns-apse2-test");
    assert.equal(dns["PrimaryPublicTarget"], flat["PrimaryPaymentsPublicDomainTarget"]);
    assert.equal(dns["DrPublicTarget"], flat["DrPaymentsPublicDomainTarget"]);
    assert.equal(dns["DrRegionalTarget"], flat["DrPaymentsRegionalDomainTarget"]);
    assert.equal(dns["PrimaryLoadBalancerTarget"], flat["PrimaryPaymentsLoadBalancerDnsName"]);
    assert.equal(dns["HostedZoneId"], VALID_CONFIG.domain.hostedZoneId);
    assert.equal(flat["GlobalDnsWitnessName"], "stack-dns-apse2-test-WitnessName");
  });

  it("is the same program every time: no value differs between two runs", async () => {
    const again = await run();
    const stacks = (of: MockCloud) =>
      Object.fromEntries(
        of.ofType("aws:cloudformation/stack:Stack").map(({ name, inputs }) => [name, inputs]),
      );
    assert.deepEqual(stacks(again.cloud), stacks(cloud));
  });

  it("tells published versions of a changed setting, but not of a failover", async () => {
    const hash = (of: MockCloud) => parametersOf(of.stack("stack-functions-apse1-test"))["ConfigurationHash"];
    const louder = await run({ functions: { logLevel: "DEBUG" } });
    const failedOver = await run({ activeRegion: "dr" });
    assert.notEqual(hash(louder.cloud), hash(cloud));
    assert.equal(hash(failedOver.cloud), hash(cloud));
  });

  it("does not start without the engine's own ban on default providers", async () => {
    await pulumi.runtime.setMocks(new MockCloud(answer), "payments", "test", false);
    setConfig(VALID_CONFIG);
    pulumi.runtime.setConfig("pulumi:disable-default-providers", "[]");
    delete require.cache[require.resolve(PROGRAM)];
    await assert.rejects(
      pulumi.runtime.runInPulumiStack(() => {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- only require can run a module a second time
        require(PROGRAM);
        return Promise.resolve();
      }),
      /pulumi:disable-default-providers must be/,
    );
  });
});
