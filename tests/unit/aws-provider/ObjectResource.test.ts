import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HeadObjectCommandOutput, PutObjectCommandInput } from "@aws-sdk/client-s3";
import { unzipSync } from "fflate";
import type { ObjectApi } from "../../../local/aws-provider/object/ObjectApi";
import { ObjectResource } from "../../../local/aws-provider/object/ObjectResource";
import { UNKNOWN, type Properties } from "../../../local/aws-provider/properties";
import { operation } from "./FakeCloudFormation";

const ASSET = { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17" };
const ARCHIVE = { "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7" };

class FakeS3 implements ObjectApi {
  readonly puts: PutObjectCommandInput[] = [];
  readonly tagged: Record<string, string>[] = [];
  readonly deleted: unknown[][] = [];
  object: HeadObjectCommandOutput | undefined;
  objectTags: Record<string, string> = {};

  async put(input: PutObjectCommandInput): Promise<void> {
    this.puts.push(input);
    this.objectTags = Object.fromEntries(new URLSearchParams(input.Tagging ?? ""));
    this.object = {
      $metadata: {},
      ETag: `"${createHash("md5")
        .update(input.Body as Uint8Array)
        .digest("hex")}"`,
      ContentType: input.ContentType ?? "binary/octet-stream",
      ServerSideEncryption: input.ServerSideEncryption,
      SSEKMSKeyId: input.SSEKMSKeyId,
      VersionId: `v${this.puts.length}`,
    };
  }

  async head(): Promise<HeadObjectCommandOutput | undefined> {
    return this.object;
  }

  async tags(): Promise<Record<string, string>> {
    return this.objectTags;
  }

  async setTags(_bucket: string, _key: string, tags: Record<string, string>): Promise<void> {
    this.tagged.push(tags);
    this.objectTags = tags;
  }

  async delete(...parameters: unknown[]): Promise<void> {
    this.deleted.push(parameters);
  }
}

describe("an aws.s3.BucketObjectv2", () => {
  let s3: FakeS3;
  let object: ObjectResource;
  let directory: string;
  const base: Properties = { bucket: "bucket-a", key: "code/a.zip", region: "ap-southeast-1" };

  beforeEach(() => {
    s3 = new FakeS3();
    object = new ObjectResource({ region: "ap-southeast-1", defaultTags: {}, api: () => s3 });
    directory = mkdtempSync(join(tmpdir(), "payments-object-"));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  const sent = () => Buffer.from(s3.puts.at(-1)?.Body as Uint8Array);

  it("is uploaded from a file with its headers, encryption and tags", async () => {
    // Prepare
    const path = join(directory, "a.zip");
    writeFileSync(path, "zip");

    // Act
    const { id, properties } = await object.create(
      {
        ...base,
        source: { ...ASSET, path, hash: "h" },
        contentType: "application/zip",
        kmsKeyId: "key-a",
        tagsAll: { A: "b c" },
      },
      operation(),
    );

    // Assess
    assert.equal(id, "bucket-a/code/a.zip");
    assert.equal(sent().toString(), "zip");
    assert.equal(s3.puts[0]?.ServerSideEncryption, "aws:kms");
    assert.equal(s3.puts[0]?.Tagging, "A=b+c");
    assert.equal(properties.versionId, "v1");
    assert.equal(properties.etag, createHash("md5").update("zip").digest("hex"));
    assert.equal(properties.arn, "arn:aws:s3:::bucket-a/code/a.zip");
  });

  it("is uploaded from a text, from base64 and from an archive of assets", async () => {
    await object.create({ ...base, content: "ä" }, operation());
    assert.equal(sent().toString("utf8"), "ä");
    await object.create({ ...base, contentBase64: "AAE=" }, operation());
    assert.deepEqual([...sent()], [0, 1]);
    await object.create(
      { ...base, source: { ...ARCHIVE, assets: { "x/y.txt": { ...ASSET, text: "inner" } } } },
      operation(),
    );
    assert.equal(Buffer.from(unzipSync(sent())["x/y.txt"]!).toString(), "inner");
  });

  it("is the same archive for the same files, whenever it is made", async () => {
    // Prepare
    writeFileSync(join(directory, "b.txt"), "b");
    writeFileSync(join(directory, "a.txt"), "a");
    const source = { ...ARCHIVE, path: directory };

    // Act
    await object.create({ ...base, source }, operation());
    const first = sent();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await object.create({ ...base, source }, operation());

    // Assess
    assert.deepEqual(sent(), first);
    assert.deepEqual(Object.keys(unzipSync(first)), ["a.txt", "b.txt"]);
  });

  it("refuses an asset that it would have to download", async () => {
    const source = { ...ASSET, uri: "https://example.com/a.zip" };
    await assert.rejects(object.create({ ...base, source }, operation()), /downloads nothing/);
  });

  it("has unknown etag and version in a preview that changes its content, and only then", async () => {
    // Prepare
    const state = { ...base, content: "a", etag: "e", versionId: "v", tags: { A: "1" } };

    // Act
    const rewritten = await object.update("", state, { ...base, content: "b" }, operation({ preview: true }));
    const tagged = await object.update(
      "",
      state,
      { ...base, content: "a", tags: { A: "2" } },
      operation({ preview: true }),
    );

    // Assess
    assert.deepEqual([rewritten.etag, rewritten.versionId], [UNKNOWN, UNKNOWN]);
    assert.deepEqual([tagged.etag, tagged.versionId], ["e", "v"]);
    assert.equal(s3.puts.length, 0);
  });

  it("is not uploaded again when only its tags change", async () => {
    // Prepare
    const inputs = { ...base, content: "a", tags: { A: "1" }, tagsAll: { A: "1" } };
    const { properties } = await object.create(inputs, operation());

    // Act
    await object.update("", properties, { ...inputs, tags: { A: "2" }, tagsAll: { A: "2" } }, operation());

    // Assess
    assert.equal(s3.puts.length, 1);
    assert.deepEqual(s3.tagged, [{ A: "2" }]);
  });

  it("differs by the content of its source, not by its path", () => {
    const state = { ...base, source: { ...ASSET, path: "/a", hash: "1" } };
    assert.deepEqual(object.diff(state, { ...base, source: { ...ASSET, path: "/b", hash: "1" } }, []), []);
    assert.equal(object.diff(state, { ...base, source: { ...ASSET, path: "/a", hash: "2" } }, []).length, 1);
  });

  it("is replaced by another bucket or key", () => {
    for (const change of [{ bucket: "bucket-b" }, { key: "other" }]) {
      assert.deepEqual(
        object.diff({ ...base }, { ...base, ...change }, []).map(({ replaces }) => replaces),
        [true],
      );
    }
  });

  it("is deleted with all its versions in a versioned bucket", async () => {
    await object.delete("", { ...base, versionId: "v1" });
    await object.delete("", { ...base, versionId: "" });
    assert.deepEqual(
      s3.deleted.map(([, , versioned]) => versioned),
      [true, false],
    );
  });

  it("is gone when S3 has no such object", async () => {
    assert.equal(await object.read("bucket-a/code/a.zip", base, base), undefined);
  });

  it("needs a bucket and one source of content", () => {
    const check = (newInputs: Properties) =>
      object.check({ resourceName: "a", oldInputs: {}, newInputs, randomSeed: new Uint8Array() }).failures;
    assert.match(check({ key: "a" })[0]!.reason, /missing required property bucket/);
    assert.match(
      check({ bucket: "b", content: "x", contentBase64: "eA==" })[0]!.reason,
      /conflicts with contentBase64/,
    );
    assert.match(check({ bucket: "b", acl: "public-read" })[0]!.reason, /unexpected property/);
  });
});
