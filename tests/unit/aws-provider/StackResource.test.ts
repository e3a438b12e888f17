import assert from "node:assert/strict";
import { PartialFailure } from "../../../local/aws-provider/errors";
import { UNKNOWN, type Properties } from "../../../local/aws-provider/properties";
import { StackResource } from "../../../local/aws-provider/stack/StackResource";
import { awsError, failedEvent, fakeClock, FakeCloudFormation, operation } from "./FakeCloudFormation";

const body =
  "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !Ref Name\n";
const inputs: Properties = {
  name: "stack-storage-apse1-local",
  region: "ap-southeast-1",
  templateBody: body,
  parameters: { Name: "bucket-a" },
  capabilities: ["CAPABILITY_NAMED_IAM"],
  onFailure: "DELETE",
  tags: { Environment: "local" },
  tagsAll: { Environment: "local", Team: "payments" },
};

describe("an aws.cloudformation.Stack", () => {
  let cloud: FakeCloudFormation;
  let stack: StackResource;

  beforeEach(() => {
    cloud = new FakeCloudFormation();
    stack = new StackResource({
      region: "ap-southeast-1",
      defaultTags: { Team: "payments" },
      api: () => cloud,
      clock: fakeClock(),
    });
  });

  const create = (changes: Properties = {}) => stack.create({ ...inputs, ...changes }, operation());

  describe("when it is created", () => {
    it("gives CloudFormation all inputs and records id and outputs", async () => {
      // Act
      const { id, properties } = await create({ timeoutInMinutes: 5, policyBody: '{ "Statement": [] }' });

      // Assess
      const [sent] = cloud.created;
      assert.equal(sent?.StackName, inputs.name);
      assert.equal(sent?.TemplateBody, body);
      assert.equal(sent?.OnFailure, "DELETE");
      assert.equal(sent?.TimeoutInMinutes, 5);
      assert.equal(sent?.StackPolicyBody, '{"Statement":[]}');
      assert.deepEqual(sent?.Parameters, [{ ParameterKey: "Name", ParameterValue: "bucket-a" }]);
      assert.deepEqual(sent?.Tags?.length, 2);
      assert.match(id, /^arn:aws:cloudformation:/);
      assert.deepEqual(properties.outputs, { BucketName: "bucket-a" });
      assert.deepEqual(properties.tags, { Environment: "local" });
      assert.deepEqual(properties.tagsAll, { Environment: "local", Team: "payments" });
    });

    it("does nothing in a preview, and its outputs are unknown", async () => {
      // Act
      const { properties } = await stack.create(
        { ...inputs, parameters: { Name: UNKNOWN } },
        operation({ preview: true }),
      );

      // Assess
      assert.equal(properties.outputs, UNKNOWN);
      assert.equal(cloud.created.length, 0);
    });

    it("waits for a role that CloudFormation does not know yet", async () => {
      // Prepare
      const notYet = awsError(
        "ValidationError",
        "Role arn:aws:iam::1:role/x is invalid or cannot be assumed",
      );
      cloud.createErrors = [notYet, notYet];

      // Act
      await create();

      // Assess
      assert.equal(cloud.created.length, 3);
    });

    it("shows the first failing event and records nothing when CloudFormation deleted it", async () => {
      // Prepare
      cloud.createEndsIn = "DELETE_COMPLETE";
      cloud.failures = [
        failedEvent("Bucket", "AWS::S3::Bucket", "bucket-a already exists"),
        failedEvent("Queue", "AWS::SQS::Queue", "Resource creation cancelled"),
      ];

      // Act
      const error = await create().catch((e: unknown) => e as Error);

      // Assess
      assert.ok(error instanceof Error && !(error instanceof PartialFailure));
      assert.match(
        error.message,
        /first failing event: Bucket \(AWS::S3::Bucket\) CREATE_FAILED: bucket-a already exists$/,
      );
    });

    it("names the resource inside a nested stack that failed", async () => {
      // Prepare
      cloud.createEndsIn = "DELETE_COMPLETE";
      cloud.failures = [
        failedEvent("Inner", "AWS::CloudFormation::Stack", "Embedded stack failed", "inner-id"),
      ];
      cloud.events.set("inner-id", [failedEvent("Key", "AWS::KMS::Key", "policy is wrong")]);

      // Act, Assess
      await assert.rejects(
        create(),
        /first failing event: Inner\/Key \(AWS::KMS::Key\) CREATE_FAILED: policy is wrong/,
      );
    });

    it("removes what a rollback left, so that the next run can create it anew", async () => {
      // Prepare
      cloud.createEndsIn = "ROLLBACK_COMPLETE";

      // Act
      const error = await create({ onFailure: "ROLLBACK" }).catch((e: unknown) => e as Error);

      // Assess
      assert.ok(error instanceof Error && !(error instanceof PartialFailure));
      assert.match(error.message, /ROLLBACK_COMPLETE/);
      assert.equal(cloud.deleted.length, 1);
    });

    it("records a failed stack that was to be kept, and replaces it in the next run", async () => {
      // Prepare
      cloud.createEndsIn = "CREATE_FAILED";
      const kept = { ...inputs, onFailure: "DO_NOTHING" };

      // Act
      const error = await stack.create(kept, operation()).catch((e: unknown) => e as Error);

      // Assess
      assert.ok(error instanceof PartialFailure);
      assert.match(error.id, /stack-storage-apse1-local/);
      assert.deepEqual(
        stack.diff(error.properties, kept, []).map(({ replaces }) => replaces),
        [true],
      );
      assert.equal(cloud.deleted.length, 0);
    });

    it("gives up after the program's timeout and records the stack that goes on", async () => {
      // Prepare
      cloud.neverEnds = true;

      // Act
      const error = await stack
        .create(inputs, operation({ timeoutSeconds: 60 }))
        .catch((e: unknown) => e as Error);

      // Assess
      assert.ok(error instanceof PartialFailure);
      assert.match(error.message, /timeout while waiting for .* \(timeout: 60 s\)/);
      assert.ok(cloud.looks < 60, `looked ${cloud.looks} times in 60 s`);
    });

    it("stops waiting when the engine cancels, and records the stack that goes on", async () => {
      // Prepare
      cloud.neverEnds = true;
      const abort = new AbortController();
      abort.abort();

      // Act
      const error = await stack
        .create(inputs, operation({ signal: abort.signal }))
        .catch((e: unknown) => e as Error);

      // Assess
      assert.ok(error instanceof PartialFailure);
      assert.match(error.message, /was canceled/);
    });
  });

  describe("when it is updated", () => {
    let id: string;
    let state: Properties;

    beforeEach(async () => {
      ({ id, properties: state } = await create());
    });

    it("sends parameters, template and capabilities, changed or not", async () => {
      // Act
      const updated = await stack.update(
        id,
        state,
        { ...inputs, parameters: { Name: "bucket-b" } },
        operation(),
      );

      // Assess
      const [sent] = cloud.updated;
      assert.equal(sent?.TemplateBody, body);
      assert.deepEqual(sent?.Capabilities, ["CAPABILITY_NAMED_IAM"]);
      assert.equal(sent?.StackPolicyBody, undefined);
      assert.deepEqual(updated.parameters, { Name: "bucket-b" });
    });

    it("takes CloudFormation's word that there is nothing to do", async () => {
      // Prepare
      cloud.updateErrors = [awsError("ValidationError", "No updates are to be performed.")];

      // Act
      const updated = await stack.update(id, state, inputs, operation());

      // Assess
      assert.deepEqual(updated.outputs, { BucketName: "bucket-a" });
    });

    it("leaves the state as it was when CloudFormation rolled the update back", async () => {
      // Prepare
      cloud.updateEndsIn = "UPDATE_ROLLBACK_COMPLETE";
      cloud.failures = [failedEvent("Bucket", "AWS::S3::Bucket", "no such key")];

      // Act
      const error = await stack
        .update(id, state, { ...inputs, parameters: { Name: "b" } }, operation())
        .catch((e: unknown) => e as Error);

      // Assess
      assert.ok(error instanceof Error && !(error instanceof PartialFailure));
      assert.match(error.message, /UPDATE_ROLLBACK_COMPLETE.*first failing event: Bucket/);
    });

    it("records what is there when not even the rollback succeeded", async () => {
      // Prepare
      cloud.updateEndsIn = "UPDATE_ROLLBACK_FAILED";

      // Act, Assess
      await assert.rejects(
        stack.update(id, state, { ...inputs, parameters: { Name: "b" } }, operation()),
        (error) => error instanceof PartialFailure && error.properties.name === inputs.name,
      );
    });

    it("keeps the values of hidden parameters, which CloudFormation shows as asterisks", async () => {
      // Prepare
      cloud.stacks.get(id)!.Parameters = [{ ParameterKey: "Name", ParameterValue: "****" }];

      // Act
      const found = await stack.read(id, state, inputs);

      // Assess
      assert.deepEqual(found?.properties.parameters, { Name: "bucket-a" });
      assert.deepEqual(found?.inputs.parameters, { Name: "bucket-a" });
    });

    it("shows a drift in parameters", async () => {
      // Prepare
      cloud.stacks.get(id)!.Parameters = [{ ParameterKey: "Name", ParameterValue: "by-hand" }];

      // Act
      const found = await stack.read(id, state, inputs);

      // Assess
      assert.deepEqual(
        stack.diff(found!.properties, inputs, []).map(({ path }) => path),
        ["parameters.Name"],
      );
    });
  });

  describe("when it is read or deleted", () => {
    it("is gone when CloudFormation has deleted it or never had it", async () => {
      // Prepare
      const { id, properties } = await create();
      await stack.delete(id, properties, operation());

      // Act, Assess
      assert.equal(await stack.read(id, properties, inputs), undefined);
      assert.equal(await stack.read("no-such-stack", {}, {}), undefined);
    });

    it("is imported by its name, without parameters or tags that it lacks", async () => {
      // Prepare
      await create();

      // Act
      const found = await stack.read("stack-storage-apse1-local", {}, {});

      // Assess
      assert.match(found?.id ?? "", /^arn:/);
      assert.equal(found?.inputs.name, "stack-storage-apse1-local");
      assert.deepEqual(found?.inputs.parameters, { Name: "bucket-a" });
      assert.equal(found?.inputs.outputs, undefined);
    });

    it("names what could not be deleted", async () => {
      // Prepare
      const { id, properties } = await create();
      cloud.deleteEndsIn = "DELETE_FAILED";
      cloud.failures = [failedEvent("Bucket", "AWS::S3::Bucket", "The bucket is not empty")];

      // Act, Assess
      await assert.rejects(stack.delete(id, properties, operation()), /DELETE_FAILED.*Bucket .*not empty/);
    });
  });
});
