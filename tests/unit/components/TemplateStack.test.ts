import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../../../components/environment";
import { RegionPair, type Region } from "../../../components/RegionPair";
import { holdsData, STATEFUL_TYPES, statefulStackPolicy } from "../../../components/stackPolicy";
import { TemplateStack, type StackParameters } from "../../../components/TemplateStack";
import { templateBody } from "../../../components/templateBody";
import { parseTemplate } from "../../../components/template";
import { MockCloud, parametersOf, registeredHooks, VALID_CONFIG, valueOf, type StackAnswer } from "./mocks";

const PRODUCTION: Environment = {
  suffix: "prod",
  type: "production",
  tags: { Environment: "prod", Project: "payments", CostCenter: "cc-1" },
};
const LOCAL: Environment = {
  ...PRODUCTION,
  suffix: "local",
  type: "nonproduction",
  endpoint: "https://127.0.0.1:4566",
};

const KEY_ARN = "arn:aws:kms:ap-southeast-1:123456789012:key/1a2b";
const NETWORK: StackParameters<"network"> = { VpcCidr: "10.10.0.0/16", LogsKeyArn: KEY_ARN };

/** Starts a recorded program and gives its providers. */
async function mock(answer?: StackAnswer): Promise<{ cloud: MockCloud; regions: RegionPair }> {
  const cloud = new MockCloud(answer);
  await pulumi.runtime.setMocks(cloud, "payments", "test");
  return { cloud, regions: new RegionPair(VALID_CONFIG) };
}

/** The recorded stack, once it was registered. */
async function registered(cloud: MockCloud, stack: Pick<TemplateStack, "stack" | "stackName">) {
  await valueOf(stack.stack.urn);
  return cloud.stack(stack.stackName);
}

