import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "./environment";
import type { Region } from "./RegionPair";
import { placeBody, type Template } from "./template";

/** Bucket of the same Region for bodies that are too large for a request. */
export interface TemplateStore {
  readonly bucketName: pulumi.Input<string>;
  /** Key that encrypts the object. */
  readonly keyArn: pulumi.Input<string>;
}

export interface TemplateBodyArgs {
  readonly region: Region;
  readonly environment: Environment;
  readonly store?: TemplateStore;
}

/** The two ways in which a stack takes its template. */
export type TemplateBody = Pick<aws.cloudformation.StackArgs, "templateBody" | "templateUrl">;

/** Address of a bucket. Path style on the embedded cloud, whose one host name serves every bucket. */
function bucketUrl(bucket: string, region: Region, environment: Environment): string {
  return environment.endpoint === undefined
    ? `https://${bucket}.s3.${region.name}.amazonaws.com`
    : `${environment.endpoint.replace(/\/$/, "")}/${bucket}`;
}

/**
 * The body itself up to 51,200 bytes; above, an object in the Region's own bucket and its URL.
 * @param parent component that the object belongs to
 * @throws Error when the template is too large for a request and there is no bucket, TemplateError above 1 MB
 */
export function templateBody(
  template: Template,
  { region, environment, store }: TemplateBodyArgs,
  parent?: pulumi.Resource,
): TemplateBody {
  const placement = placeBody(template);
  if (placement.via === "inline") return { templateBody: template.text };
  if (!store) {
    throw new Error(`${template.file} has ${template.sizeBytes} bytes and needs a bucket to be read from`);
  }
  const object = new aws.s3.BucketObjectv2(
    `template-${template.name}-${region.code}`,
    {
      bucket: store.bucketName,
      key: placement.key,
      content: template.text,
      contentType: "text/yaml",
      serverSideEncryption: "aws:kms",
      kmsKeyId: store.keyArn,
      tags: { ...environment.tags },
    },
    { parent, provider: region.provider },
  );
  const base = object.bucket.apply((bucket) => bucketUrl(bucket, region, environment));
  return { templateUrl: pulumi.interpolate`${base}/${object.key}` };
}
