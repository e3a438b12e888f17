import { secondsBetween } from "../domain/failover";
import type { SweepResult } from "../shared/failover/recoveryActions";
import { RegionNotActive } from "../shared/regions/regionState";
import type { RecoveryDependencies } from "./dependencies";
import { reconcile } from "./reconcile";
import { MAX_WINDOW_MINUTES } from "./window";

/**
 * Looks again after a failover, on a schedule. The lost Region took requests with it that had left no trace elsewhere;
 * when it returns, its tables carry their sessions over, and what waited for the PSP can be driven again. Requests
 * accepted since the failover are not looked at: they have their rows here.
 */
export async function sweep(dependencies: RecoveryDependencies): Promise<SweepResult> {
  const { operations, clock, log } = dependencies;
  const operation = await operations.read();
  if (operation?.mode !== "failover" || operation.dryRun || operation.state !== "SUCCEEDED") {
    return { swept: false, reason: "no failover has ended here" };
  }
  const { operationId, startedAt, updatedAt } = operation;
  if (secondsBetween(startedAt, clock.now()) > MAX_WINDOW_MINUTES * 60) {
    return { swept: false, reason: "the PSP may have forgotten what it was asked then" };
  }
  try {
    const { count, redriven, complete } = await reconcile(dependencies, operationId, updatedAt);
    return { swept: true, lost: count, redriven, complete };
  } catch (error) {
    if (!(error instanceof RegionNotActive)) throw error;
    log.info("no sweep in a Region that does not write", { reason: error.message });
    return { swept: false, reason: "this Region does not write" };
  }
}
