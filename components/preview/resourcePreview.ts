import * as pulumi from "@pulumi/pulumi";
import { isUnknown } from "@pulumi/pulumi/output";
import {
  CloudFormationClient,
  GetTemplateCommand,
  ListStacksCommand,
  type ListStacksOutput,
} from "@aws-sdk/client-cloudformation";
import type { Environment } from "../environment";
import { REGIONS, type Place, type RegionName } from "../regions";
import type { Template } from "../template";
import { ALLOW_LIST_FILE, readAllowList } from "./allowList";
import type { StackPreview } from "./changes";
import { assertAllowed, judgeChanges } from "./guard";
import { PreviewReport, previewText } from "./report";
import {
  outputsThatStay,
  previewCreation,
  previewRemoval,
  previewUpdate,
  type StackClient,
  type StackTarget,
} from "./stackPreview";

/** A stack that is previewed. */
export interface PreviewedStack {
  readonly stackName: string;
  readonly region: { readonly name: RegionName };
  readonly environment: Environment;
  readonly template: Template;
  readonly liveParameters: readonly string[];
}

/** An account that cannot be reached must not hold a preview up (milliseconds). */
const LIMITS = { connectionTimeout: 3_000, requestTimeout: 20_000 } as const;

/** How CloudFormation is reached. An object, so that a test can put its own client in the place of AWS. */
export const cloudFormation = {
  client: (region: RegionName, { endpoint }: Pick<Environment, "endpoint">): StackClient =>
    new CloudFormationClient({
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      maxAttempts: 5,
      requestHandler: LIMITS,
    }),
};

let report: PreviewReport | undefined;

/** One report for each file and run: the hooks of all stacks add to it. */
function reportOfRun(): PreviewReport {
  const file = process.env["PREVIEW_REPORT"];
  report ??= new PreviewReport(file);
  return report;
}

/** Forgets the last run's report: tests run the program more than once in a process. */
export function startPreviewReport(): void {
  report = undefined;
  reportOfRun();
}

/**
 * Hooks that tell, before a stack is created or updated, what happens to each of its resources and why, and that refuse
 * what would take the data of a stateful resource away. They run at preview, and again at the deployment, where every value
 * is known.
 */
export function previewHooks(stack: PreviewedStack): pulumi.ResourceHookBinding {
  // Also where nothing changes somebody waits for the report.
  reportOfRun();
  staying.delete(stack.stackName);
  const hook = resourceHooks.make(`resource-level-preview:${stack.stackName}`, (args) =>
    previewStack(stack, args),
  );
  return { beforeCreate: [hook], beforeUpdate: [hook] };
}

/** How hooks are made. An object, because the mocks of the Pulumi SDK know no hooks: tests of programs put their own here. */
export const resourceHooks = {
  make: (name: string, callback: pulumi.ResourceHookFunction): pulumi.ResourceHook =>
    new pulumi.ResourceHook(name, callback, { onDryRun: true }),
};

/** What the hook does. @throws StatefulChangeRefused, AllowListError */
export async function previewStack(
  stack: PreviewedStack,
  {
    newInputs,
    oldInputs,
    oldOutputs,
  }: Pick<pulumi.ResourceHookArgs, "newInputs" | "oldInputs" | "oldOutputs">,
): Promise<void> {
  const client = cloudFormation.client(stack.region.name, stack.environment);
  const target = await targetOf(stack, newInputs ?? {});
  if (oldInputs === undefined) {
    await conclude(await previewCreation(client, target));
    return;
  }
  const old = await texts(oldInputs["parameters"]);
  const state = {
    body: (await textOf(oldInputs["templateBody"])) ?? (await deployedBody(client, stack.stackName)),
    parameters: old.known,
    tags: (await texts(oldInputs["tags"])).known,
  };
  if (pulumi.runtime.isDryRun()) {
    const { known } = await texts(oldOutputs?.["outputs"]);
    staying.set(stack.stackName, await outputsThatStay(target, state, known));
  }
  await conclude(await previewUpdate(client, target, state));
}

/** Stack → the outputs that its update leaves as they are; filled at preview, before the engine answers for the stack. */
const staying = new Map<string, Readonly<Record<string, string>>>();

/** At preview, the value of an output of a stack that is updated, where the update is sure to leave it as it is. */
export function outputThatStays(stackName: string, output: string): string | undefined {
  return staying.get(stackName)?.[output];
}

/** The template of a stack that came from a bucket: the state does not have it. */
async function deployedBody(client: StackClient, StackName: string): Promise<string> {
  try {
    const command = new GetTemplateCommand({ StackName, TemplateStage: "Original" });
    const { TemplateBody } = await client.send(command);
    if (TemplateBody !== undefined) return TemplateBody;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `stack ${StackName}: what it is deployed with cannot be read, so nobody can tell what it would lose: ${reason}`,
      { cause },
    );
  }
  throw new Error(`stack ${StackName}: CloudFormation has no template of it`);
}

