import {
  regionControlInput,
  type AbortResult,
  type ActivateResult,
  type CheckpointResult,
  type FencePeerResult,
  type LatchResult,
  type LockResult,
  type RegionControlInput,
} from "../shared/failover/actions";
import { InvalidAction } from "../shared/failover/errors";
import { parseAction } from "../shared/failover/parseAction";
import { reasonText } from "../shared/failover/reasonText";
import type { RegionControlDependencies } from "./dependencies";
import { lock } from "./lock";
import { awaitApproval, checkpoint, finish } from "./progress";
import { abort, activate, demotePeer, fencePeer, latch } from "./roles";

/** What the state machine gets back. */
export type RegionControlResult =
  | LockResult
  | CheckpointResult
  | LatchResult
  | FencePeerResult
  | ActivateResult
  | AbortResult
  | Record<string, never>;

/** The actions that change a role; a dry run has none of them. */
const CHANGES_ROLES: ReadonlySet<RegionControlInput["action"]> = new Set([
  "demotePeer",
  "latch",
  "fencePeer",
  "activate",
]);

/** Changes this Region's role for one operation. Every action may run again after a crash without harm. */
export function createHandler(
  dependencies: RegionControlDependencies,
): (event: unknown) => Promise<RegionControlResult> {
  return async (event) => {
    const input = parseAction(regionControlInput, event);
    const { action, operation } = input;
    if (operation.dryRun && CHANGES_ROLES.has(action))
      throw new InvalidAction(`a dry run does not ${action}`);
    const result = await run(dependencies, input);
    dependencies.log.info("done", { action, operationId: operation.operationId, result });
    return result;
  };
}

function run(
  dependencies: RegionControlDependencies,
  input: RegionControlInput,
): Promise<RegionControlResult> {
  const { operation } = input;
  switch (input.action) {
    case "lock":
      return lock(dependencies, operation);
    case "checkpoint":
      return checkpoint(dependencies, operation, input.step);
    case "awaitApproval":
      return awaitApproval(dependencies, operation, input.taskToken);
    case "demotePeer":
      return demotePeer(dependencies, operation);
    case "latch":
      return latch(dependencies, operation);
    case "fencePeer":
      return fencePeer(dependencies, operation);
    case "activate":
      return activate(dependencies, operation);
    case "abort":
      return abort(dependencies, operation, reasonText(input.reason, input.cause));
    case "finish":
      return finish(dependencies, operation, input.state, endOf(input));
  }
}

/** Why it failed; or what went wrong on the way of one that succeeded all the same. */
function endOf({
  reason,
  cause,
  warnings,
}: Extract<RegionControlInput, { action: "finish" }>): string | undefined {
  if (warnings !== undefined && warnings.length > 0) return warnings.join("; ");
  return reason === undefined ? undefined : reasonText(reason, cause);
}
