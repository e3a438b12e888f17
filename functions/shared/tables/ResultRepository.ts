import { PutCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";

/** A payment's state after one event: what merchants are told, and what the transaction log keeps. */
export const paymentResult = z.object({
  paymentId: z.string().min(1),
  merchantId: z.string().min(1),
  eventId: z.string().min(1),
  eventType: z.string().min(1),
  status: z.string().min(1),
  amount: z.number().int(),
  amountCaptured: z.number().int(),
  amountRefunded: z.number().int(),
  currency: z.string().length(3),
  reference: z.string().nullish(),
  failureCode: z.string().nullish(),
  failureMessage: z.string().nullish(),
  operationId: z.string().nullish(),
  operationAmount: z.number().int().nullish(),
  /** Grows with every change of the payment; the newer version wins whatever the order of arrival. */
  version: z.number().int().min(1),
  epoch: z.number().int().min(1),
  /** ISO 8601, UTC. */
  updatedAt: z.string(),
});

/** @see paymentResult */
export type PaymentResult = z.output<typeof paymentResult>;

/** Keeps the newest result of each payment. */
export interface ResultRepository {
  /** Writes the result unless the table has this version or a newer one; both are success. */
  put(result: PaymentResult): Promise<"written" | "superseded">;
}

/** Results in the DynamoDB global table. */
export class DynamoResults implements ResultRepository {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async put(result: PaymentResult): Promise<"written" | "superseded"> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: result,
          ConditionExpression: "attribute_not_exists(paymentId) OR #version < :version",
          ExpressionAttributeNames: { "#version": "version" },
          ExpressionAttributeValues: { ":version": result.version },
        }),
      );
      return "written";
    } catch (error) {
      if ((error as Error).name === "ConditionalCheckFailedException") return "superseded";
      throw error;
    }
  }
}
