import { PutCommand, UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** How long a session is kept, in seconds: far more than any re-drive window, and no longer than disputes need it. */
const SESSION_LIFETIME_SECONDS = 45 * 24 * 3600;

/**
 * One acknowledged request, held in the global table so that it survives in DR even when Aurora had not carried it
 * over. `request` holds a token, never a card number.
 */
export interface Session {
  /** The id that was acknowledged: a payment's, or an operation's (`cap_…`, `ref_…`, `can_…`). */
  readonly paymentId: string;
  /** The payment that an operation belongs to; for a payment its own id. */
  readonly targetPaymentId: string;
  readonly kind: "authorize" | "capture" | "refund" | "cancel";
  readonly merchantId: string;
  readonly idempotencyKey: string;
  /** The checked request, as JSON text. */
  readonly request: string;
  readonly status: string;
  readonly acceptedAt: Date;
  readonly epoch: number;
}

/** Keeps the sessions. */
export interface SessionRepository {
  /** Writes the session unless it is there; both are success. */
  ensure(session: Session): Promise<"written" | "present">;
  /** Notes the payment's status on its session. A session that is not there stays absent. */
  updateStatus(paymentId: string, status: string, at: Date): Promise<void>;
}

/** Sessions in the DynamoDB global table. */
export class DynamoSessions implements SessionRepository {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async ensure(session: Session): Promise<"written" | "present"> {
    const acceptedAt = session.acceptedAt.toISOString();
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: {
            ...session,
            acceptedAt,
            acceptedMinute: acceptedAt.slice(0, 16),
            expiresAt: Math.floor(session.acceptedAt.getTime() / 1000) + SESSION_LIFETIME_SECONDS,
          },
          ConditionExpression: "attribute_not_exists(paymentId)",
        }),
      );
      return "written";
    } catch (error) {
      if ((error as Error).name === "ConditionalCheckFailedException") return "present";
      throw error;
    }
  }

  async updateStatus(paymentId: string, status: string, at: Date): Promise<void> {
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { paymentId },
          UpdateExpression: "SET #status = :status, statusAt = :at",
          ConditionExpression:
            "attribute_exists(paymentId) AND (attribute_not_exists(statusAt) OR statusAt <= :at)",
          ExpressionAttributeNames: { "#status": "status" },
          ExpressionAttributeValues: { ":status": status, ":at": at.toISOString() },
        }),
      );
    } catch (error) {
      if ((error as Error).name !== "ConditionalCheckFailedException") throw error;
    }
  }
}
