import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type HeadObjectCommandOutput,
  type ObjectIdentifier,
  type PutObjectCommandInput,
  type S3Client,
} from "@aws-sdk/client-s3";

const MAX_VERSION_PAGES = 100;

/** What the object resource needs of S3. */
export interface ObjectApi {
  put(input: PutObjectCommandInput): Promise<void>;
  /** @returns undefined when there is no such object (or no such bucket) */
  head(bucket: string, key: string): Promise<HeadObjectCommandOutput | undefined>;
  tags(bucket: string, key: string): Promise<Record<string, string>>;
  setTags(bucket: string, key: string, tags: Record<string, string>): Promise<void>;
  /** Deletes the object, in a versioned bucket with all of its versions. */
  delete(bucket: string, key: string, versioned: boolean, bypassGovernance: boolean): Promise<void>;
}

export class SdkObjectApi implements ObjectApi {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  async put(input: PutObjectCommandInput): Promise<void> {
    await this.#client.send(new PutObjectCommand(input));
  }

  async head(bucket: string, key: string): Promise<HeadObjectCommandOutput | undefined> {
    try {
      return await this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  async tags(bucket: string, key: string): Promise<Record<string, string>> {
    const { TagSet } = await this.#client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }));
    return Object.fromEntries((TagSet ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  }

  async setTags(bucket: string, key: string, tags: Record<string, string>): Promise<void> {
    const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await this.#client.send(new PutObjectTaggingCommand({ Bucket: bucket, Key: key, Tagging: { TagSet } }));
  }

  async delete(bucket: string, key: string, versioned: boolean, bypassGovernance: boolean): Promise<void> {
    try {
      if (!versioned) {
        await this.#client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
        return;
      }
      for (let page = 0; page < MAX_VERSION_PAGES; page++) {
        const versions = await this.#versions(bucket, key);
        if (versions.length === 0) {
          return;
        }
        const { Errors } = await this.#client.send(
          new DeleteObjectsCommand({
            Bucket: bucket,
            Delete: { Objects: versions, Quiet: true },
            BypassGovernanceRetention: bypassGovernance || undefined,
          }),
        );
        if (Errors?.length) {
          throw new Error(`${Errors[0]?.Code}: ${Errors[0]?.Message}`);
        }
      }
    } catch (error) {
      if (!isNotFound(error)) {
        throw error;
      }
    }
  }

  async #versions(bucket: string, key: string): Promise<ObjectIdentifier[]> {
    const { Versions, DeleteMarkers } = await this.#client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }),
    );
    return [...(Versions ?? []), ...(DeleteMarkers ?? [])]
      .filter((version) => version.Key === key)
      .map(({ Key, VersionId }) => ({ Key, VersionId }));
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && ["NotFound", "NoSuchKey", "NoSuchBucket"].includes(error.name);
}
