import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { PaymentResult } from "../shared/tables/ResultRepository";

/** Keeps one object per event. */
export interface TransactionLog {
  /** Writes the event's object unless it is there; both are success. */
  write(result: PaymentResult): Promise<"written" | "present">;
}

/**
 * Where an event's object lies: by its own date, so that a repeat in either Region finds the same place. The version
 * comes first, so that a payment's events sort in their order.
 */
export function objectKey(result: PaymentResult): string {
  const [year, month, day] = result.updatedAt.slice(0, 10).split("-");
  const version = String(result.version).padStart(6, "0");
  return `payments/${year}/${month}/${day}/${result.paymentId}/${version}-${result.eventId}.json`;
}

/** The transaction log in the Region's bucket. */
export class S3TransactionLog implements TransactionLog {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async write(result: PaymentResult): Promise<"written" | "present"> {
    try {
      await this.#client.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: objectKey(result),
          Body: `${JSON.stringify(result)}\n`,
          ContentType: "application/json",
          // Never over one that is there: versions of the object would be a second log entry.
          IfNoneMatch: "*",
        }),
      );
      return "written";
    } catch (error) {
      if ((error as Error).name === "PreconditionFailed") return "present";
      throw error;
    }
  }
}
