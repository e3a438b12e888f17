import type { RegionName } from "../regions";

/**
 * What happens to one resource. `mayReplace`: CloudFormation, or a value that is known only at deployment, decides whether
 * the resource is replaced.
 */
export type ChangeAction = "add" | "modify" | "mayReplace" | "replace" | "remove";

/** One change of one resource. */
export interface ResourceChange {
  readonly logicalId: string;
  /** Such as `AWS::S3::Bucket`. */
  readonly type: string;
  readonly action: ChangeAction;
  /** Absent when the resource does not exist yet, or nobody was asked. */
  readonly physicalId?: string | undefined;
  /** Why, for people: properties, with what changes them. */
  readonly reasons: readonly string[];
  /**
   * Logical ids of the resources, when nothing of this one changes but what might follow from an attribute of theirs, and
   * CloudFormation decides only when it gets there.
   */
  readonly follows?: readonly string[] | undefined;
  /** What stays of a resource that is removed or replaced, by its DeletionPolicy or UpdateReplacePolicy. */
  readonly kept?: "retained" | "snapshot" | undefined;
  /** True when a failover has set it already, so that the update alters nothing that runs. */
  readonly live?: boolean;
  /** True when only a value that this preview cannot know may cause it; the deployment asks again. */
  readonly unknown?: boolean;
}

/** Where the changes were learnt. */
export type ChangeSource = "change set" | "offline estimate" | "template";

/** What a deployment does to one stack. */
export interface StackPreview {
  readonly stackName: string;
  readonly region: RegionName;
  readonly operation: "create" | "update" | "replace" | "remove";
  readonly source: ChangeSource;
  /** Why there is no change set, and what was assumed. */
  readonly notes: readonly string[];
  readonly changes: readonly ResourceChange[];
}

/** The order in which changes are shown: what cannot be undone first. */
export const ACTIONS: readonly ChangeAction[] = ["remove", "replace", "mayReplace", "modify", "add"];

/** The changes in the order in which they are shown. */
export function sortedChanges(changes: readonly ResourceChange[]): ResourceChange[] {
  const rank = ({ action }: ResourceChange) => ACTIONS.indexOf(action);
  return [...changes].sort((a, b) => rank(a) - rank(b) || (a.logicalId < b.logicalId ? -1 : 1));
}

/** True when an update alters something that is not so already. */
export function altersAnything({ changes }: Pick<StackPreview, "changes">): boolean {
  return changes.some(({ live }) => live !== true);
}
