import assert from "node:assert/strict";
import { Analyzer, type Described, type Diagnostic } from "./analyzer";

const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const STACK = "aws:cloudformation/stack:Stack";
const TAGS = { Environment: "prod", Project: "payments", CostCenter: "cc-1" };

function stack(
  body: string,
  more: Partial<Described> = {},
  parameters: Record<string, unknown> = {},
): Described {
  return {
    type: STACK,
    name: "stack-test-apse1-prod",
    properties: { name: "stack-test-apse1-prod", templateBody: body, parameters, tags: TAGS },
    provider: { name: "primary", region: "ap-southeast-1" },
    isProtected: true,
    ...more,
  };
}

const policies = (found: readonly Diagnostic[]): string[] =>
  [...new Set(found.map((item) => item.policy))].sort();
const of = (found: readonly Diagnostic[], policy: string): Diagnostic[] =>
  found.filter((item) => item.policy === policy);

describe("policy pack", function () {
  this.timeout(60_000);
  let analyzer: Analyzer;
  before(async () => {
    analyzer = await Analyzer.start("prod");
  });
  after(() => analyzer.stop());

  it("satisfies R2: refuses a violation inside a template, naming stack, resource, path, line, requirement and fix", async () => {
    const body =
      "Resources:\n  Key:\n    Type: AWS::KMS::Key\n    Properties:\n      EnableKeyRotation: false\n";

    const found = await analyzer.resource(stack(body));

    const [rotation] = of(found, "kms-rotation");
    assert.equal(rotation?.mandatory, true);
    assert.match(
      rotation.message,
      /stack-test-apse1-prod Key Properties\.EnableKeyRotation \(line 5\).*PCI DSS v4\.0\.1 3\.7\.4.*Fix: /,
    );
  });

  it("judges with the parameters that will be deployed", async () => {
    const body = `
Parameters: {Rotate: {Type: String, Default: "false"}}
Resources: {Key: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: !Ref Rotate}}}`;

    const byDefault = await analyzer.resource(stack(body));
    const given = await analyzer.resource(stack(body, {}, { Rotate: "true" }));
    const unknown = await analyzer.resource(stack(body, {}, { Rotate: UNKNOWN_STRING }));

    assert.deepEqual(
      [byDefault, given, unknown].map((found) => of(found, "kms-rotation").length),
      [1, 0, 0],
    );
  });

  it("lists what a preview cannot know as advice", async () => {
    const body = `
Parameters: {Rotate: {Type: String}}
Resources: {Key: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: !Ref Rotate}}}`;

    const found = await analyzer.whole([stack(body, {}, { Rotate: UNKNOWN_STRING })]);

    const [advice] = of(found, "unresolved-and-suppressed");
    assert.match(advice?.message ?? "", /unresolved kms-rotation/);
    assert.equal(advice?.mandatory, false);
  });

  it("reads a template that the same program uploads", async () => {
    const body = "Resources: {Key: {Type: AWS::KMS::Key}}";
    const object: Described = {
      type: "aws:s3/bucketObjectv2:BucketObjectv2",
      name: "template-test-apse1",
      properties: { key: "templates/large-1234.yaml", content: body },
      provider: { name: "primary", region: "ap-southeast-1" },
    };
    const properties = {
      templateUrl: "https://b.s3.ap-southeast-1.amazonaws.com/templates/large-1234.yaml",
      tags: TAGS,
    };
    const byUrl = { ...stack(""), properties };
    const unknownUrl = { ...byUrl, properties: { templateUrl: UNKNOWN_STRING, tags: TAGS } };

    await analyzer.resource(object);
    const stranger = { ...unknownUrl, name: "stack-stranger" };
    const alone = await analyzer.resource(stranger);
    const together = await analyzer.whole([
      object,
      { ...stranger, dependencies: { templateUrl: [object.name] } },
    ]);

    assert.deepEqual(alone, []);
    assert.match(of(together, "template-judged-late")[0]?.message ?? "", /^kms-rotation: /m);
    assert.equal(of(await analyzer.resource(byUrl), "kms-rotation").length, 1);
    assert.equal(of(await analyzer.resource(unknownUrl), "kms-rotation").length, 1);
  });

  it("does not pass a template that it cannot read", async () => {
    const broken = await analyzer.whole([stack("Resources: [")]);
    const missing = await analyzer.whole([
      { ...stack(""), properties: { templateUrl: "https://elsewhere/x.yaml" } },
    ]);

    assert.deepEqual(
      [broken, missing].map((found) => of(found, "template-readable").map((item) => item.mandatory)),
      [[true], [true]],
    );
  });

  it("finds a companion in another stack of the program", async () => {
    const bucket = stack("Resources: {B: {Type: AWS::S3::Bucket, Properties: {BucketName: bucket-one}}}");
    const policy = stack(
      `Resources: {P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: bucket-one, PolicyDocument: {Statement: [{Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}}]}}}}`,
      { name: "other" },
    );

    assert.equal(of(await analyzer.whole([bucket]), "s3-tls-only").length, 1);
    assert.equal(of(await analyzer.whole([bucket, policy]), "s3-tls-only").length, 0);
  });

  it("judges aws-native resources by the same rules", async () => {
    const provider = { name: "primary", region: "ap-southeast-1" };
    const cluster: Described = { type: "aws-native:rds:DbCluster", name: "c", properties: {}, provider };
    const table: Described = {
      type: "aws-native:dynamodb:Table",
      name: "t",
      provider,
      properties: {
        sseSpecification: { sseEnabled: true, kmsMasterKeyId: UNKNOWN_STRING },
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: false },
      },
    };
    const queue: Described = {
      type: "aws-native:sqs:Queue",
      name: "q",
      provider,
      properties: { kmsMasterKeyId: UNKNOWN_STRING, redrivePolicy: { deadLetterTargetArn: "a" } },
    };
    const queuePolicy: Described = {
      type: "aws-native:sqs:QueuePolicy",
      name: "p",
      provider,
      dependencies: { queues: ["q"] },
      properties: {
        queues: [UNKNOWN_STRING],
        policyDocument: {
          Statement: [
            {
              Effect: "Deny",
              Principal: "*",
              Action: "sqs:*",
              Resource: "*",
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
      },
    };

    assert.deepEqual(policies(await analyzer.resource(table)), [
      "dr-stateful-protected",
      "dynamodb-point-in-time-recovery",
      "dynamodb-ttl",
    ]);
    assert.ok(policies(await analyzer.resource(cluster)).includes("rds-encrypted"));
    assert.equal(of(await analyzer.whole([queue]), "sqs-tls-only").length, 1);
    assert.deepEqual(
      (await analyzer.whole([queue, queuePolicy])).filter((item) => item.mandatory),
      [],
    );
  });

  it("holds the program to its own rules", async () => {
    const body = "Resources: {B: {Type: AWS::S3::Bucket}}";
    const untagged = { ...stack(body), properties: { templateBody: body, tags: { Environment: "prod" } } };
    const elsewhere = stack(body, { provider: { name: "eu", region: "eu-west-1" } });
    const byDefault = stack(body, { provider: { name: "default_7_48_0", region: "ap-southeast-1" } });
    const unprotected = stack(body, { isProtected: false });
    const outputs: Described = {
      type: "pulumi:pulumi:Stack",
      name: "s",
      properties: {
        PrimaryApiUrl: "https://a",
        DbPassword: "hunter22",
        Arn: "arn:aws:secretsmanager:x:y:secret:z",
      },
    };
    const programOnly = (found: Diagnostic[]): string[] =>
      policies(found).filter((name) => name.startsWith("program-"));

    assert.deepEqual(programOnly(await analyzer.resource(stack(body))), []);
    assert.deepEqual(programOnly(await analyzer.resource(untagged)), ["program-three-tags"]);
    assert.deepEqual(programOnly(await analyzer.resource(elsewhere)), ["program-two-regions"]);
    assert.deepEqual(programOnly(await analyzer.resource(byDefault)), ["program-explicit-providers"]);
    assert.deepEqual(programOnly(await analyzer.resource(unprotected)), ["program-data-protected"]);
    assert.deepEqual(
      await analyzer
        .resource(outputs)
        .then((found) => found.map((item) => item.message.includes("DbPassword"))),
      [true],
    );
  });
});
