import type { ResourceDifference } from "@aws-cdk/cloudformation-diff";
import type { ChangeAction, ResourceChange } from "./changes";
import {
  resolveOutputs,
  resolveResources,
  type ParameterisedTemplate,
  type ResolvedResource,
} from "./resolve";

/** A stack's template, values and tags before or after a change. */
export interface StackContent extends ParameterisedTemplate {
  readonly tags?: Readonly<Record<string, string>>;
}

export interface EstimateRequest {
  readonly stackName: string;
  readonly before: StackContent;
  readonly after: StackContent;
  /** Parameters that the program feeds from the live control record. */
  readonly liveParameters?: readonly string[];
}

/** A text that no template holds: stands for a value that nobody knows yet. */
const UNKNOWN_VALUE = "(known only at deployment)";
/** Longest value that a reason quotes, in characters. */
const QUOTED_LENGTH = 48;

type Resources = Record<string, ResolvedResource>;

/**
 * What an update does to each resource, told from the two templates alone: without asking CloudFormation, so an estimate.
 * A value that is not known yet is taken to stay as it is; where it might replace a resource, that is said.
 */
export async function estimateChanges(request: EstimateRequest): Promise<ResourceChange[]> {
  const { stackName, before, after, liveParameters = [] } = request;
  const unknown = (after.unknownParameters ?? []).filter((name) => name in before.parameters);
  const kept = Object.fromEntries(unknown.map((name) => [name, before.parameters[name] ?? ""]));
  const old = resolveResources(stackName, before);
  const parameters = { ...after.parameters, ...kept };
  const expected = await differences(old, resolveResources(stackName, { body: after.body, parameters }));
  const worst =
    unknown.length === 0
      ? new Map<string, ResourceChange>()
      : await differences(old, resolveResources(stackName, withUnknown(after, unknown)));
  const live = await liveOnly(request, old, parameters, liveParameters);
  const changes = new Map(
    [...expected].map(([id, change]) => [id, live.has(id) ? { ...change, live: true } : change]),
  );
  for (const [id, change] of worst) addUncertain(changes, id, change, unknown);
  await addRetagged(changes, request, old);
  return [...changes.values()];
}

/**
 * The outputs that an update leaves as they are: their expression is the same, and what it refers to is neither added nor
 * replaced. Of a resource that is modified only its id and ARN are sure to stay. The provider calls every output of a stack
 * that is updated unknown, so that a preview would show all stacks behind it as changed.
 */
export async function stableOutputs(
  { stackName, before, after }: EstimateRequest,
  outputs: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const worst = withUnknown(after, after.unknownParameters ?? []);
  const changes = await differences(resolveResources(stackName, before), resolveResources(stackName, worst));
  const [old, current] = [resolveOutputs(stackName, before), resolveOutputs(stackName, worst)];
  const isStable = ({ logicalId, attribute }: ResourceReference) => {
    const action = changes.get(logicalId)?.action;
    const isIdentity = attribute === "Ref" || attribute === "Arn";
    return action === undefined || (action === "modify" && isIdentity);
  };
  return Object.fromEntries(
    Object.entries(outputs).filter(
      ([name]) =>
        name in current &&
        JSON.stringify(old[name]) === JSON.stringify(current[name]) &&
        referencesIn(current[name]).every(isStable),
    ),
  );
}

interface ResourceReference {
  readonly logicalId: string;
  /** `Ref`, or the attribute's name. */
  readonly attribute: string;
}

function referencesIn(value: unknown): ResourceReference[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== "object" || value === null) return [];
  const { Ref, "Fn::GetAtt": attribute } = value as { Ref?: string; "Fn::GetAtt"?: [string, string] };
  if (Ref !== undefined) return [{ logicalId: Ref, attribute: "Ref" }];
  if (attribute !== undefined) return [{ logicalId: attribute[0], attribute: attribute[1] }];
  return Object.values(value).flatMap(referencesIn);
}

function withUnknown(after: StackContent, unknown: readonly string[]): ParameterisedTemplate {
  const values = Object.fromEntries(unknown.map((name) => [name, UNKNOWN_VALUE]));
  return { body: after.body, parameters: { ...after.parameters, ...values } };
}

/** Resources that change only because of parameters which are live already: they do not without those. */
async function liveOnly(
  { stackName, before, after }: EstimateRequest,
  old: Resources,
  parameters: Readonly<Record<string, string>>,
  liveParameters: readonly string[],
): Promise<ReadonlySet<string>> {
  const changed = liveParameters.filter(
    (name) => name in before.parameters && before.parameters[name] !== parameters[name],
  );
  if (changed.length === 0) return new Set();
  const back = Object.fromEntries(changed.map((name) => [name, before.parameters[name] ?? ""]));
  const without = resolveResources(stackName, { body: after.body, parameters: { ...parameters, ...back } });
  const rest = await differences(old, without);
  const all = await differences(old, resolveResources(stackName, { body: after.body, parameters }));
  return new Set([...all.keys()].filter((id) => !rest.has(id)));
}

async function differences(old: Resources, current: Resources): Promise<Map<string, ResourceChange>> {
  // Its database of resource types takes half a second to load: only when something is compared.
  const { fullDiff } = await import("@aws-cdk/cloudformation-diff");
  const found = new Map<string, ResourceChange>();
  fullDiff({ Resources: old }, { Resources: current }).resources.forEachDifference(
    (logicalId, difference) => {
      const change = changeOf(logicalId, difference);
      if (change !== undefined) found.set(logicalId, change);
    },
  );
  return found;
}

