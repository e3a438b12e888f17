import { GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import {
  OPERATION_MODES,
  OPERATION_STALE_SECONDS,
  OPERATION_STATES,
  OPERATION_STEPS,
  type OperationStep,
} from "../../domain/failover";
import { conditionally, RecordUnreadable, recordTime, setExpression, type RecordPlace } from "./records";

const RECORD_ID = "operation";

/** What an operator asks of a running operation. */
export const OPERATION_REQUESTS = ["none", "pause", "resume", "cancel"] as const;
export type OperationRequest = (typeof OPERATION_REQUESTS)[number];

/** The record `operation`: what the orchestrator does, and its lock. */
export const operationRecord = z.object({
  operationId: z.string().min(1),
  executionArn: z.string().min(1),
  mode: z.enum(OPERATION_MODES),
  approval: z.enum(["automatic", "approval"]),
  trigger: z.string(),
  dryRun: z.boolean(),
  state: z.enum(OPERATION_STATES),
  step: z.enum(OPERATION_STEPS),
  targetEpoch: z.number().int().min(1),
  previousEpoch: z.number().int().min(1),
  startedAt: recordTime,
  updatedAt: recordTime,
  request: z.enum(OPERATION_REQUESTS),
  taskToken: z.string().optional(),
  reason: z.string().optional(),
  /** When the outage began, as far as it is known. */
  outageAt: recordTime.optional(),
  timeline: z.array(z.object({ step: z.string(), at: recordTime })),
});
export type OperationRecord = z.output<typeof operationRecord>;

/** What may change while an operation runs. */
export type OperationChanges = Partial<
  Pick<
    OperationRecord,
    "state" | "step" | "request" | "taskToken" | "reason" | "targetEpoch" | "outageAt" | "executionArn"
  >
>;

/** Keeps the operation's record in the Region's own table. */
export interface OperationRepository {
  /** @throws RecordUnreadable when it is malformed or out of reach. */
  read(): Promise<OperationRecord | undefined>;
  /**
   * Takes the lock: writes the record unless another operation holds it. The same operation may take it again. False
   * when another one holds it.
   */
  start(record: OperationRecord): Promise<boolean>;
  /** Changes the record of this operation and notes the time; `reached` adds a line to the timeline. False when another one took its place. */
  update(operationId: string, changes: OperationChanges, at: Date, reached?: OperationStep): Promise<boolean>;
}

/** Operations in DynamoDB. */
export class DynamoOperation implements OperationRepository {
  readonly #place: RecordPlace;

  constructor(place: RecordPlace) {
    this.#place = place;
  }

  async read(): Promise<OperationRecord | undefined> {
    const { client, table } = this.#place;
    const answer = await client
      .send(new GetCommand({ TableName: table, Key: { recordId: RECORD_ID }, ConsistentRead: true }))
      .catch((cause: unknown) => {
        throw new RecordUnreadable("the operation's record cannot be read", { cause });
      });
    if (answer.Item === undefined) return undefined;
    const parsed = operationRecord.safeParse(answer.Item);
    if (!parsed.success) throw new RecordUnreadable("the operation's record is malformed");
    return parsed.data;
  }

  start(record: OperationRecord): Promise<boolean> {
    const { client, table } = this.#place;
    const staleBefore = new Date(record.updatedAt.getTime() - OPERATION_STALE_SECONDS * 1_000);
    return conditionally(
      client.send(
        new PutCommand({
          TableName: table,
          Item: { recordId: RECORD_ID, ...toItem(record) },
          ConditionExpression:
            "attribute_not_exists(recordId) OR #operationId = :operationId OR #updatedAt < :staleBefore OR NOT #state IN (:running, :paused, :awaiting)",
          ExpressionAttributeNames: {
            "#operationId": "operationId",
            "#updatedAt": "updatedAt",
            "#state": "state",
          },
          ExpressionAttributeValues: {
            ":operationId": record.operationId,
            ":staleBefore": staleBefore.toISOString(),
            ":running": "RUNNING",
            ":paused": "PAUSED",
            ":awaiting": "AWAITING_APPROVAL",
          },
        }),
      ),
    );
  }

  update(
    operationId: string,
    changes: OperationChanges,
    at: Date,
    reached?: OperationStep,
  ): Promise<boolean> {
    const { client, table } = this.#place;
    const set = setExpression({ ...changes, updatedAt: at });
    const timeline = reached && [{ step: reached, at: at.toISOString() }];
    return conditionally(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { recordId: RECORD_ID },
          UpdateExpression: `${set.UpdateExpression}${timeline ? ", #timeline = list_append(#timeline, :timeline)" : ""}`,
          ConditionExpression: "#operationId = :ownOperationId",
          ExpressionAttributeNames: {
            ...set.ExpressionAttributeNames,
            "#operationId": "operationId",
            ...(timeline && { "#timeline": "timeline" }),
          },
          ExpressionAttributeValues: {
            ...set.ExpressionAttributeValues,
            ":ownOperationId": operationId,
            ...(timeline && { ":timeline": timeline }),
          },
        }),
      ),
    );
  }
}

function toItem({ startedAt, updatedAt, outageAt, timeline, ...rest }: OperationRecord): object {
  return {
    ...rest,
    startedAt: startedAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    ...(outageAt && { outageAt: outageAt.toISOString() }),
    timeline: timeline.map(({ step, at }) => ({ step, at: at.toISOString() })),
  };
}
