import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { paymentResult, type PaymentResult } from "./ResultRepository";

/** DynamoDB's own limit of one request. */
const BATCH_SIZE = 100;
/** Requests for what the table left out for want of capacity. */
const MAX_REQUESTS = 5;

/** Reads the newest results that the table has. */
export interface ResultReader {
  /** Results by payment; payments without one are absent. */
  read(paymentIds: readonly string[]): Promise<ReadonlyMap<string, PaymentResult>>;
}

/** Results in the DynamoDB global table. */
export class DynamoResultReader implements ResultReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async read(paymentIds: readonly string[]): Promise<ReadonlyMap<string, PaymentResult>> {
    const unique = [...new Set(paymentIds)];
    const found = new Map<string, PaymentResult>();
    for (let start = 0; start < unique.length; start += BATCH_SIZE) {
      for (const result of await this.#batch(unique.slice(start, start + BATCH_SIZE))) {
        found.set(result.paymentId, result);
      }
    }
    return found;
  }

  async #batch(paymentIds: readonly string[]): Promise<PaymentResult[]> {
    const results: PaymentResult[] = [];
    let keys: Record<string, unknown>[] = paymentIds.map((paymentId) => ({ paymentId }));
    for (let request = 1; keys.length > 0; request += 1) {
      if (request > MAX_REQUESTS) throw new Error(`the results table left out ${keys.length} results`);
      const answer = await this.#client.send(
        new BatchGetCommand({ RequestItems: { [this.#table]: { Keys: keys, ConsistentRead: true } } }),
      );
      for (const item of answer.Responses?.[this.#table] ?? []) {
        const parsed = paymentResult.safeParse(item);
        if (parsed.success) results.push(parsed.data);
      }
      keys = answer.UnprocessedKeys?.[this.#table]?.Keys ?? [];
    }
    return results;
  }
}
