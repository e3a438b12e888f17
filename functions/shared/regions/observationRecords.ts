import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { PLACES } from "../../domain/failover";
import { RecordUnreadable, recordTime, type RecordPlace } from "./records";

/** The record `probe`: what this Region sees of the active one. */
export const probeRecord = z.object({
  consecutiveFailures: z.number().int().min(0),
  lastOkAt: recordTime.optional(),
  firstFailedAt: recordTime.optional(),
  lastCheckedAt: recordTime,
  reason: z.string(),
});
export type ProbeRecord = z.output<typeof probeRecord>;

/** The record `witness`: since when the readings of this Region name the same place (`observeWitness` continues it). */
export const witnessRecord = z.object({ named: z.enum(PLACES), since: recordTime, readAt: recordTime });
export type WitnessRecord = z.output<typeof witnessRecord>;

/** One record of the Region's own table that a single writer overwrites. */
export class DynamoObservation<Value extends Record<string, unknown>> {
  readonly #place: RecordPlace;
  readonly #recordId: string;
  readonly #schema: z.ZodType<Value>;

  constructor(place: RecordPlace, recordId: string, schema: z.ZodType<Value>) {
    this.#place = place;
    this.#recordId = recordId;
    this.#schema = schema;
  }

  /** Undefined when there is none yet, or none that can be understood. @throws RecordUnreadable when out of reach. */
  async read(): Promise<Value | undefined> {
    const { client, table } = this.#place;
    const answer = await client
      .send(new GetCommand({ TableName: table, Key: { recordId: this.#recordId }, ConsistentRead: true }))
      .catch((cause: unknown) => {
        throw new RecordUnreadable(`the record ${this.#recordId} cannot be read`, { cause });
      });
    const parsed = this.#schema.safeParse(answer.Item);
    return parsed.success ? parsed.data : undefined;
  }

  async write(value: Value): Promise<void> {
    const { client, table } = this.#place;
    const Item = Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, part instanceof Date ? part.toISOString() : part]),
    );
    await client.send(new PutCommand({ TableName: table, Item: { recordId: this.#recordId, ...Item } }));
  }
}

/** The record `probe` of the Region's own table. */
export function probeObservation(place: RecordPlace): DynamoObservation<ProbeRecord> {
  return new DynamoObservation(place, "probe", probeRecord);
}

/** The record `witness` of the Region's own table. */
export function witnessObservation(place: RecordPlace): DynamoObservation<WitnessRecord> {
  return new DynamoObservation(place, "witness", witnessRecord);
}
