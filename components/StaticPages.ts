import * as path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "./environment";
import { buildPages } from "./pages";
import type { Region } from "./RegionPair";

const FOLDER = path.resolve(__dirname, "../pages/status");

/** Browsers and edges ask again after this many seconds. */
const KEPT_SECONDS = 300;

export interface StaticPagesArgs {
  readonly region: Region;
  readonly environment: Environment;
  readonly bucketName: pulumi.Input<string>;
  /** Key that encrypts the objects. */
  readonly keyArn: pulumi.Input<string>;
}

/** The static pages in one Region's bucket; both Regions get the same. */
export class StaticPages extends pulumi.ComponentResource {
  constructor(name: string, args: StaticPagesArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("payments:index:StaticPages", name, {}, opts);
    const { region, environment, bucketName, keyArn } = args;
    for (const { key, content, contentType } of buildPages(FOLDER)) {
      new aws.s3.BucketObjectv2(
        `page-${key}-${region.code}`,
        {
          bucket: bucketName,
          key,
          content,
          contentType,
          cacheControl: `public, max-age=${KEPT_SECONDS}`,
          serverSideEncryption: "aws:kms",
          kmsKeyId: keyArn,
          tags: { ...environment.tags },
        },
        { parent: this, provider: region.provider },
      );
    }
    this.registerOutputs({});
  }
}
