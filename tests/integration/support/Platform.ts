import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { DynamoDBClient, GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { request as undiciRequest, type Agent } from "undici";
import {
  awsConfig,
  connectDatabase,
  createMerchant,
  embeddedDispatcher,
  FlatOutputs,
  followPayment,
  PaymentsClient,
  problemOfAnswer,
  PspClient,
  readEmbeddedCloud,
  readSecret,
  type EmbeddedCloud,
  type MerchantStore,
  type MerchantWithKey,
  type NewPayment,
  type Place,
  type RawAnswer,
  type RawRequest,
} from "../../../local/client";
import type { PaymentResource } from "../../../functions/domain/resources";

/** A merchant of one test file, with a client of its own. */
export interface TestMerchant extends MerchantWithKey {
  readonly client: PaymentsClient;
}

/** How many rows of each kind a merchant has in Aurora. */
export type RowCounts = Readonly<
  Record<"payments" | "operations" | "keys" | "outbox" | "entries" | "events", number>
>;

/** Milliseconds that replication and the asynchronous half may take. */
const EVENTUALLY_MILLISECONDS = 45_000;

/** The running platform, as the integration tests see it. */
export class Platform {
  readonly cloud: EmbeddedCloud;
  readonly outputs: FlatOutputs;
  readonly dispatcher: Agent;
  #primary: Client | undefined;
  #replica: Client | undefined;
  #psp: PspClient | undefined;
  #store: MerchantStore | undefined;

  constructor() {
    this.cloud = readEmbeddedCloud();
    this.outputs = FlatOutputs.read();
    this.dispatcher = embeddedDispatcher(this.cloud);
  }

  async open(): Promise<this> {
    this.#primary = await connectDatabase(this.cloud, this.outputs, "primary");
    this.#replica = await connectDatabase(this.cloud, this.outputs, "dr");
    this.#psp = await PspClient.open(this.cloud, this.outputs, this.dispatcher);
    const { apiKeyPepper } = await readSecret(
      this.cloud,
      "primary",
      `secret-merchants-${this.outputs.suffix}`,
    );
    this.#store = { database: this.#primary, apiKeyPepper: apiKeyPepper as string };
    return this;
  }

  async close(): Promise<void> {
    await this.#primary?.end();
    await this.#replica?.end();
    await this.dispatcher.destroy();
  }

  get primary(): Client {
    return opened(this.#primary);
  }

  get replica(): Client {
    return opened(this.#replica);
  }

  get psp(): PspClient {
    return opened(this.#psp);
  }

  get store(): MerchantStore {
    return opened(this.#store);
  }

  async newMerchant(name: string): Promise<TestMerchant> {
    const merchant = await createMerchant(this.store, { name, test: true });
    return { ...merchant, client: this.clientOf(merchant.apiKey) };
  }

  clientOf(apiKey: string, baseUrl = this.outputs.get("PrimaryPaymentsApiUrl")): PaymentsClient {
    return new PaymentsClient({ baseUrl, apiKey, dispatcher: this.dispatcher });
  }

  /** Makes a payment and follows it until it is settled. */
  async pay(
    merchant: TestMerchant,
    payment: Partial<NewPayment> = {},
    key: string = randomUUID(),
  ): Promise<PaymentResource> {
    const { resource } = await merchant.client.createPayment(
      { amount: 1999, currency: "SGD", payment_method: "pm_ok", ...payment },
      key,
    );
    return followPayment(merchant.client, resource.id);
  }

  /** What Aurora holds of a merchant. */
  async rowsOf(merchantId: string): Promise<RowCounts> {
    const found = await this.primary.query<Record<keyof RowCounts, number>>(
      `SELECT (SELECT count(*)::int FROM payments.payments WHERE merchant_id = $1) AS payments,
              (SELECT count(*)::int FROM payments.payment_operations WHERE merchant_id = $1) AS operations,
              (SELECT count(*)::int FROM payments.idempotency_keys WHERE merchant_id = $1) AS keys,
              (SELECT count(*)::int FROM payments.outbox JOIN payments.payments p USING (payment_id)
                WHERE p.merchant_id = $1) AS outbox,
              (SELECT count(*)::int FROM payments.ledger_entries JOIN payments.payments p USING (payment_id)
                WHERE p.merchant_id = $1) AS entries,
              (SELECT count(*)::int FROM payments.payment_events WHERE merchant_id = $1) AS events`,
      [merchantId],
    );
    return found.rows[0] as RowCounts;
  }

  /** How many items of a merchant a global table's replica holds. */
  async itemsOf(merchantId: string, table: "Sessions" | "Results", place: Place): Promise<number> {
    const client = new DynamoDBClient(awsConfig(this.cloud, place));
    let count = 0;
    let start: Record<string, never> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({
          TableName: this.outputs.get(`PrimaryTables${table}TableName`),
          FilterExpression: "merchantId = :merchant",
          ExpressionAttributeValues: { ":merchant": { S: merchantId } },
          Select: "COUNT",
          ExclusiveStartKey: start,
        }),
      );
      count += page.Count ?? 0;
      start = page.LastEvaluatedKey as Record<string, never> | undefined;
    } while (start !== undefined);
    return count;
  }

  /** One item of a global table's replica. */
  async itemOf(
    paymentId: string,
    table: "Sessions" | "Results",
    place: Place,
  ): Promise<Record<string, unknown> | undefined> {
    const client = new DynamoDBClient(awsConfig(this.cloud, place));
    const answer = await client.send(
      new GetItemCommand({
        TableName: this.outputs.get(`PrimaryTables${table}TableName`),
        Key: { paymentId: { S: paymentId } },
        ConsistentRead: true,
      }),
    );
    return answer.Item;
  }

  /** The objects of a payment in a Region's transaction log, as key and text. */
  async logOf(payment: PaymentResource, place: Place): Promise<Map<string, string>> {
    const client = new S3Client({ ...awsConfig(this.cloud, place), forcePathStyle: true });
    const Bucket = this.outputs.get(
      place === "primary" ? "PrimaryStorageTransactionBucketName" : "DrStorageTransactionBucketName",
    );
    const [year, month, day] = payment.created_at.slice(0, 10).split("-");
    const Prefix = `payments/${year}/${month}/${day}/${payment.id}/`;
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
    const objects = new Map<string, string>();
    for (const { Key } of Contents) {
      const object = await client.send(new GetObjectCommand({ Bucket, Key }));
      objects.set(Key as string, (await object.Body?.transformToString()) ?? "");
    }
    return objects;
  }

  /** Messages in the primary's payment queue, waiting and in flight. */
  async queuedMessages(): Promise<number> {
    const answer = await new SQSClient(awsConfig(this.cloud, "primary")).send(
      new GetQueueAttributesCommand({
        QueueUrl: this.outputs.get("PrimaryMessagingPaymentQueueUrl"),
        AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
      }),
    );
    return Object.values(answer.Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0);
  }

  /** Sends bytes to the load balancer, as the PSP does. */
  async notify(body: string | Buffer, headers: Record<string, string>): Promise<RawAnswer> {
    const answer = await undiciRequest(this.outputs.get("PrimaryPaymentsNotificationsUrl"), {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      dispatcher: this.dispatcher,
    });
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
  }
}

/** Asks until the check holds (does not throw), for what happens asynchronously. */
export async function eventually<Result>(
  check: () => Promise<Result>,
  milliseconds = EVENTUALLY_MILLISECONDS,
): Promise<Result> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

/** Sends a request that must be refused, and checks all that every refusal has in common. */
export async function assertRefused(
  client: PaymentsClient,
  request: RawRequest,
  status: number,
  code: string,
): Promise<RawAnswer> {
  const answer = await client.raw(request);
  assertProblem(answer, status, code);
  return answer;
}

/** Checks a refusal: status, code, media type, correlation id, and that it repeats nothing of a card number. */
export function assertProblem(answer: RawAnswer, status: number, code: string): void {
  const problem = problemOfAnswer(answer);
  assert.deepEqual([answer.status, problem.code], [status, code], answer.text);
  assert.match(String(answer.headers["content-type"]), /^application\/problem\+json/);
  assert.equal(problem.type, `urn:payments:problem:${code}`);
  assert.ok(problem.correlation_id);
  assert.doesNotMatch(answer.text + JSON.stringify(answer.headers), /4111/);
}

function opened<Thing>(thing: Thing | undefined): Thing {
  assert.ok(thing !== undefined, "the platform is not open");
  return thing;
}