describe("TemplateStack", function () {
  this.timeout(10_000);

  it("names the stack by template, Region and environment", async () => {
    const { cloud, regions } = await mock();
    const stack = new TemplateStack("network", {
      region: regions.dr,
      environment: PRODUCTION,
      parameters: NETWORK,
    });
    assert.equal((await registered(cloud, stack)).inputs["name"], "stack-network-apse2-prod");
  });

  it("goes through the provider of its Region", async () => {
    const { cloud, regions } = await mock();
    const primary = new TemplateStack("network", {
      region: regions.primary,
      environment: LOCAL,
      parameters: NETWORK,
    });
    const dr = new TemplateStack("network", { region: regions.dr, environment: LOCAL, parameters: NETWORK });
    assert.match((await registered(cloud, primary)).provider, /::aws-primary::/);
    assert.match((await registered(cloud, dr)).provider, /::aws-dr::/);
  });

  it("refuses a Region without an explicit provider", async () => {
    const { regions } = await mock();
    const region = { ...regions.primary, provider: undefined } as unknown as Region;
    assert.throws(
      () => new TemplateStack("network", { region, environment: LOCAL, parameters: NETWORK }),
      /stack-network-apse1-local: an explicit provider for ap-southeast-1 is required/,
    );
  });

  it("satisfies R44: carries the three tags and the template's capabilities", async () => {
    const { cloud, regions } = await mock();
    const stack = new TemplateStack("network", {
      region: regions.dr,
      environment: LOCAL,
      parameters: NETWORK,
    });
    const { inputs } = await registered(cloud, stack);
    assert.deepEqual(inputs["tags"], LOCAL.tags);
    assert.deepEqual(inputs["capabilities"], ["CAPABILITY_NAMED_IAM"]);
  });

  it("passes the template as it is written", async () => {
    const { cloud, regions } = await mock();
    const stack = new TemplateStack("network", {
      region: regions.dr,
      environment: LOCAL,
      parameters: NETWORK,
    });
    assert.equal((await registered(cloud, stack)).inputs["templateBody"], stack.template.text);
  });

  it("gives the common parameters itself and writes all of them as text", async () => {
    const { cloud, regions } = await mock();
    const stack = new TemplateStack("database", {
      region: regions.dr,
      environment: LOCAL,
      parameters: {
        MinCapacity: 0.5,
        MaxCapacity: "8.0",
        IsolatedSubnetIds: ["subnet-0a", pulumi.output("subnet-0b")],
        DatabaseSecurityGroupId: "sg-0a",
        DataKeyArn: KEY_ARN,
        LogsKeyArn: pulumi.output(KEY_ARN),
        GlobalClusterIdentifier: undefined,
      },
    });
    const parameters = parametersOf(await registered(cloud, stack));
    assert.deepEqual(parameters, {
      DataKeyArn: KEY_ARN,
      DatabaseSecurityGroupId: "sg-0a",
      EnvironmentSuffix: "local",
      EnvironmentType: "nonproduction",
      IsolatedSubnetIds: "subnet-0a,subnet-0b",
      LogsKeyArn: KEY_ARN,
      MaxCapacity: "8",
      MinCapacity: "0.5",
      Place: "dr",
      RegionCode: "apse2",
    });
  });

  it("refuses a wrong value at the line that gives it", async () => {
    const { regions } = await mock();
    assert.throws(
      () =>
        new TemplateStack("network", {
          region: regions.primary,
          environment: LOCAL,
          parameters: { ...NETWORK, VpcCidr: "8.8.8.8/16" },
        }),
      /stack stack-network-apse1-local, parameter VpcCidr, value "8\.8\.8\.8\/16": AllowedPattern/,
    );
  });

  it("refuses a wrong value that only arrives from another stack", async () => {
    const { regions } = await mock();
    const stack = new TemplateStack("network", {
      region: regions.primary,
      environment: LOCAL,
      parameters: { ...NETWORK, LogsKeyArn: pulumi.output("alias/logs") },
    });
    const promise = (stack.stack.parameters as unknown as { promise(): Promise<unknown> }).promise();
    await assert.rejects(promise, /parameter LogsKeyArn, value "alias\/logs": AllowedPattern/);
  });

  it("refuses names that the template does not have, and missing ones", async () => {
    const { regions } = await mock();
    const make = (parameters: object) =>
      new TemplateStack("network", {
        region: regions.primary,
        environment: LOCAL,
        parameters: parameters as StackParameters<"network">,
      });
    assert.throws(() => make({ ...NETWORK, Cidr: "10.0.0.0/16" }), /parameter Cidr: .*no such parameter/);
    assert.throws(() => make({ VpcCidr: "10.10.0.0/16" }), /parameter LogsKeyArn: required/);
  });

  it("fails when CloudFormation lacks an output that somebody wants, and only then", async () => {
    const { regions } = await mock(() => ({ VpcId: "vpc-0a" }));
    const stack = new TemplateStack("network", {
      region: regions.dr,
      environment: LOCAL,
      parameters: NETWORK,
    });
    assert.equal(await valueOf(stack.outputs.VpcId), "vpc-0a");
    const missing = (stack.outputs.VpcCidr as unknown as { promise(): Promise<unknown> }).promise();
    await assert.rejects(missing, /stack-network-apse2-local: CloudFormation returned no output VpcCidr/);
  });

  it("leaves an output unknown in a preview when the deployed stack does not have it yet", async () => {
    await pulumi.runtime.setMocks(new MockCloud(() => ({ VpcId: "vpc-0a" })), "payments", "test", true);
    const { dr } = new RegionPair(VALID_CONFIG);
    const stack = new TemplateStack("network", { region: dr, environment: LOCAL, parameters: NETWORK });
    const isKnown = (output: pulumi.Output<string>) =>
      (output as unknown as { isKnown: Promise<boolean> }).isKnown;
    assert.equal(await isKnown(stack.outputs.VpcId), true);
    assert.equal(await isKnown(stack.outputs.VpcCidr), false);
  });

  it("keeps at preview what the stack's update leaves as it is, and nothing else", async () => {
    // What the engine does not know of a stack that is updated is absent from the mock's answer.
    await pulumi.runtime.setMocks(new MockCloud(() => ({}), 2_000), "payments", "test", true);
    const { dr } = new RegionPair(VALID_CONFIG);
    const stack = new TemplateStack("network", { region: dr, environment: LOCAL, parameters: NETWORK });
    const inputs = { templateBody: stack.template.text, parameters: { ...NETWORK, NatGateways: "one" } };
    const hook = registeredHooks.get("resource-level-preview:stack-network-apse2-local");
    const isKnown = (output: pulumi.Output<string>) =>
      (output as unknown as { isKnown: Promise<boolean> }).isKnown;
    const [id, subnets] = [stack.outputs.VpcId, stack.outputs.PublicSubnetIds];
    const body = stack.template.text.replace("  PublicSubnet1:", "  PublicSubnet1Before:");
    await hook?.({
      ...{ urn: "urn", id: "id", name: "network-apse2", type: "aws:cloudformation/stack:Stack" },
      newInputs: inputs,
      oldInputs: { ...inputs, templateBody: body },
      oldOutputs: { outputs: { VpcId: "vpc-0a", PublicSubnetIds: "subnet-0a" } },
    });
    assert.equal(await valueOf(id), "vpc-0a");
    assert.equal(await isKnown(subnets), false);
  });

  it("has the outputs that its template declares", async () => {
    const { regions } = await mock();
    const stack = new TemplateStack("network", {
      region: regions.dr,
      environment: LOCAL,
      parameters: NETWORK,
    });
    assert.deepEqual(Object.keys(stack.outputs), [...stack.template.outputs.keys()]);
  });

  it("protects stacks that hold data in production, with a stack policy", async () => {
    const { cloud, regions } = await mock();
    const inProduction = new TemplateStack("encryption", {
      region: regions.primary,
      environment: PRODUCTION,
      parameters: {},
    });
    const elsewhere = new TemplateStack("encryption", {
      region: regions.dr,
      environment: LOCAL,
      parameters: {},
    });
    const stateless = new TemplateStack("network", {
      region: regions.primary,
      environment: PRODUCTION,
      parameters: NETWORK,
    });
    assert.equal((await registered(cloud, inProduction)).inputs["policyBody"], statefulStackPolicy());
    assert.equal((await registered(cloud, elsewhere)).inputs["policyBody"], undefined);
    assert.equal((await registered(cloud, stateless)).inputs["policyBody"], undefined);
    assert.equal(protectOf(inProduction), true);
    assert.equal(protectOf(elsewhere), false);
    assert.equal(protectOf(stateless), false);
  });

  it("keeps failed stacks in production and clears them elsewhere", async () => {
    const { cloud, regions } = await mock();
    const one = new TemplateStack("network", {
      region: regions.primary,
      environment: PRODUCTION,
      parameters: NETWORK,
    });
    const two = new TemplateStack("network", { region: regions.dr, environment: LOCAL, parameters: NETWORK });
    assert.equal((await registered(cloud, one)).inputs["onFailure"], "ROLLBACK");
    assert.equal((await registered(cloud, two)).inputs["onFailure"], "DELETE");
  });
});

