import { setTimeout as sleep } from "node:timers/promises";
import { DescribeExecutionCommand, type DescribeExecutionCommandOutput } from "@aws-sdk/client-sfn";
import * as z from "zod";
import { reasonText } from "../../functions/shared/failover/reasonText";
import { CommandError } from "../cli";
import { ask, valueOf } from "./bounded";
import type { StartedOperation } from "./operations";
import type { Platform } from "./Platform";
import { isOpen, readRegionRecords, withoutToken, type OperationRecord } from "./records";

/** How an operation ended. */
export interface Outcome {
  readonly operationId: string;
  /**
   * SUCCEEDED, FAILED, ABORTED or CANCELLED; REFUSED when it did not get the lock, SUPERSEDED when it lost it. Without a
   * record: what Step Functions says.
   */
  readonly state: string;
  readonly executionStatus?: string;
  readonly reason?: string;
  readonly record?: OperationRecord;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Called for each step once, in order, and for each change of state. */
  readonly onProgress: (line: string) => void;
  readonly intervalMs?: number;
  /** Questions in a row without an answer before the watch is given up. */
  readonly patience?: number;
}

const INTERVAL_MS = 1_000;
/** At 3 s each: longer than a Region that is well ever stays silent. */
const PATIENCE = 40;

/**
 * Watches an operation to its end. Its length is bounded by the state machine's own timeout; the watch itself changes
 * nothing and may be stopped at any time.
 * @throws CommandError when the Region no longer answers
 */
export async function followOperation(
  platform: Platform,
  started: StartedOperation,
  { signal, onProgress, intervalMs = INTERVAL_MS, patience = PATIENCE }: FollowOptions,
): Promise<Outcome> {
  const seen = new Progress(onProgress);
  for (let silent = 0; ;) {
    signal.throwIfAborted();
    const [record, execution] = await Promise.all([
      readOperation(platform, started),
      ask((abortSignal) =>
        platform
          .clients(started.place)
          .stepFunctions.send(new DescribeExecutionCommand({ executionArn: started.executionArn }), {
            abortSignal,
          }),
      ),
    ]);
    const operation = valueOf(record);
    if (operation !== undefined) seen.show(operation);
    const described = valueOf(execution);
    if (described !== undefined && described.status !== "RUNNING") {
      // The record of an execution that has ended will not change any more: this reading was made before or after.
      const last = valueOf(await readOperation(platform, started)) ?? operation;
      if (last !== undefined) seen.show(last);
      return outcomeOf(started, described, last);
    }
    silent = described === undefined ? silent + 1 : 0;
    if (silent >= patience && !execution.answered) {
      throw new CommandError(
        `Step Functions does not answer any more (${execution.reason}); the operation goes on without this watch. ` +
          "See: npm run failover -- status",
      );
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** The record, when it is of this operation: before the lock is taken it may be of the one before. */
async function readOperation(platform: Platform, { place, operationId }: StartedOperation) {
  const names = platform.names(place);
  const tables = { region: names.regionTable, control: names.controlTable };
  return ask(async (signal) => {
    const { operation } = await readRegionRecords(platform.clients(place).tables, tables, signal);
    return operation?.operationId === operationId ? operation : undefined;
  });
}

/** What an execution says at its end, when the operation's record does not: REFUSED and SUPERSEDED never had it. */
const endSchema = z.looseObject({
  state: z.enum(["REFUSED", "SUPERSEDED", "ABORTED", "CANCELLED"]),
  reason: z.string().optional(),
  /** What the error said, as Step Functions gives it. */
  cause: z.string().optional(),
});

function outcomeOf(
  { operationId }: StartedOperation,
  described: DescribeExecutionCommandOutput,
  record: OperationRecord | undefined,
): Outcome {
  const { status, output, error, cause } = described;
  const end = endSchema.safeParse(parsed(output)).data;
  const recorded = record !== undefined && !isOpen(record) ? record.state : undefined;
  const failure = [error, cause].filter((part) => part !== undefined && part !== "").join(": ");
  return {
    operationId,
    state: recorded ?? end?.state ?? (status === "SUCCEEDED" ? "SUCCEEDED" : "FAILED"),
    executionStatus: status,
    reason: saidAtEnd(end) ?? record?.reason ?? (failure === "" ? undefined : failure),
    record: record && withoutToken(record),
  };
}

function saidAtEnd(end: z.output<typeof endSchema> | undefined): string | undefined {
  return end?.reason === undefined ? undefined : reasonText(end.reason, end.cause);
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** Shows what is new. */
class Progress {
  readonly #onProgress: (line: string) => void;
  #steps = 0;
  #state = "";

  constructor(onProgress: (line: string) => void) {
    this.#onProgress = onProgress;
  }

  show({ timeline = [], state }: OperationRecord): void {
    for (const { step, at } of timeline.slice(this.#steps)) this.#onProgress(`${at}  ${step}`);
    this.#steps = Math.max(this.#steps, timeline.length);
    if (state !== this.#state) {
      this.#state = state;
      if (state === "AWAITING_APPROVAL")
        this.#onProgress("waits for: npm run failover -- approve (or: reject)");
      if (state === "PAUSED") this.#onProgress("paused; waits for: npm run failover -- resume (or: cancel)");
    }
  }
}
