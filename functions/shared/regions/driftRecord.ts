import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { RecordUnreadable, recordTime, type RecordPlace } from "./records";

const RECORD_ID = "drift";

/** Findings that are kept; the command's own output has all of them. */
export const MAX_FINDINGS = 50;

/** The record `drift` of the control table: what the last drift detection found, in both Regions together. */
export const driftRecord = z.object({ checkedAt: recordTime, findings: z.array(z.string()) });
export type DriftRecord = z.output<typeof driftRecord>;

/**
 * Keeps the result of drift detection in the global table, where the readiness evaluation of either Region reads it: the
 * detection needs rights over every resource, which no function of the failover should have.
 */
export class DynamoDrift {
  readonly #place: RecordPlace;

  constructor(place: RecordPlace) {
    this.#place = place;
  }

  /** Undefined when none was ever recorded. @throws RecordUnreadable */
  async read(): Promise<DriftRecord | undefined> {
    const { client, table } = this.#place;
    const answer = await client
      .send(new GetCommand({ TableName: table, Key: { recordId: RECORD_ID }, ConsistentRead: true }))
      .catch((cause: unknown) => {
        throw new RecordUnreadable("the drift record cannot be read", { cause });
      });
    if (answer.Item === undefined) return undefined;
    const parsed = driftRecord.safeParse(answer.Item);
    if (!parsed.success) throw new RecordUnreadable("the drift record is malformed");
    return parsed.data;
  }

  async write({ checkedAt, findings }: DriftRecord): Promise<void> {
    const { client, table } = this.#place;
    const Item = {
      recordId: RECORD_ID,
      checkedAt: checkedAt.toISOString(),
      findings: findings.slice(0, MAX_FINDINGS),
    };
    await client.send(new PutCommand({ TableName: table, Item }));
  }
}
