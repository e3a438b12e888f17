import {
  DescribeStacksCommand,
  GetTemplateCommand,
  type CloudFormationClient,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import type { RegionName } from "../regions";
import { changeSetChanges, type ChangeSetLimits } from "./changeSet";
import type { ResourceChange, StackPreview } from "./changes";
import { estimateChanges, stableOutputs, type StackContent } from "./estimate";
import { resolveResources, type ParameterisedTemplate } from "./resolve";

/** A stack as the program will have it. */
export interface StackTarget {
  readonly stackName: string;
  readonly region: RegionName;
  readonly template: ParameterisedTemplate;
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  /** Where the template is read from when it is too large for a request; undefined inline or while it is not known. */
  readonly templateUrl?: string | undefined;
  readonly isInline: boolean;
  /** Parameters that the program feeds from the live control record. */
  readonly liveParameters: readonly string[];
}

/** A stack as the Pulumi state has it; what CloudFormation says goes before it. */
export type StackState = StackContent;

export type StackClient = Pick<CloudFormationClient, "send">;

/** Stack states in which an update may begin. Source: CloudFormation user guide, "Stack status codes". */
const UPDATABLE = /^(CREATE|UPDATE|IMPORT|UPDATE_ROLLBACK|IMPORT_ROLLBACK)_COMPLETE$/;
/** A stack that was never made holds nothing; the next attempt takes its place. */
const NEVER_MADE =
  /^(REVIEW_IN_PROGRESS|DELETE_COMPLETE|CREATE_FAILED|ROLLBACK_(COMPLETE|FAILED|IN_PROGRESS))$/;

/** What creates the stack adds, or, when a stack of that name is there, what replacing it would take away. */
export async function previewCreation(client: StackClient, target: StackTarget): Promise<StackPreview> {
  const { stackName, region, template } = target;
  const added = Object.entries(resolveResources(stackName, withPseudo(target, template)));
  const changes = added.map(([logicalId, { Type }]): ResourceChange => ({
    logicalId,
    type: Type,
    action: "add",
    reasons: [],
  }));
  const base = { stackName, region, source: "template" as const };
  const existing = await describe(client, stackName).catch(() => undefined);
  if (existing === undefined || NEVER_MADE.test(existing.StackStatus ?? "")) {
    return { ...base, operation: "create", notes: [], changes };
  }
  const replaced = changes.map((change): ResourceChange => ({
    ...change,
    action: "replace",
    reasons: ["the whole stack is replaced"],
  }));
  return {
    ...base,
    operation: "replace",
    notes: ["a stack of this name exists: Pulumi would replace it as a whole"],
    changes: replaced,
  };
}

/** What an update does to each resource: by a change set, or by an estimate where CloudFormation cannot be asked. */
export async function previewUpdate(
  client: StackClient,
  target: StackTarget,
  state: StackState,
  limits?: ChangeSetLimits,
): Promise<StackPreview> {
  const { stackName, region } = target;
  const unknown = target.template.unknownParameters ?? [];
  const notes =
    unknown.length === 0 ? [] : [`known only at deployment, taken as unchanged: ${unknown.join(", ")}`];
  const estimated = await estimateChanges({
    stackName,
    before: { ...state, parameters: withPseudo(target, state).parameters },
    after: { ...withPseudo(target, target.template), tags: target.tags },
    liveParameters: target.liveParameters,
  });
  try {
    const changes = await askCloudFormation(client, target, limits);
    return {
      stackName,
      region,
      operation: "update",
      source: "change set",
      notes,
      changes: completed(changes, estimated),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      stackName,
      region,
      operation: "update",
      source: "offline estimate",
      notes: [`no change set: ${reason}`, ...notes],
      changes: estimated,
    };
  }
}

/** The outputs, of those that the stack has now, that the update is sure to leave as they are. */
export function outputsThatStay(
  target: StackTarget,
  state: StackState,
  outputs: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const before = { ...state, parameters: withPseudo(target, state).parameters };
  return stableOutputs(
    { stackName: target.stackName, before, after: withPseudo(target, target.template) },
    outputs,
  );
}

/** What goes with a stack that the program has no more. */
export async function previewRemoval(
  client: StackClient,
  stackName: string,
  region: RegionName,
): Promise<StackPreview> {
  const { TemplateBody } = await client.send(
    new GetTemplateCommand({ StackName: stackName, TemplateStage: "Original" }),
  );
  const stack = await describe(client, stackName);
  const parameters = { ...parametersOf(stack), "AWS::Region": region, "AWS::StackName": stackName };
  const resources = resolveResources(stackName, { body: TemplateBody ?? "Resources: {}", parameters });
  const changes = Object.entries(resources).map(([logicalId, { Type, DeletionPolicy }]): ResourceChange => ({
    logicalId,
    type: Type,
    action: "remove",
    reasons: [],
    kept:
      DeletionPolicy === "Retain" || DeletionPolicy === "RetainExceptOnCreate"
        ? "retained"
        : DeletionPolicy === "Snapshot"
          ? "snapshot"
          : undefined,
  }));
  const notes = ["the program has this stack no more"];
  return { stackName, region, operation: "remove", source: "template", notes, changes };
}

async function askCloudFormation(
  client: StackClient,
  target: StackTarget,
  limits?: ChangeSetLimits,
): Promise<ResourceChange[]> {
  const stack = await describe(client, target.stackName);
  if (stack === undefined) throw new Error("these credentials reach no stack of this name");
  if (!UPDATABLE.test(stack.StackStatus ?? "")) throw new Error(`the stack is ${stack.StackStatus}`);
  const template = target.isInline
    ? { body: target.template.body }
    : target.templateUrl === undefined
      ? undefined
      : { url: target.templateUrl };
  if (template === undefined) throw new Error("the template's object is not uploaded yet");
  const known = parametersOf(stack);
  const unknown = target.template.unknownParameters ?? [];
  const fresh = unknown.filter((name) => !(name in known));
  if (fresh.length > 0) throw new Error(`new parameters are not known yet: ${fresh.join(", ")}`);
  return changeSetChanges(
    client,
    {
      stackName: target.stackName,
      template,
      parameters: target.template.parameters,
      previousParameters: unknown,
      capabilities: target.capabilities,
      tags: target.tags,
    },
    limits,
  );
}

/**
 * The change set's answer, with what only the estimate can tell: which changes are live already, what a value that is not
 * known yet might replace, and values where CloudFormation gives none.
 */
function completed(asked: readonly ResourceChange[], estimated: readonly ResourceChange[]): ResourceChange[] {
  const estimates = new Map(estimated.map((change) => [change.logicalId, change]));
  const changes = asked.map((change): ResourceChange => {
    const estimate = estimates.get(change.logicalId);
    if (estimate?.unknown === true && change.action === "modify") return estimate;
    const reasons = withValues(change.reasons, estimate?.reasons ?? []);
    return estimate?.live === true ? { ...change, reasons, live: true } : { ...change, reasons };
  });
  const ids = new Set(asked.map(({ logicalId }) => logicalId));
  const live = withFollowers(changes, estimates);
  const uncertain = estimated.filter(({ logicalId, unknown }) => unknown === true && !ids.has(logicalId));
  return [...live, ...uncertain];
}

/**
 * What might follow only from resources that are live already, and does not by the templates, is live as well: the attribute
 * that it waits for stays.
 */
function withFollowers(
  changes: readonly ResourceChange[],
  estimates: ReadonlyMap<string, ResourceChange>,
): ResourceChange[] {
  const live = new Set(changes.filter((change) => change.live === true).map(({ logicalId }) => logicalId));
  const isFollower = ({ logicalId, follows }: ResourceChange) =>
    follows !== undefined && !estimates.has(logicalId) && follows.every((cause) => live.has(cause));
  for (let size = -1; size !== live.size;) {
    size = live.size;
    for (const change of changes.filter(isFollower)) live.add(change.logicalId);
  }
  return changes.map((change) => (live.has(change.logicalId) ? { ...change, live: true } : change));
}

/** Reasons without values get those of the estimate about the same property. */
function withValues(asked: readonly string[], estimated: readonly string[]): string[] {
  const property = (reason: string) => /^\w+/.exec(reason)?.[0];
  return asked.map((reason) => {
    if (reason.includes(" → ")) return reason;
    const values = /: .* → .*$/.exec(
      estimated.find((each) => property(each) === property(reason)) ?? "",
    )?.[0];
    const cause = /, by .+$/.exec(reason)?.[0] ?? "";
    return values === undefined
      ? reason
      : `${reason.slice(0, reason.length - cause.length)}${values}${cause}`;
  });
}

async function describe(client: StackClient, StackName: string): Promise<Stack | undefined> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0];
  } catch (error) {
    // CloudFormation answers ValidationError for a stack that is not there.
    if (error instanceof Error && error.name === "ValidationError") return undefined;
    throw error;
  }
}

function parametersOf(stack: Stack | undefined): Record<string, string> {
  return Object.fromEntries(
    (stack?.Parameters ?? []).map(({ ParameterKey = "", ParameterValue = "" }) => [
      ParameterKey,
      ParameterValue,
    ]),
  );
}

function withPseudo<T extends ParameterisedTemplate>({ stackName, region }: StackTarget, template: T): T {
  const pseudo = { "AWS::Region": region, "AWS::StackName": stackName };
  return { ...template, parameters: { ...template.parameters, ...pseudo } };
}
