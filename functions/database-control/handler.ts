import type { OperationMode } from "../domain/failover";
import { databaseControlInput, type ProgressResult, type PromoteResult } from "../shared/failover/actions";
import { InvalidAction, PromotionRefused } from "../shared/failover/errors";
import { parseAction } from "../shared/failover/parseAction";
import type { Log } from "../shared/observability/logger";
import type { GlobalClusterView, GlobalDatabase } from "./GlobalDatabase";

/** What promoting the database works with. */
export interface DatabaseControlDependencies {
  readonly log: Log;
  readonly database: GlobalDatabase;
  /** This Region's cluster. */
  readonly clusterArn: string;
  /** One look at the witness: while RDS promotes, nobody else looks, and a gap makes the wait for the old lease begin anew. */
  readonly watchWitness: () => Promise<unknown>;
}

/** RDS's answers that say that the clusters are not in a state for it; right after another change it may be the own one. */
const STATE_FAULTS: ReadonlySet<string> = new Set([
  "InvalidGlobalClusterStateFault",
  "InvalidDBClusterStateFault",
]);

/** Promotes this Region's cluster of the global cluster, and says how far that is. */
export function createHandler(
  dependencies: DatabaseControlDependencies,
): (event: unknown) => Promise<PromoteResult | ProgressResult> {
  return async (event) => {
    const input = parseAction(databaseControlInput, event);
    if (input.operation?.dryRun === true && input.action === "promote") {
      throw new InvalidAction("a dry run does not promote");
    }
    const result =
      input.action === "promote" ? await promote(dependencies, input.mode) : await progress(dependencies);
    dependencies.log.info("done", { action: input.action, result });
    return result;
  };
}

/** @throws PromotionRefused when this Region's cluster is no member, or RDS refuses and does not promote it already. */
async function promote(
  dependencies: DatabaseControlDependencies,
  mode: OperationMode,
): Promise<PromoteResult> {
  const { database, clusterArn, log } = dependencies;
  const before = await database.describe();
  if (isPromoted(before, clusterArn)) return { started: false };
  if (mode === "failover" && isDetached(before, clusterArn)) {
    log.warn("this Region's cluster is one of its own: an operator has detached it", { clusterArn });
    return { started: false };
  }
  requireMember(before, clusterArn);
  if (before?.change) {
    throw new PromotionRefused(`the global cluster is ${before.change.status} to ${before.change.to}`);
  }
  try {
    if (mode === "failover") await database.failOver(clusterArn);
    else await database.switchOver(clusterArn);
    return { started: true };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    log.warn("RDS did not take the promotion", { mode, error });
    // The answer to a call that was taken may be lost, and the repeat of it is refused for its state.
    const after = await database.describe();
    if (isPromoted(after, clusterArn)) return { started: false };
    if (!STATE_FAULTS.has(error.name)) throw error;
    throw new PromotionRefused(`${error.name}: ${error.message}`, { cause: error });
  }
}

async function progress({
  database,
  clusterArn,
  watchWitness,
  log,
}: DatabaseControlDependencies): Promise<ProgressResult> {
  const watching = watchWitness().catch((error: unknown) => log.warn("no look at the witness", { error }));
  const [view] = await Promise.all([database.describe(), watching]);
  if (view === undefined) return { writer: false, status: "there is no global cluster" };
  // Whether it takes writes already is the next step's question.
  if (isDetached(view, clusterArn)) return { writer: true, status: "detached" };
  const status = view.change ? `${view.status}, ${view.change.status}` : view.status;
  return { writer: isWriter(view, clusterArn), status };
}

/** Whether the cluster is the writer, or on its way to be. */
function isPromoted(view: GlobalClusterView | undefined, clusterArn: string): boolean {
  if (view === undefined) return false;
  const isOnItsWay = view.change?.to === clusterArn && view.change.status !== "cancelling";
  return isWriter(view, clusterArn) || isOnItsWay;
}

function isWriter(view: GlobalClusterView, clusterArn: string): boolean {
  return view.members.some((member) => member.clusterArn === clusterArn && member.isWriter);
}

/** A cluster that an operator cut out of the global cluster is a writer of its own: there is nothing to promote. */
function isDetached(view: GlobalClusterView | undefined, clusterArn: string): boolean {
  return view !== undefined && !view.members.some((member) => member.clusterArn === clusterArn);
}

function requireMember(view: GlobalClusterView | undefined, clusterArn: string): void {
  if (view?.members.some((member) => member.clusterArn === clusterArn)) return;
  throw new PromotionRefused(
    view === undefined ? "there is no global cluster" : "this Region's cluster is not in the global cluster",
  );
}
