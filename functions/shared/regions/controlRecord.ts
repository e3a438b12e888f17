import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { PLACES } from "../../domain/failover";
import { conditionally, RecordUnreadable, recordTime, type RecordPlace } from "./records";

const RECORD_ID = "activation";

/** The record `activation` of the control table: the last change of active Region. The highest epoch wins. */
export const activationRecord = z.object({
  activePlace: z.enum(PLACES),
  epoch: z.number().int().min(1),
  activatedAt: recordTime,
  operationId: z.string().min(1),
});
export type ActivationRecord = z.output<typeof activationRecord>;

/** Keeps the activation in the global table. */
export interface ControlRepository {
  /** Undefined before the first change. @throws RecordUnreadable */
  read(): Promise<ActivationRecord | undefined>;
  /** Writes it unless a higher epoch is there. False when one is. */
  activate(record: ActivationRecord): Promise<boolean>;
}

/** The control record in DynamoDB. */
export class DynamoControl implements ControlRepository {
  readonly #place: RecordPlace;

  constructor(place: RecordPlace) {
    this.#place = place;
  }

  async read(): Promise<ActivationRecord | undefined> {
    const { client, table } = this.#place;
    const answer = await client
      .send(new GetCommand({ TableName: table, Key: { recordId: RECORD_ID }, ConsistentRead: true }))
      .catch((cause: unknown) => {
        throw new RecordUnreadable("the control record cannot be read", { cause });
      });
    if (answer.Item === undefined) return undefined;
    const parsed = activationRecord.safeParse(answer.Item);
    if (!parsed.success) throw new RecordUnreadable("the control record is malformed");
    return parsed.data;
  }

  activate({ activatedAt, ...record }: ActivationRecord): Promise<boolean> {
    const { client, table } = this.#place;
    return conditionally(
      client.send(
        new PutCommand({
          TableName: table,
          Item: { recordId: RECORD_ID, ...record, activatedAt: activatedAt.toISOString() },
          ConditionExpression: "attribute_not_exists(recordId) OR #epoch <= :epoch",
          ExpressionAttributeNames: { "#epoch": "epoch" },
          ExpressionAttributeValues: { ":epoch": record.epoch },
        }),
      ),
    );
  }
}
