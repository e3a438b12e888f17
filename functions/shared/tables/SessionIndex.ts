import { QueryCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Session } from "./SessionRepository";

const INDEX_NAME = "index-accepted-minute";

const storedSession = z.object({
  paymentId: z.string().min(1),
  targetPaymentId: z.string().min(1),
  kind: z.enum(["authorize", "capture", "refund", "cancel"]),
  merchantId: z.string().min(1),
  idempotencyKey: z.string().min(1),
  request: z.string(),
  status: z.string(),
  acceptedAt: z.iso.datetime().transform((text) => new Date(text)),
  epoch: z.number().int().min(1),
});

/** Where a page ended: the last session that was read. */
export interface SessionPosition {
  readonly paymentId: string;
  /** ISO 8601, as the table has it. */
  readonly acceptedAt: string;
}

/** Some of the sessions of one minute, in the order of their acceptance. */
export interface SessionPage {
  readonly sessions: readonly Session[];
  /** Sessions that are not understood; only their ids are known. */
  readonly malformed: readonly string[];
  /** Undefined when the minute is at its end. */
  readonly next: SessionPosition | undefined;
}

/** Finds sessions by the minute of their acceptance. */
export interface SessionIndex {
  /** @param minute `2026-11-24T09:05`, UTC. */
  page(minute: string, after: SessionPosition | undefined, limit: number): Promise<SessionPage>;
}

/** The index of the DynamoDB table. It is eventually consistent: what was written this second may be missing. */
export class DynamoSessionIndex implements SessionIndex {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async page(minute: string, after: SessionPosition | undefined, limit: number): Promise<SessionPage> {
    const answer = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        IndexName: INDEX_NAME,
        KeyConditionExpression: "acceptedMinute = :minute",
        ExpressionAttributeValues: { ":minute": minute },
        ExclusiveStartKey: after && { ...after, acceptedMinute: minute },
        Limit: limit,
      }),
    );
    const sessions: Session[] = [];
    const malformed: string[] = [];
    for (const item of answer.Items ?? []) {
      const parsed = storedSession.safeParse(item);
      if (parsed.success) sessions.push(parsed.data);
      else malformed.push(String(item["paymentId"]));
    }
    const last = answer.LastEvaluatedKey;
    const next = last && { paymentId: String(last["paymentId"]), acceptedAt: String(last["acceptedAt"]) };
    return { sessions, malformed, next };
  }
}
