import { randomUUID } from "node:crypto";
import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  type Capability,
  type Change,
  type CloudFormationClient,
  type DescribeChangeSetOutput,
  type ResourceChange as CloudFormationChange,
  type ResourceChangeDetail,
} from "@aws-sdk/client-cloudformation";
import type { ChangeAction, ResourceChange } from "./changes";
import { quoted } from "./estimate";

/** What a change set needs of CloudFormation. */
export type ChangeSetClient = Pick<CloudFormationClient, "send">;

/** The update that is asked about. */
export interface ChangeSetRequest {
  readonly stackName: string;
  /** Inline body, or the URL of an object that exists. */
  readonly template: { readonly body: string } | { readonly url: string };
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters that keep their value, because the new one is not known yet. */
  readonly previousParameters: readonly string[];
  readonly capabilities: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Bounds of one change set; tests use shorter ones. */
export interface ChangeSetLimits {
  /** Milliseconds until CloudFormation must have made it. */
  readonly timeoutMs: number;
  readonly pollMs: number;
}

const LIMITS: ChangeSetLimits = { timeoutMs: 180_000, pollMs: 1_000 };
/** Pages of changes; a stack has at most 500 resources. */
const MAX_PAGES = 50;
const DELETE_ATTEMPTS = 3;
/** Reasons with which CloudFormation refuses a change set that holds nothing. */
const NO_CHANGES = /didn't contain changes|no updates are to be performed/i;

/**
 * Asks CloudFormation what an update would do: makes a change set, reads it, and deletes it again whatever happens. The
 * change set is never executed.
 * @throws when CloudFormation refuses the change set or is not done in time, and when it cannot be deleted again
 */
export async function changeSetChanges(
  client: ChangeSetClient,
  request: ChangeSetRequest,
  limits: ChangeSetLimits = LIMITS,
): Promise<ResourceChange[]> {
  const name = { StackName: request.stackName, ChangeSetName: `preview-${randomUUID()}` };
  await client.send(
    new CreateChangeSetCommand({
      ...name,
      ChangeSetType: "UPDATE",
      Description: "Made by a preview, which deletes it again. Never to be executed.",
      ...("body" in request.template
        ? { TemplateBody: request.template.body }
        : { TemplateURL: request.template.url }),
      Capabilities: [...request.capabilities] as Capability[],
      Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
      Parameters: [
        ...Object.entries(request.parameters).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
        ...request.previousParameters.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
      ],
    }),
  );
  try {
    return (await settledChanges(client, name, limits)).flatMap(({ ResourceChange }) =>
      ResourceChange === undefined ? [] : [changeOf(ResourceChange)],
    );
  } finally {
    await deleteChangeSet(client, name, limits);
  }
}

interface ChangeSetName {
  readonly StackName: string;
  readonly ChangeSetName: string;
}

async function settledChanges(
  client: ChangeSetClient,
  name: ChangeSetName,
  { timeoutMs, pollMs }: ChangeSetLimits,
): Promise<Change[]> {
  const deadline = Date.now() + timeoutMs;
  const describe = (NextToken?: string): Promise<DescribeChangeSetOutput> =>
    client.send(new DescribeChangeSetCommand({ ...name, IncludePropertyValues: true, NextToken }));
  let page = await describe();
  while (page.Status === "CREATE_PENDING" || page.Status === "CREATE_IN_PROGRESS") {
    if (Date.now() > deadline) throw new Error(`the change set was not made in ${timeoutMs / 1_000} s`);
    await pause(pollMs);
    page = await describe();
  }
  if (page.Status === "FAILED") {
    if (NO_CHANGES.test(page.StatusReason ?? "")) return [];
    throw new Error(`CloudFormation refuses the change set: ${page.StatusReason ?? "no reason given"}`);
  }
  const changes = [...(page.Changes ?? [])];
  for (let pages = 1; page.NextToken !== undefined; pages++) {
    if (pages >= MAX_PAGES) throw new Error(`the change set has more than ${MAX_PAGES} pages`);
    page = await describe(page.NextToken);
    changes.push(...(page.Changes ?? []));
  }
  return changes;
}

/** A change set that stays would be taken for somebody's intention: its deletion is tried again before it is an error. */
async function deleteChangeSet(
  client: ChangeSetClient,
  name: ChangeSetName,
  { pollMs }: ChangeSetLimits,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.send(new DeleteChangeSetCommand(name));
      return;
    } catch (cause) {
      if (attempt < DELETE_ATTEMPTS) {
        await pause(pollMs);
        continue;
      }
      const { StackName, ChangeSetName } = name;
      throw new Error(`change set ${ChangeSetName} of ${StackName} cannot be deleted: delete it by hand`, {
        cause,
      });
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function changeOf(change: CloudFormationChange): ResourceChange {
  const { LogicalResourceId = "", ResourceType = "", PhysicalResourceId, Details = [] } = change;
  const action = actionOf(change);
  return {
    logicalId: LogicalResourceId,
    type: ResourceType,
    action,
    physicalId: PhysicalResourceId,
    reasons: action === "add" || action === "remove" ? [] : reasonsOf(Details),
    kept: keptOf(change.PolicyAction),
    follows: followedBy(action, Details),
  };
}

/** The resources that a change follows from, when every detail of it does. */
function followedBy(action: ChangeAction, details: readonly ResourceChangeDetail[]): string[] | undefined {
  if (action === "add" || action === "remove" || details.length === 0) return undefined;
  const causes = details.map(({ Evaluation, ChangeSource, CausingEntity }) =>
    Evaluation === "Dynamic" && ChangeSource === "ResourceAttribute"
      ? CausingEntity?.split(".")[0]
      : undefined,
  );
  const known = causes.filter((cause) => cause !== undefined);
  return known.length === causes.length ? [...new Set(known)] : undefined;
}

function actionOf({ Action, Replacement }: CloudFormationChange): ChangeAction {
  if (Action === "Add" || Action === "Import") return "add";
  if (Action === "Remove") return "remove";
  if (Action === "Modify" && Replacement === "True") return "replace";
  if (Action === "Modify" && Replacement !== "Conditional") return "modify";
  // Also `Dynamic`: a nested change that CloudFormation knows only when it happens.
  return "mayReplace";
}

function keptOf(policy: string | undefined): ResourceChange["kept"] {
  if (policy === undefined) return undefined;
  if (policy.endsWith("Retain")) return "retained";
  return policy.endsWith("Snapshot") ? "snapshot" : undefined;
}

/** One reason for each property or attribute, however many details CloudFormation gives of it. */
function reasonsOf(details: readonly ResourceChangeDetail[]): string[] {
  const byTarget = new Map<string, ResourceChangeDetail[]>();
  for (const detail of details) {
    const { Attribute = "", Name, Path } = detail.Target ?? {};
    const target = Attribute === "Properties" ? (Name ?? Path ?? Attribute) : Attribute;
    byTarget.set(target, [...(byTarget.get(target) ?? []), detail]);
  }
  return [...byTarget].map(([target, all]) => {
    const recreation = all.map(({ Target }) => Target?.RequiresRecreation);
    const effect = recreation.some((each) => each === "Always")
      ? " (needs a replacement)"
      : recreation.some((each) => each === "Conditionally")
        ? " (may need a replacement)"
        : "";
    const causes = [...new Set(all.flatMap(({ CausingEntity }) => CausingEntity ?? []))];
    const by = causes.length === 0 ? "" : `, by ${causes.join(" and ")}`;
    return `${target}${effect}${valuesOf(all)}${by}`;
  });
}

function valuesOf(details: readonly ResourceChangeDetail[]): string {
  const target = details.find(
    ({ Target }) => Target?.BeforeValue !== undefined || Target?.AfterValue !== undefined,
  )?.Target;
  return target === undefined ? "" : `: ${quoted(target.BeforeValue)} → ${quoted(target.AfterValue)}`;
}
