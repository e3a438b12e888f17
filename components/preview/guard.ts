import { STATEFUL_TYPES } from "../stackPolicy";
import { entriesFor, isInForce, type AllowedChange } from "./allowList";
import type { ResourceChange, StackPreview } from "./changes";

/** What the guard makes of one change of a resource that holds data. */
export interface Verdict {
  readonly change: ResourceChange;
  readonly outcome: "refused" | "allowed" | "warned";
  /** For people. */
  readonly explanation: string;
}

export interface JudgeOptions {
  readonly allowList: readonly AllowedChange[];
  readonly now: Date;
  /** A preview only warns of what depends on values that are known at deployment, when it is judged again. */
  readonly isPreview: boolean;
}

/**
 * Judges every change that would take data away. A stateful resource may be replaced or removed only with an entry in the
 * allow list; one that is retained may leave the stack, since nothing of it is lost.
 */
export function judgeChanges({ stackName, changes }: StackPreview, options: JudgeOptions): Verdict[] {
  return changes.flatMap((change) => {
    const isLoss = ["replace", "mayReplace", "remove"].includes(change.action);
    return isLoss && STATEFUL_TYPES.includes(change.type) ? [judge(stackName, change, options)] : [];
  });
}

function judge(stackName: string, change: ResourceChange, options: JudgeOptions): Verdict {
  const { allowList, now, isPreview } = options;
  if (change.action === "remove" && change.kept === "retained") {
    return {
      change,
      outcome: "warned",
      explanation: "leaves the stack and is retained: nobody manages it any more",
    };
  }
  const entries = entriesFor(allowList, stackName, change);
  const entry = entries.find((each) => isInForce(each, now));
  if (entry !== undefined) {
    const explanation = `allowed until ${entry.expires} by ${entry.author}: ${entry.reason}`;
    return { change, outcome: "allowed", explanation };
  }
  if (change.unknown === true && isPreview) {
    return { change, outcome: "warned", explanation: "the deployment decides, and refuses if it is so" };
  }
  const expired = entries.map(({ expires }) => `; its entry expired on ${expires}`).join("");
  return {
    change,
    outcome: "refused",
    explanation: `holds data and has no entry in the allow list${expired}`,
  };
}

/** A deployment would take data away that nobody has allowed to go. */
export class StatefulChangeRefused extends Error {
  override readonly name = "StatefulChangeRefused";

  constructor(stackName: string, refused: readonly Verdict[]) {
    const lines = refused.map(
      ({ change: { action, logicalId, type }, explanation }) =>
        `  ${action === "remove" ? "remove" : "replace"} ${logicalId} (${type}): ${explanation}`,
    );
    super(
      `stack ${stackName}: this would lose what a stateful resource holds.\n${lines.join("\n")}\n` +
        "  Keep the property or the resource as it is. If its data may go, or has been taken elsewhere, say so with a reason,\n" +
        "  an author and a date in components/preview/allowed-changes.yaml.",
    );
  }
}

/** @throws StatefulChangeRefused when one was refused */
export function assertAllowed(stackName: string, verdicts: readonly Verdict[]): void {
  const refused = verdicts.filter(({ outcome }) => outcome === "refused");
  if (refused.length > 0) throw new StatefulChangeRefused(stackName, refused);
}
