import assert from "node:assert/strict";
import { awsError, loadInlineFunction } from "./inlineFunction";
import { text } from "./templates";

const BUCKET = { BucketName: "bucket-x" };

describe("the bucket clean-up", () => {
  it("deletes versions and delete markers page by page until none is left", async () => {
    // Prepare
    const pages = [
      { Versions: [{ Key: "a", VersionId: "1" }], DeleteMarkers: [{ Key: "b", VersionId: "2" }] },
      { Versions: [{ Key: "c", VersionId: "3" }] },
      {},
    ];
    const cleanup = loadInlineFunction("artifacts", "BucketCleanupFunction", (command) =>
      command === "ListObjectVersions" ? pages.shift() : {},
    );

    // Act
    const answer = await cleanup.invoke({ RequestType: "Delete", ResourceProperties: BUCKET });

    // Assess
    assert.equal(answer["Status"], "SUCCESS");
    assert.deepEqual(
      cleanup.sent
        .filter(({ command }) => command === "DeleteObjects")
        .map(({ input }) => JSON.stringify(input["Delete"])),
      [
        '{"Objects":[{"Key":"a","VersionId":"1"},{"Key":"b","VersionId":"2"}],"Quiet":true}',
        '{"Objects":[{"Key":"c","VersionId":"3"}],"Quiet":true}',
      ],
    );
  });

  for (const RequestType of ["Create", "Update"]) {
    it(`touches nothing on ${RequestType}`, async () => {
      // Prepare
      const cleanup = loadInlineFunction("artifacts", "BucketCleanupFunction", () => ({}));

      // Act
      const answer = await cleanup.invoke({ RequestType, ResourceProperties: BUCKET });

      // Assess
      assert.equal(answer["Status"], "SUCCESS");
      assert.deepEqual(cleanup.sent, []);
    });
  }

  it("gives up in time when the bucket is too full for one run", async () => {
    // Prepare
    const pages = [
      { Versions: [{ Key: "a", VersionId: "1" }] },
      { Versions: [{ Key: "b", VersionId: "2" }] },
    ];
    const cleanup = loadInlineFunction("artifacts", "BucketCleanupFunction", (command) =>
      command === "ListObjectVersions" ? (pages.shift() ?? {}) : {},
    );

    // Act
    const answer = await cleanup.invoke({ RequestType: "Delete", ResourceProperties: BUCKET }, 29_000);

    // Assess
    assert.equal(answer["Status"], "FAILED");
    assert.match(text(answer["Reason"]), /still holds objects/);
    assert.equal(cleanup.sent.length, 2);
  });

  it("fails, naming the first, when objects cannot be deleted", async () => {
    // Prepare
    const pages = [
      { Versions: [{ Key: "a", VersionId: "1" }] },
      { Versions: [{ Key: "b", VersionId: "2" }] },
    ];
    const cleanup = loadInlineFunction("artifacts", "BucketCleanupFunction", (command) =>
      command === "ListObjectVersions"
        ? (pages.shift() ?? {})
        : { Errors: [{ Code: "AccessDenied", Message: "no" }] },
    );

    // Act
    const answer = await cleanup.invoke({ RequestType: "Delete", ResourceProperties: BUCKET });

    // Assess
    assert.equal(answer["Status"], "FAILED");
    assert.match(text(answer["Reason"]), /1 objects stay, first: AccessDenied/);
  });

  it("is content when the bucket is gone already", async () => {
    // Prepare
    const cleanup = loadInlineFunction("artifacts", "BucketCleanupFunction", () => {
      throw awsError("NoSuchBucket");
    });

    // Act
    const answer = await cleanup.invoke({
      RequestType: "Delete",
      PhysicalResourceId: "id",
      ResourceProperties: BUCKET,
    });

    // Assess
    assert.equal(answer["Status"], "SUCCESS");
    assert.equal(answer["PhysicalResourceId"], "id");
  });

  it("throws, so that Lambda tries again, when CloudFormation did not hear the answer", async () => {
    // Prepare
    const cleanup = loadInlineFunction("artifacts", "BucketCleanupFunction", () => ({}), 503);

    // Act
    const call = cleanup.invoke({ RequestType: "Create", ResourceProperties: BUCKET });

    // Assess
    await assert.rejects(call, /said 503/);
  });
});

