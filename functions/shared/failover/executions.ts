import { DescribeExecutionCommand, type SFNClient } from "@aws-sdk/client-sfn";
import { holdsLock } from "../../domain/failover";
import type { OperationRecord } from "../regions/operationRecord";

/** Looks whether an execution of the state machine still runs. */
export interface ExecutionReader {
  /** Undefined when that cannot be learnt. */
  isRunning(executionArn: string): Promise<boolean | undefined>;
}

/** Executions at Step Functions. */
export class StepFunctionsExecutions implements ExecutionReader {
  readonly #client: SFNClient;

  constructor(client: SFNClient) {
    this.#client = client;
  }

  async isRunning(executionArn: string): Promise<boolean | undefined> {
    try {
      const { status } = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
      return status === "RUNNING" || status === "PENDING_REDRIVE";
    } catch (error) {
      return error instanceof Error && error.name === "ExecutionDoesNotExist" ? false : undefined;
    }
  }
}

/**
 * Whether the operation holds the lock. An execution that was killed says no word: its record would hold the lock for
 * half an hour, longer than a failover may take. So the execution itself is asked; only if that fails, the age decides.
 */
export async function isUnderWay(
  operation: OperationRecord | undefined,
  executions: ExecutionReader,
  now: Date,
): Promise<boolean> {
  if (operation === undefined || !isOpen(operation)) return false;
  return (await executions.isRunning(operation.executionArn)) ?? holdsLock(operation, now);
}

/** Whether the record says that the operation has not come to an end. */
export function isOpen({ state }: Pick<OperationRecord, "state">): boolean {
  return state === "RUNNING" || state === "PAUSED" || state === "AWAITING_APPROVAL";
}
