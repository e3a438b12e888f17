import * as path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { buildBundles, type Bundle } from "./bundle";
import type { Environment } from "./environment";
import type { Templates } from "./generated/templates";
import { pascalCase } from "./names";
import type { Region } from "./RegionPair";

const ROOT = path.resolve(__dirname, "..");

/** The parameters of template functions that name code. */
type CodeParameterName = Extract<
  keyof Templates["functions"]["parameters"],
  `${string}CodeKey` | `${string}CodeSha256`
>;

/** `<Function>CodeKey` and `<Function>CodeSha256` of every function. */
export type CodeParameters = Pick<Templates["functions"]["parameters"], CodeParameterName>;

export interface LambdaBundlesArgs {
  readonly region: Region;
  readonly environment: Environment;
  readonly bucketName: pulumi.Input<string>;
  /** Key that encrypts the objects. */
  readonly keyArn: pulumi.Input<string>;
  /** What buildBundles returned; both Regions get the same. */
  readonly bundles: readonly Bundle[];
}

let built: Bundle[] | undefined;

/** Builds every function under functions/: once for both Regions, and once in the life of a process. */
export function buildFunctions(): Bundle[] {
  built ??= buildBundles(path.join(ROOT, "functions"), path.join(ROOT, "dist/functions"));
  return built;
}

/** The functions' code in one Region's bucket. */
export class LambdaBundles extends pulumi.ComponentResource {
  /** For the functions stack: it waits for the uploads, since the keys are theirs. */
  readonly codeParameters: CodeParameters;

  constructor(name: string, args: LambdaBundlesArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("payments:index:LambdaBundles", name, {}, opts);
    const parameters: Record<string, pulumi.Input<string>> = {};
    for (const bundle of args.bundles) {
      const pascal = pascalCase(bundle.name);
      parameters[`${pascal}CodeKey`] = this.upload(bundle, args).key;
      parameters[`${pascal}CodeSha256`] = bundle.sha256Base64;
    }
    // One pair for each function folder; TemplateStack refuses a pair too many or one that is missing.
    this.codeParameters = parameters as unknown as CodeParameters;
    this.registerOutputs({});
  }

  private upload(bundle: Bundle, { region, environment, bucketName, keyArn }: LambdaBundlesArgs) {
    return new aws.s3.BucketObjectv2(
      `code-${bundle.name}-${region.code}`,
      {
        bucket: bucketName,
        key: bundle.key,
        source: new pulumi.asset.FileAsset(bundle.file),
        contentType: "application/zip",
        serverSideEncryption: "aws:kms",
        kmsKeyId: keyArn,
        tags: { ...environment.tags },
      },
      { parent: this, provider: region.provider },
    );
  }
}