describe("replication's way back", () => {
  const ResourceProperties = {
    SourceRegion: "ap-southeast-2",
    SourceBucketArn: "arn:aws:s3:::bucket-dr",
    DestinationBucketArn: "arn:aws:s3:::bucket-primary",
    DestinationKeyArn: "key",
    RoleArn: "role",
  };

  it("sets one rule on the other Region's bucket", async () => {
    // Prepare
    const wayBack = loadInlineFunction("storage", "ReplicationWayBackFunction", () => ({}));

    // Act
    const answer = await wayBack.invoke({ RequestType: "Create", ResourceProperties });

    // Assess
    assert.equal(answer["Status"], "SUCCESS");
    assert.equal(answer["PhysicalResourceId"], "replication-bucket-dr");
    assert.deepEqual(wayBack.regions, ["ap-southeast-2"]);
    const [put] = wayBack.sent;
    assert.equal(put?.command, "PutBucketReplication");
    assert.equal(put?.input["Bucket"], "bucket-dr");
    const configuration = JSON.stringify(put?.input["ReplicationConfiguration"]);
    assert.match(configuration, /^\{"Role":"role","Rules":\[\{"ID":"to-peer","Status":"Enabled"/);
    assert.match(
      configuration,
      /"Bucket":"arn:aws:s3:::bucket-primary","EncryptionConfiguration":\{"ReplicaKmsKeyID":"key"\}/,
    );
  });

  it("takes the configuration away on Delete, and is content when the bucket is gone", async () => {
    // Prepare
    const wayBack = loadInlineFunction("storage", "ReplicationWayBackFunction", () => {
      throw awsError("NoSuchBucket");
    });

    // Act
    const answer = await wayBack.invoke({
      RequestType: "Delete",
      PhysicalResourceId: "id",
      ResourceProperties,
    });

    // Assess
    assert.equal(answer["Status"], "SUCCESS");
    assert.deepEqual(
      wayBack.sent.map(({ command }) => command),
      ["DeleteBucketReplication"],
    );
  });

  it("fails when the bucket it should configure is missing", async () => {
    // Prepare
    const wayBack = loadInlineFunction("storage", "ReplicationWayBackFunction", () => {
      throw awsError("NoSuchBucket");
    });

    // Act
    const answer = await wayBack.invoke({
      RequestType: "Update",
      PhysicalResourceId: "id",
      ResourceProperties,
    });

    // Assess
    assert.equal(answer["Status"], "FAILED");
  });
});

describe("the stream look-up", () => {
  it("gives this Region's stream", async () => {
    // Prepare
    const lookup = loadInlineFunction("region-state", "StreamLookupFunction", () => ({
      Table: { LatestStreamArn: "stream" },
    }));

    // Act
    const answer = await lookup.invoke({ RequestType: "Create", ResourceProperties: { TableName: "table" } });

    // Assess
    assert.equal(answer["Status"], "SUCCESS");
    assert.deepEqual(answer["Data"], { StreamArn: "stream" });
  });

  it("fails when the replica has no stream", async () => {
    // Prepare
    const lookup = loadInlineFunction("region-state", "StreamLookupFunction", () => ({ Table: {} }));

    // Act
    const answer = await lookup.invoke({ RequestType: "Update", ResourceProperties: { TableName: "table" } });

    // Assess
    assert.equal(answer["Status"], "FAILED");
    assert.match(text(answer["Reason"]), /has no stream/);
  });

  it("asks nothing on Delete", async () => {
    // Prepare
    const lookup = loadInlineFunction("region-state", "StreamLookupFunction", () => ({}));

    // Act
    await lookup.invoke({
      RequestType: "Delete",
      PhysicalResourceId: "id",
      ResourceProperties: { TableName: "table" },
    });

    // Assess
    assert.deepEqual(lookup.sent, []);
  });
});

describe("the closing of the default security group", () => {
  const ResourceProperties = { GroupId: "sg-1" };

  it("revokes what the group allows, in both directions", async () => {
    // Prepare
    const group = { IpPermissions: [{ IpProtocol: "-1" }], IpPermissionsEgress: [{ IpProtocol: "-1" }] };
    const close = loadInlineFunction("network", "DefaultGroupFunction", () => ({ SecurityGroups: [group] }));

    // Act
    const answer = await close.invoke({ RequestType: "Create", ResourceProperties });

    // Assess
    assert.equal(answer["Status"], "SUCCESS");
    assert.deepEqual(
      close.sent.map(({ command }) => command),
      ["DescribeSecurityGroups", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"],
    );
  });

  it("revokes nothing twice, and nothing on Delete", async () => {
    // Prepare
    const close = loadInlineFunction("network", "DefaultGroupFunction", () => ({
      SecurityGroups: [{ IpPermissions: [], IpPermissionsEgress: [] }],
    }));

    // Act
    await close.invoke({ RequestType: "Update", ResourceProperties });
    await close.invoke({ RequestType: "Delete", ResourceProperties });

    // Assess
    assert.deepEqual(
      close.sent.map(({ command }) => command),
      ["DescribeSecurityGroups"],
    );
  });
});