/** `protect` as the resource was registered with it; the SDK keeps it in a private field. */
function protectOf(stack: Pick<TemplateStack, "stack">): boolean | undefined {
  return (stack.stack as unknown as { __protect?: boolean }).__protect;
}

describe("stack policy", () => {
  it("denies replacing and removing what holds data, and nothing else", () => {
    const policy = JSON.parse(statefulStackPolicy()) as {
      Statement: { Effect: string; Action: unknown; Condition?: unknown }[];
    };
    assert.deepEqual(
      policy.Statement.map(({ Effect, Action }) => [Effect, Action]),
      [
        ["Allow", "Update:*"],
        ["Deny", ["Update:Replace", "Update:Delete"]],
      ],
    );
    assert.deepEqual(policy.Statement[1]?.Condition, { StringEquals: { ResourceType: STATEFUL_TYPES } });
  });

  it("finds data in clusters, tables, buckets and keys", () => {
    const template = (type: string) => parseTemplate("cfn/a.yaml", `Resources:\n  A: {Type: ${type}}\n`);
    for (const type of STATEFUL_TYPES) assert.equal(holdsData(template(type)), true);
    assert.equal(holdsData(template("AWS::Lambda::Function")), false);
  });
});

describe("template body of a stack", () => {
  const large = parseTemplate(
    "cfn/large.yaml",
    `Resources:\n  A: {Type: AWS::SQS::Queue}\n${"# padding\n".repeat(6_000)}`,
  );
  const store = { bucketName: "bucket-artifacts", keyArn: KEY_ARN };

  it("is uploaded to the Region's bucket when it is too large for a request", async () => {
    const { cloud, regions } = await mock();
    const body = templateBody(large, { region: regions.dr, environment: PRODUCTION, store });
    const url = String(await valueOf(pulumi.output(body.templateUrl)));
    const [object] = cloud.ofType("aws:s3/bucketObjectv2:BucketObjectv2");
    assert.equal(body.templateBody, undefined);
    assert.equal(
      url,
      `https://bucket-artifacts.s3.ap-southeast-2.amazonaws.com/${String(object?.inputs["key"])}`,
    );
    assert.equal(object?.inputs["content"], large.text);
    assert.equal(object.inputs["serverSideEncryption"], "aws:kms");
    assert.equal(object.inputs["kmsKeyId"], KEY_ARN);
    assert.match(object.provider, /::aws-dr::/);
  });

  it("has a path-style address on the embedded cloud", async () => {
    const { regions } = await mock();
    const body = templateBody(large, { region: regions.dr, environment: LOCAL, store });
    const url = String(await valueOf(pulumi.output(body.templateUrl)));
    assert.match(
      url,
      /^https:\/\/127\.0\.0\.1:4566\/bucket-artifacts\/templates\/large\/[0-9a-f]{64}\.yaml$/,
    );
  });

  it("needs a bucket", async () => {
    const { regions } = await mock();
    assert.throws(
      () => templateBody(large, { region: regions.dr, environment: LOCAL }),
      /cfn\/large\.yaml has \d+ bytes and needs a bucket/,
    );
  });
});

