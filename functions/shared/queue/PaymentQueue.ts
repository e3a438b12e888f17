import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { PaymentMessage } from "./paymentMessage";

/** SQS's own limit of one batch. */
const BATCH_SIZE = 10;

/** Puts messages on the Region's payment queue. */
export interface PaymentQueue {
  send(message: PaymentMessage): Promise<void>;
  /** Sends many; returns the ids of those that the queue took. */
  sendAll(messages: readonly PaymentMessage[]): Promise<ReadonlySet<string>>;
}

/** The SQS standard queue. It may deliver twice and in any order; the processor is made for both. */
export class SqsPaymentQueue implements PaymentQueue {
  readonly #client: SQSClient;
  readonly #url: string;

  constructor(url: string, client: SQSClient = sqsClient()) {
    this.#client = client;
    this.#url = url;
  }

  async send(message: PaymentMessage): Promise<void> {
    await this.#client.send(
      new SendMessageCommand({ QueueUrl: this.#url, MessageBody: JSON.stringify(message) }),
    );
  }

  async sendAll(messages: readonly PaymentMessage[]): Promise<ReadonlySet<string>> {
    const taken = new Set<string>();
    for (let start = 0; start < messages.length; start += BATCH_SIZE) {
      const batch = messages.slice(start, start + BATCH_SIZE);
      const answer = await this.#client.send(
        new SendMessageBatchCommand({
          QueueUrl: this.#url,
          Entries: batch.map((message, index) => ({
            Id: String(index),
            MessageBody: JSON.stringify(message),
          })),
        }),
      );
      for (const entry of answer.Successful ?? []) {
        const message = batch[Number(entry.Id)];
        if (message) taken.add(message.messageId);
      }
    }
    return taken;
  }
}

function sqsClient(): SQSClient {
  return new SQSClient({
    // The endpoint of the Region (or of the VPC) and not whatever host the queue's URL names.
    useQueueUrlAsEndpoint: false,
    // Milliseconds. The outbox relay sends what this could not, so it is better to give up early.
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000 },
  });
}
