import type { Schema } from "../schema";
import { assetIdentity } from "./content";

/** The inputs of `aws.s3.BucketObjectv2` that this stand-in honours; the others are refused as unexpected. */
export const OBJECT_SCHEMA: Schema = {
  bucket: { type: "string", required: true, replaces: true, validate: notEmpty },
  key: { type: "string", replaces: true, validate: notEmpty },
  region: { type: "string", replaces: true, keptWhenAbsent: true },
  source: { type: "asset", conflictsWith: ["content", "contentBase64"], normalise: assetIdentity },
  content: { type: "string", conflictsWith: ["contentBase64"] },
  contentBase64: { type: "string" },
  sourceHash: { type: "string" },
  etag: { type: "string", keptWhenAbsent: true, conflictsWith: ["kmsKeyId"] },
  bucketKeyEnabled: { type: "boolean", keptWhenAbsent: true },
  cacheControl: { type: "string" },
  contentDisposition: { type: "string" },
  contentEncoding: { type: "string" },
  contentLanguage: { type: "string" },
  contentType: { type: "string", keptWhenAbsent: true },
  forceDestroy: { type: "boolean" },
  kmsKeyId: { type: "string", keptWhenAbsent: true },
  metadata: { type: "stringMap" },
  serverSideEncryption: {
    type: "string",
    keptWhenAbsent: true,
    values: ["AES256", "aws:kms", "aws:kms:dsse"],
  },
  storageClass: { type: "string", keptWhenAbsent: true },
  tags: { type: "stringMap" },
  tagsAll: { type: "stringMap" },
};

/** Properties whose change leaves the object's bytes and headers as they are. */
export const TAG_PROPERTIES: readonly string[] = ["tags", "tagsAll", "forceDestroy"];

function notEmpty(value: unknown): string | undefined {
  return String(value).length > 0 ? undefined : "must not be empty";
}
