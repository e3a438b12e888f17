import type { AcceptDependencies } from "../shared/payments/acceptOnce";
import { StaleEpoch, type ProcessDependencies } from "../shared/payments/processOperation";
import type { PspJournal } from "../shared/psp/PspJournal";
import type { OperationRecord, OperationRepository } from "../shared/regions/operationRecord";
import type { SessionIndex } from "../shared/tables/SessionIndex";
import type { ResultReader } from "../shared/tables/ResultReader";

/** What the recovery works with: all that accepting and processing need, and what finds what is missing. */
export interface RecoveryDependencies extends AcceptDependencies, ProcessDependencies {
  readonly log: ProcessDependencies["log"];
  readonly database: ProcessDependencies["database"];
  readonly sessions: ProcessDependencies["sessions"];
  readonly sessionIndex: SessionIndex;
  readonly resultReader: ResultReader;
  readonly journal: PspJournal;
  readonly operations: Pick<OperationRepository, "read">;
  /** Keeps a document in the transaction bucket. */
  readonly keep: (key: string, body: string) => Promise<void>;
}

/** What one invocation works under. */
export interface Recovery {
  readonly operation: OperationRecord;
  /** This Region's epoch, in which it is active. */
  readonly epoch: number;
  /** When this invocation must come to its end. */
  readonly deadline: Date;
}

/**
 * The operation that this Region is recovering under. Only the active Region recovers, in the epoch that the operation
 * made it active in.
 *
 * @throws RegionNotActive when the Region may not write right now.
 * @throws StaleEpoch when the Region, or another operation, has moved on.
 */
export async function beginRecovery(
  { regionState, operations, clock }: RecoveryDependencies,
  operationId: string,
  budgetMilliseconds: number,
): Promise<Recovery> {
  const deadline = new Date(clock.now().getTime() + budgetMilliseconds);
  const { epoch } = await regionState.requireActive();
  const operation = await operations.read();
  if (operation?.operationId !== operationId) {
    throw new StaleEpoch(`operation ${operationId} is not this Region's last one`);
  }
  if (operation.targetEpoch !== epoch) {
    throw new StaleEpoch(
      `operation ${operationId} is of epoch ${operation.targetEpoch}, and this is ${epoch}`,
    );
  }
  return { operation, epoch, deadline };
}

/** Whether the invocation's time is over. */
export function isOver({ clock }: RecoveryDependencies, { deadline }: Recovery): boolean {
  return clock.now().getTime() >= deadline.getTime();
}

/** Every write is preceded by a look of its own. @throws RegionNotActive, StaleEpoch */
export async function requireSameEpoch(
  { regionState }: Pick<RecoveryDependencies, "regionState">,
  epoch: number,
): Promise<void> {
  const state = await regionState.requireActive();
  if (state.epoch !== epoch) throw new StaleEpoch(`begun in epoch ${epoch}, and this is ${state.epoch}`);
}