function changeOf(logicalId: string, difference: ResourceDifference): ResourceChange | undefined {
  const type = difference.newResourceType ?? difference.oldResourceType ?? "unknown";
  const action = actionOf(difference);
  if (action === undefined) return undefined;
  const reasons = action === "add" || action === "remove" ? [] : reasonsOf(difference);
  return { logicalId, type, action, reasons, kept: keptOf(action, difference) };
}

function actionOf(difference: ResourceDifference): ChangeAction | undefined {
  switch (String(difference.changeImpact)) {
    case "WILL_CREATE":
    case "WILL_IMPORT":
      return "add";
    case "WILL_DESTROY":
    case "WILL_ORPHAN":
      return "remove";
    case "WILL_REPLACE":
      return "replace";
    case "MAY_REPLACE":
      return "mayReplace";
    case "WILL_UPDATE":
      return "modify";
    default:
      // A custom resource is in no database of types: its impact reads as none, though its handler is called.
      return difference.differenceCount > 0 ? "modify" : undefined;
  }
}

function keptOf(action: ChangeAction, { oldValue, newValue }: ResourceDifference): ResourceChange["kept"] {
  const policy: unknown =
    action === "remove"
      ? oldValue?.["DeletionPolicy"]
      : action === "replace" || action === "mayReplace"
        ? newValue?.["UpdateReplacePolicy"]
        : undefined;
  if (policy === "Retain" || policy === "RetainExceptOnCreate") return "retained";
  return policy === "Snapshot" ? "snapshot" : undefined;
}

function reasonsOf(difference: ResourceDifference): string[] {
  const reasons: string[] = [];
  if (difference.oldResourceType !== difference.newResourceType) {
    reasons.push(`Type: ${difference.oldResourceType} → ${difference.newResourceType}`);
  }
  for (const [name, { oldValue, newValue, changeImpact }] of Object.entries(difference.propertyUpdates)) {
    const effect = String(changeImpact).includes("REPLACE") ? " (needs a replacement)" : "";
    reasons.push(differenceText(name, effect, oldValue, newValue));
  }
  for (const [name, { oldValue, newValue }] of Object.entries(difference.otherChanges)) {
    reasons.push(differenceText(name, "", oldValue, newValue));
  }
  return reasons;
}

/** Names the one place where structured values differ, if it is one. */
function differenceText(name: string, effect: string, before: unknown, after: unknown): string {
  let [path, old, current] = [name, before, after];
  for (;;) {
    const differing = differingKeys(old, current);
    const [key] = differing;
    if (differing.length !== 1 || key === undefined) break;
    path += `.${key}`;
    [old, current] = [(old as Record<string, unknown>)[key], (current as Record<string, unknown>)[key]];
  }
  return `${path}${effect}: ${quoted(old)} → ${quoted(current)}`;
}

function differingKeys(before: unknown, after: unknown): string[] {
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null) return [];
  if (Array.isArray(before) !== Array.isArray(after)) return [];
  const [old, current] = [before as Record<string, unknown>, after as Record<string, unknown>];
  const keys = new Set([...Object.keys(old), ...Object.keys(current)]);
  return [...keys].filter((key) => JSON.stringify(old[key]) !== JSON.stringify(current[key]));
}

/** A value as a reason shows it; long and structured ones are cut. */
export function quoted(value: unknown): string {
  if (value === undefined) return "(absent)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text;
}

/** What only a value that is not known yet may do. A modification is no news; a replacement is. */
function addUncertain(
  changes: Map<string, ResourceChange>,
  id: string,
  worst: ResourceChange,
  unknown: readonly string[],
): void {
  const known = changes.get(id);
  if (worst.action === "modify" || worst.action === "add" || known?.action === worst.action) return;
  if (known?.action === "replace") return;
  const reason = `depends on what is known only at deployment (${unknown.join(", ")})`;
  const action = worst.action === "remove" ? "remove" : "mayReplace";
  changes.set(id, {
    ...worst,
    action,
    reasons: [...(known?.reasons ?? []), ...worst.reasons, reason],
    unknown: true,
  });
}

/** CloudFormation hands the stack's tags on to every resource that takes tags. */
async function addRetagged(
  changes: Map<string, ResourceChange>,
  { before, after }: EstimateRequest,
  old: Resources,
): Promise<void> {
  const changed = changedKeys(before.tags, after.tags);
  if (changed.length === 0) return;
  const { loadAwsServiceSpec } = await import("@aws-cdk/aws-service-spec");
  const database = await loadAwsServiceSpec();
  for (const [logicalId, { Type: type }] of Object.entries(old)) {
    const [found] = database.lookup("resource", "cloudFormationType", "equals", type);
    const known = changes.get(logicalId);
    if (found?.tagInformation === undefined || known?.action === "remove") continue;
    const reason = `Tags of the stack: ${changed.join(", ")}`;
    changes.set(logicalId, {
      ...(known ?? { logicalId, type, action: "modify" }),
      reasons: [...(known?.reasons ?? []), reason],
      live: false,
    });
  }
}

function changedKeys(
  before: Readonly<Record<string, string>> = {},
  after: Readonly<Record<string, string>> = {},
) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => before[key] !== after[key])
    .sort();
}