async function targetOf(stack: PreviewedStack, inputs: Record<string, unknown>): Promise<StackTarget> {
  const { known, unknown } = await texts(inputs["parameters"]);
  return {
    stackName: stack.stackName,
    region: stack.region.name,
    template: { body: stack.template.text, parameters: known, unknownParameters: unknown },
    tags: (await texts(inputs["tags"])).known,
    capabilities: Array.isArray(inputs["capabilities"]) ? inputs["capabilities"].map(String) : [],
    isInline: inputs["templateBody"] !== undefined,
    templateUrl: await textOf(inputs["templateUrl"]),
    liveParameters: stack.liveParameters,
  };
}

/** Shows what was found and ends the deployment of the stack when it is not allowed. */
async function conclude(preview: StackPreview): Promise<void> {
  const now = new Date();
  const isPreview = pulumi.runtime.isDryRun();
  const allowList = readAllowList(process.env["PREVIEW_ALLOW_LIST"] || ALLOW_LIST_FILE, now);
  const judged = { preview, verdicts: judgeChanges(preview, { allowList, now, isPreview }) };
  reportOfRun().add(judged);
  // An update has been previewed, or somebody has chosen to do without: it only says what it lets pass or refuses.
  if (isPreview) await pulumi.log.info(previewText(judged));
  assertAllowed(preview.stackName, judged.verdicts);
}

/**
 * A stack that disappears from the program is previewed by nobody's hook: its own Region is asked what there is. A refusal
 * ends the program, and with it the update, before anything is deleted. `pulumi destroy` runs no program: it is guarded by
 * `protect` and by the resources' own deletion protection.
 */
export function guardAgainstRemoval(
  environment: Environment,
  stacks: readonly { readonly stackName: string }[],
): void {
  // The Pulumi runtime waits for outputs, and fails when one of them does.
  pulumi.output(refuseRemoval(environment, new Set(stacks.map(({ stackName }) => stackName))));
}

/** @throws StatefulChangeRefused when a stack that holds data has left the program */
export async function refuseRemoval(environment: Environment, known: ReadonlySet<string>): Promise<void> {
  for (const place of Object.keys(REGIONS) as Place[]) {
    const { name: region, code } = REGIONS[place];
    const client = cloudFormation.client(region, environment);
    const pattern = new RegExp(`^stack-[a-z-]+-${code}-${environment.suffix}$`);
    let found: string[];
    try {
      found = (await stackNames(client)).filter((name) => pattern.test(name) && !known.has(name));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await pulumi.log.debug(`stacks of ${region} cannot be listed: ${reason}`);
      continue;
    }
    for (const name of found) await conclude(await previewRemoval(client, name, region));
  }
}

/** Deleted stacks stay in the list for 90 days: only those that are there are asked for. */
const PRESENT = [
  "CREATE_COMPLETE",
  "UPDATE_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  "UPDATE_ROLLBACK_FAILED",
  "DELETE_FAILED",
  "IMPORT_COMPLETE",
] as const;
/** A page has up to 100 stacks; an account up to 2,000 in a Region by default. */
const MAX_PAGES = 100;

async function stackNames(client: StackClient): Promise<string[]> {
  const names: string[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const command = new ListStacksCommand({ StackStatusFilter: [...PRESENT], NextToken });
    const answer: ListStacksOutput = await client.send(command);
    names.push(...(answer.StackSummaries ?? []).flatMap(({ StackName }) => StackName ?? []));
    NextToken = answer.NextToken;
    if (NextToken === undefined) return names;
  }
  throw new Error(`more than ${MAX_PAGES} pages of stacks`);
}

/** A mapping of texts, cut into what is known and the names of what is not. */
async function texts(value: unknown): Promise<{ known: Record<string, string>; unknown: string[] }> {
  const known: Record<string, string> = {};
  const unknown: string[] = [];
  const mapping = await revealed(value);
  if (typeof mapping === "object" && mapping !== null) {
    for (const [name, item] of Object.entries(mapping)) {
      const text = await textOf(item);
      if (text === undefined) unknown.push(name);
      else known[name] = text;
    }
  }
  return { known, unknown: unknown.sort() };
}

async function textOf(value: unknown): Promise<string | undefined> {
  const shown = await revealed(value);
  return typeof shown === "string" || typeof shown === "number" || typeof shown === "boolean"
    ? String(shown)
    : undefined;
}

/** The value of a secret, which arrives as an output; undefined when nobody knows it yet. */
async function revealed(value: unknown): Promise<unknown> {
  if (isUnknown(value)) return undefined;
  if (!pulumi.Output.isInstance(value)) return value;
  // Not in the public type: an output that is already there is waited for without running anything else.
  const output = value as unknown as { promise(): Promise<unknown>; isKnown: Promise<boolean> };
  return (await output.isKnown) ? output.promise() : undefined;
}