describe("RegionPair", () => {
  it("satisfies R6: holds an account to its id and each provider to its Region", async () => {
    const { cloud, regions } = await mock();
    await valueOf(regions.primary.provider.urn);
    await valueOf(regions.dr.provider.urn);
    const providers = cloud
      .ofType("pulumi:providers:aws")
      .map(({ name, inputs }) => [name, inputs["region"], inputs["allowedAccountIds"]]);
    assert.deepEqual(providers, [
      ["aws-primary", "ap-southeast-1", '["123456789012"]'],
      ["aws-dr", "ap-southeast-2", '["123456789012"]'],
    ]);
  });

  it("sends the embedded cloud's calls to its endpoint, with no credentials in the state", async () => {
    const cloud = new MockCloud();
    await pulumi.runtime.setMocks(cloud, "payments", "local");
    const pair = new RegionPair({
      target: "embedded",
      endpoint: "https://127.0.0.1:4566",
      accountId: "123456789012",
    });
    await valueOf(pair.dr.provider.urn);
    const inputs = cloud.ofType("pulumi:providers:aws").find(({ name }) => name === "aws-dr")?.inputs ?? {};
    const endpoints = JSON.parse(String(inputs["endpoints"])) as Record<string, string>[];
    assert.deepEqual(new Set(Object.values(endpoints[0] ?? {})), new Set(["https://127.0.0.1:4566"]));
    assert.ok(endpoints[0]?.["cloudformation"] && endpoints[0]["s3"] && endpoints[0]["sts"]);
    assert.deepEqual(
      Object.keys(inputs).filter((key) => /key|token|secret/i.test(key)),
      [],
    );
    assert.ok(aws.Provider.isInstance(pair.dr.provider));
  });
});
