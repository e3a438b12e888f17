import type { ServerSideEncryption, StorageClass } from "@aws-sdk/client-s3";
import { diffProperties, type PropertyDifference } from "../diff";
import { describeError } from "../errors";
import { hasUnknown, present, text, textMap, UNKNOWN, type Properties } from "../properties";
import type {
  CheckArguments,
  CheckOutcome,
  OperationOptions,
  ReadOutcome,
  ResourceHandler,
} from "../ResourceHandler";
import { checkProperties } from "../schema";
import { contentOf } from "./content";
import type { ObjectApi } from "./ObjectApi";
import { OBJECT_SCHEMA, TAG_PROPERTIES } from "./objectSchema";

/** What S3 decides when an object is written. */
const WRITTEN_BY_S3 = ["etag", "versionId"];

export interface ObjectResourceOptions {
  region: string;
  defaultTags: Record<string, string>;
  api: (region: string) => ObjectApi;
}

/** `aws:s3/bucketObjectv2:BucketObjectv2`. */
export class ObjectResource implements ResourceHandler {
  readonly stables = ["bucket", "key", "region", "arn"];
  readonly #options: ObjectResourceOptions;

  constructor(options: ObjectResourceOptions) {
    this.#options = options;
  }

  check({ resourceName, newInputs }: CheckArguments): CheckOutcome {
    const { region, defaultTags } = this.#options;
    const inputs: Properties = { region, key: resourceName, ...present(newInputs) };
    const tags = inputs.tags ?? {};
    const tagsAll = hasUnknown(tags) ? UNKNOWN : { ...defaultTags, ...textMap(tags) };
    return { inputs: { ...inputs, tagsAll }, failures: checkProperties(OBJECT_SCHEMA, inputs) };
  }

  diff(state: Properties, inputs: Properties, ignored: readonly string[]): PropertyDifference[] {
    return diffProperties(OBJECT_SCHEMA, state, inputs, ignored);
  }

  async create(
    inputs: Properties,
    options: OperationOptions,
  ): Promise<{ id: string; properties: Properties }> {
    if (options.preview) {
      return { id: "", properties: { ...inputs, ...previewed(["arn", ...WRITTEN_BY_S3], inputs) } };
    }
    await this.#put(inputs);
    return { id: objectId(inputs), properties: await this.#stateOf(inputs) };
  }

  async read(id: string, state: Properties, inputs: Properties): Promise<ReadOutcome | undefined> {
    const slash = id.indexOf("/");
    const imported = { bucket: id.slice(0, slash), key: id.slice(slash + 1), region: this.#options.region };
    const known = text(state.bucket) ? { ...state, ...inputs } : imported;
    if ((await this.#api(known).head(String(known.bucket), String(known.key))) === undefined) {
      return undefined;
    }
    const properties = await this.#stateOf(known);
    const given = Object.keys(inputs).length > 0 ? Object.keys(inputs) : Object.keys(OBJECT_SCHEMA);
    const asInputs = Object.fromEntries(given.map((name) => [name, properties[name]]));
    return { id, properties, inputs: present(asInputs) };
  }

  async update(
    _id: string,
    state: Properties,
    inputs: Properties,
    options: OperationOptions,
  ): Promise<Properties> {
    const changed = this.diff(state, inputs, []).map(({ path }) => path.split(/[.[]/)[0] ?? "");
    const rewritten = changed.some((name) => !TAG_PROPERTIES.includes(name));
    if (options.preview) {
      return { ...state, ...inputs, ...(rewritten ? previewed(WRITTEN_BY_S3, inputs) : {}) };
    }
    if (rewritten) {
      await this.#put(inputs);
    } else {
      await this.#api(inputs).setTags(String(inputs.bucket), String(inputs.key), textMap(inputs.tagsAll));
    }
    return this.#stateOf(inputs);
  }

  async delete(_id: string, state: Properties): Promise<void> {
    const versioned = text(state.versionId) !== undefined && state.versionId !== "null";
    await this.#api(state).delete(
      String(state.bucket),
      String(state.key),
      versioned,
      state.forceDestroy === true,
    );
  }

  async #put(inputs: Properties): Promise<void> {
    const tags = new URLSearchParams(textMap(inputs.tagsAll)).toString();
    try {
      await this.#api(inputs).put({
        Bucket: String(inputs.bucket),
        Key: String(inputs.key),
        Body: contentOf(inputs),
        BucketKeyEnabled: inputs.bucketKeyEnabled === true ? true : undefined,
        CacheControl: text(inputs.cacheControl),
        ContentDisposition: text(inputs.contentDisposition),
        ContentEncoding: text(inputs.contentEncoding),
        ContentLanguage: text(inputs.contentLanguage),
        ContentType: text(inputs.contentType),
        Metadata: inputs.metadata === undefined ? undefined : textMap(inputs.metadata),
        // A key without a method means SSE-KMS, as in the official provider.
        ServerSideEncryption: (text(inputs.serverSideEncryption) ??
          (text(inputs.kmsKeyId) ? "aws:kms" : undefined)) as ServerSideEncryption | undefined,
        SSEKMSKeyId: text(inputs.kmsKeyId),
        StorageClass: text(inputs.storageClass) as StorageClass | undefined,
        Tagging: tags === "" ? undefined : tags,
      });
    } catch (error) {
      throw new Error(`uploading S3 Object (${objectId(inputs)}): ${describeError(error)}`, { cause: error });
    }
  }

  async #stateOf(known: Properties): Promise<Properties> {
    const bucket = String(known.bucket);
    const key = String(known.key);
    const head = await this.#api(known).head(bucket, key);
    if (head === undefined) {
      throw new Error(`reading S3 Object (${bucket}/${key}): it is gone`);
    }
    const tagsAll = await this.#api(known).tags(bucket, key);
    const own = textMap(known.tags);
    const tags = Object.fromEntries(
      Object.entries(tagsAll).filter(([name]) => name in own || !(name in this.#options.defaultTags)),
    );
    return present({
      ...known,
      arn: `arn:aws:s3:::${bucket}/${key}`,
      bucketKeyEnabled: head.BucketKeyEnabled ?? false,
      cacheControl: head.CacheControl,
      contentDisposition: head.ContentDisposition,
      contentEncoding: head.ContentEncoding || known.contentEncoding,
      contentLanguage: head.ContentLanguage,
      contentType: head.ContentType,
      etag: head.ETag?.replaceAll('"', ""),
      kmsKeyId: head.SSEKMSKeyId ?? known.kmsKeyId,
      metadata: head.Metadata && Object.keys(head.Metadata).length > 0 ? head.Metadata : known.metadata,
      serverSideEncryption: head.ServerSideEncryption ?? known.serverSideEncryption,
      storageClass: head.StorageClass ?? "STANDARD",
      tags,
      tagsAll,
      versionId: head.VersionId ?? "",
    });
  }

  #api(properties: Properties): ObjectApi {
    return this.#options.api(text(properties.region) ?? this.#options.region);
  }
}

/** The official provider's id since version 7. */
function objectId(properties: Properties): string {
  return `${String(properties.bucket)}/${String(properties.key)}`;
}

/** Marks as unknown what only S3 can say, but not what the program itself gives. */
function previewed(names: readonly string[], inputs: Properties): Properties {
  return Object.fromEntries(
    names.filter((name) => inputs[name] === undefined).map((name) => [name, UNKNOWN]),
  );
}
