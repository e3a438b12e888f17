import { DatabaseNotWritable, DatabaseUnavailable } from "../shared/database/errors";
import { parseAction } from "../shared/failover/parseAction";
import {
  paymentRecoveryInput,
  type DatabaseWritableResult,
  type ReconcileResult,
  type ReplayResult,
  type SweepResult,
} from "../shared/failover/recoveryActions";
import { proveWritable } from "../shared/repositories/recovery";
import type { RecoveryDependencies } from "./dependencies";
import { reconcile } from "./reconcile";
import { replay } from "./replay";
import { sweep } from "./sweep";

/** What an action answers. */
export type RecoveryResult = DatabaseWritableResult | ReplayResult | ReconcileResult | SweepResult;

/** Repairs the payments after this Region became the active one. In the VPC: it reads tokens and asks the PSP. */
export function createHandler(
  dependencies: RecoveryDependencies,
): (event: unknown) => Promise<RecoveryResult> {
  return async (event) => {
    const input = parseAction(paymentRecoveryInput, event);
    try {
      switch (input.action) {
        case "databaseWritable":
          return { writable: await isWritable(dependencies) };
        case "replay":
          return await replay(dependencies, input.operation.operationId, input.cursor ?? undefined);
        case "reconcile":
          return await reconcile(dependencies, input.operation.operationId);
        case "sweep":
          return await sweep(dependencies);
      }
    } finally {
      dependencies.metrics.publish();
    }
  };
}

/** A database that is being promoted refuses, or drops its connections: not yet. */
async function isWritable({ database, log }: RecoveryDependencies): Promise<boolean> {
  try {
    return await database.withTransaction(proveWritable);
  } catch (error) {
    if (!(error instanceof DatabaseNotWritable) && !(error instanceof DatabaseUnavailable)) throw error;
    log.info("the database takes no writes yet", { reason: error.name });
    return false;
  }
}
