import { createHmac } from "node:crypto";
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { MERCHANT_SIGNATURE_HEADER, signNotification } from "../domain/notificationSignature";
import type { Clock } from "../shared/clock";
import type { Database } from "../shared/database/Database";
import type { MetricRecorder } from "../shared/observability/metrics";
import type { ScopedLog } from "../shared/observability/logger";
import { markNotified, wasNotified } from "../shared/repositories/events";
import { findNotificationUrl } from "../shared/repositories/merchants";
import type { MerchantSecret, SecretReader } from "../shared/secrets/SecretReader";
import { paymentResult, type PaymentResult } from "../shared/tables/ResultRepository";
import { ForbiddenNotificationUrl, type Notification } from "./postNotification";
import type { TransactionLog } from "./transactionLog";

/** What the function works with. */
export interface EventDependencies {
  readonly database: Database;
  readonly transactionLog: TransactionLog;
  readonly secret: SecretReader<MerchantSecret>;
  readonly post: (notification: Notification) => Promise<void>;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly clock: Clock;
  readonly log: ScopedLog;
  readonly metrics: MetricRecorder;
}

/** Pauses before the second and the third try, in milliseconds. */
const PAUSES_MILLISECONDS = [200, 1_000] as const;

/**
 * Writes each event to the transaction log and tells the merchant. Idempotent: enabling the stream at a failover
 * delivers a backlog of what the other Region already did.
 */
export function createHandler(
  dependencies: EventDependencies,
): (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse> {
  const { log, metrics } = dependencies;
  return async (event, context) => {
    log.scope({ requestId: context.awsRequestId });
    const response = await processPartialResponse(
      event,
      (record: DynamoDBRecord) => handleRecord(dependencies, record),
      new BatchProcessor(EventType.DynamoDBStreams),
      { context, throwOnFullBatchFailure: false },
    );
    metrics.publish();
    return response;
  };
}

async function handleRecord(dependencies: EventDependencies, record: DynamoDBRecord): Promise<void> {
  const { transactionLog, log, metrics } = dependencies;
  const image = record.dynamodb?.NewImage;
  // A removal is the table's business, not an event of a payment.
  if (record.eventName === "REMOVE" || !image) return;
  const parsed = paymentResult.safeParse(unmarshall(image as Record<string, AttributeValue>));
  if (!parsed.success) {
    // It will never become readable: coming again would only hold up the stream.
    log.error("a result is malformed", { fields: parsed.error.issues.map((issue) => issue.path.join(".")) });
    metrics.count("MalformedResults");
    return;
  }
  try {
    const written = await transactionLog.write(parsed.data);
    if (written === "written") metrics.count("LoggedEvents");
  } catch (error) {
    log.error("an event could not be logged", { eventId: parsed.data.eventId, error });
    throw error;
  }
  await notify(dependencies, parsed.data);
}

async function notify(dependencies: EventDependencies, result: PaymentResult): Promise<void> {
  const { database, log, metrics } = dependencies;
  const url = await findNotificationUrl(database, result.merchantId);
  if (url === undefined || (await wasNotified(database, result.eventId))) return;
  try {
    await postWithRetries(dependencies, url, result);
    metrics.count("MerchantNotifications");
  } catch (error) {
    // The stream must not wait for one merchant's server. The merchant can still ask for the payment.
    log.warn("a merchant could not be told", { eventId: result.eventId, error });
    metrics.count("MerchantNotificationsFailed");
    return;
  }
  await database.withTransaction((transaction) => markNotified(transaction, result.eventId));
}

async function postWithRetries(
  dependencies: EventDependencies,
  url: string,
  result: PaymentResult,
): Promise<void> {
  const { secret, clock, post, pause } = dependencies;
  const key = merchantSigningKey((await secret.read()).notificationSigningKey, result.merchantId);
  const body = JSON.stringify(notificationBody(result));
  for (let attempt = 0; ; attempt += 1) {
    try {
      const signature = signNotification(key, Buffer.from(body, "utf8"), clock.now());
      return await post({ url, body, headers: { [MERCHANT_SIGNATURE_HEADER]: signature } });
    } catch (error) {
      const wait = PAUSES_MILLISECONDS[attempt];
      if (error instanceof ForbiddenNotificationUrl || wait === undefined) throw error;
      await pause(wait);
    }
  }
}

/** A key of the merchant's own, so that none can sign in another's name: HMAC-SHA-256 of its id, in hexadecimal. */
export function merchantSigningKey(notificationSigningKey: string, merchantId: string): string {
  return createHmac("sha256", notificationSigningKey)
    .update(`merchant-notification|${merchantId}`)
    .digest("hex");
}

/** What the merchant is told: an event with the payment's state after it. */
export function notificationBody(result: PaymentResult): object {
  return {
    id: result.eventId,
    object: "event",
    type: result.eventType,
    created_at: result.updatedAt,
    version: result.version,
    data: {
      payment_id: result.paymentId,
      status: result.status,
      amount: result.amount,
      amount_captured: result.amountCaptured,
      amount_refunded: result.amountRefunded,
      currency: result.currency,
      reference: result.reference ?? null,
      operation_id: result.operationId ?? null,
      operation_amount: result.operationAmount ?? null,
      ...(result.failureCode && {
        failure: { code: result.failureCode, message: result.failureMessage ?? "" },
      }),
    },
  };
}
