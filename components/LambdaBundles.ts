import * as path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { buildBundles, type Bundle } from "./bundle";
import type { Environment } from "./environment";
import type { Templates } from "./generated/templates";
import { pascalCase } from "./names";
import type { Region } from "./RegionPair";
import { loadTemplate } from "./template";
import { templateFile, type TemplateName } from "./TemplateStack";

const ROOT = path.resolve(__dirname, "..");

/** The parameters of a template that name code. */
type CodeParameterName<T extends TemplateName> = Extract<
  keyof Templates[T]["parameters"],
  `${string}CodeKey` | `${string}CodeSha256`
>;

/** `<Function>CodeKey` and `<Function>CodeSha256` of every function in a template. */
export type CodeParameters<T extends TemplateName> = Pick<Templates[T]["parameters"], CodeParameterName<T>>;

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
  private readonly parameters = new Map<string, pulumi.Input<string>>();

  constructor(name: string, args: LambdaBundlesArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("payments:index:LambdaBundles", name, {}, opts);
    for (const bundle of args.bundles) {
      const pascal = pascalCase(bundle.name);
      this.parameters.set(`${pascal}CodeKey`, this.upload(bundle, args).key);
      this.parameters.set(`${pascal}CodeSha256`, bundle.sha256Base64);
    }
    this.registerOutputs({});
  }

  /** For one template's stack: it waits for the uploads, since the keys are theirs. */
  codeParameters<T extends TemplateName>(template: T): CodeParameters<T> {
    const declared = loadTemplate(templateFile(template)).parameters;
    const given = [...this.parameters].filter(([name]) => declared.has(name));
    // One pair for each function that the template holds; TemplateStack refuses one that is missing.
    return Object.fromEntries(given) as unknown as CodeParameters<T>;
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
