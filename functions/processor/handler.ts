import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { ScopedLog } from "../shared/observability/logger";
import {
  OutcomeNotKnown,
  processOperation,
  StaleEpoch,
  type ProcessDependencies,
} from "../shared/payments/processOperation";
import { paymentMessage, type PaymentMessage } from "../shared/queue/paymentMessage";
import { RegionNotActive, type RegionState } from "../shared/regions/regionState";

/** What the processor works with. */
export interface ProcessorDependencies extends ProcessDependencies {
  readonly log: ScopedLog;
}

/** A message that is no payment message. It cannot be put right by waiting; the queue's redrive moves it to the DLQ. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
}

/**
 * Processes a batch of the payment queue. Only the messages that failed come again (partial batch response), each at
 * most `maxReceiveCount` times before it goes to the dead-letter queue.
 */
export function createHandler(
  dependencies: ProcessorDependencies,
): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  const { log, metrics } = dependencies;
  return async (event, context) => {
    const processor = new BatchProcessor(EventType.SQS);
    log.scope({ requestId: context.awsRequestId });
    // Once for the batch. Each message's own call to the PSP is preceded by a reading of its own.
    const admission = dependencies.regionState.requireActive();
    admission.catch(() => undefined);
    const response = await processPartialResponse(
      event,
      (record: SQSRecord) => processRecord(dependencies, record, admission),
      processor,
      // A worker that throws is ended; a batch that failed as a whole is reported like any other.
      { context, throwOnFullBatchFailure: false },
    );
    metrics.publish();
    return response;
  };
}

async function processRecord(
  dependencies: ProcessorDependencies,
  record: SQSRecord,
  admission: Promise<RegionState>,
): Promise<void> {
  const { log, metrics } = dependencies;
  const receives = Number(record.attributes.ApproximateReceiveCount);
  let message: PaymentMessage | undefined;
  try {
    message = readMessage(record.body);
    const { epoch } = await admission;
    await processOperation(dependencies, message, { epoch, repeated: receives > 1 });
    metrics.count("ProcessedMessages");
  } catch (error) {
    const ids = { messageId: record.messageId, receives, operationId: message?.operationId };
    if (error instanceof OutcomeNotKnown || error instanceof RegionNotActive || error instanceof StaleEpoch) {
      log.warn("a message will come again", { ...ids, reason: error.message });
    } else {
      log.error("a message failed", { ...ids, error });
      metrics.count("FailedMessages");
    }
    throw error;
  }
}

/** @throws MalformedMessage that quotes nothing of the body. */
function readMessage(body: string): PaymentMessage {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new MalformedMessage("the body is not JSON");
  }
  const parsed = paymentMessage.safeParse(value);
  if (!parsed.success) throw new MalformedMessage("the body is not a payment message");
  return parsed.data;
}
