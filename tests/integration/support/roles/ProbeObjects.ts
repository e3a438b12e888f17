import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { awsConfig, type EmbeddedCloud } from "../../../../local/client";
import type { Surroundings } from "./Surroundings";

const PREFIX = "probe-";

/** Objects and a bucket that the tests make, and remove, in one Region. */
export class ProbeObjects {
  readonly #s3: S3Client;
  readonly #around: Surroundings;

  constructor(cloud: EmbeddedCloud, around: Surroundings) {
    this.#s3 = new S3Client({ ...awsConfig(cloud, around.place), forcePathStyle: true });
    this.#around = around;
  }

  /** A bucket that no role knows. */
  get foreignBucket(): string {
    const { own, accountId, suffix } = this.#around;
    return `bucket-${PREFIX}${own.code}-${accountId}-${suffix}`;
  }

  /** Makes the foreign bucket, with the Region's own replication rule. */
  async createForeignBucket(): Promise<void> {
    const Bucket = this.foreignBucket;
    await this.#s3.send(new CreateBucketCommand({ Bucket }));
    await this.#s3.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
    const ReplicationConfiguration = this.#around.replication.own;
    await this.#s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
  }

  async put(Bucket: string): Promise<void> {
    const Key = this.#around.mark;
    await this.#s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  }

  /** What S3 says of the object's replication: `PENDING`, `COMPLETED`, `FAILED`. */
  async replicationStatus(Bucket: string): Promise<string | undefined> {
    const answer = await this.#s3.send(new HeadObjectCommand({ Bucket, Key: this.#around.mark }));
    return answer.ReplicationStatus;
  }

  /** Removes what probes left in the Region's buckets, those of a run that was killed included. */
  async remove(): Promise<void> {
    const { own } = this.#around;
    await this.#empty(own.transactionBucket);
    await this.#empty(own.artifactBucket);
    try {
      await this.#empty(this.foreignBucket);
      await this.#s3.send(new DeleteBucketCommand({ Bucket: this.foreignBucket }));
    } catch (error) {
      if ((error as Error).name !== "NoSuchBucket") throw error;
    }
  }

  async #empty(Bucket: string): Promise<void> {
    // One page holds 1,000 versions; probes leave a handful.
    const { Versions = [], DeleteMarkers = [] } = await this.#s3.send(
      new ListObjectVersionsCommand({ Bucket, Prefix: PREFIX }),
    );
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
      await this.#s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    }
  }
}
