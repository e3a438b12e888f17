import { publicEventType } from "../../domain/events";
import { deriveEventId } from "../../domain/identifiers";
import { applyEvent, type Failure, type PaymentEvent } from "../../domain/paymentState";
import type { Queryable } from "../database/Database";
import { addEvent } from "../repositories/events";
import { postToLedger } from "../repositories/ledger";
import {
  findOperation,
  finishOperation,
  lockPayment,
  updatePayment,
  type Operation,
  type Payment,
} from "../repositories/payments";

/** What the PSP finally said of an operation. */
export interface FinalOutcome {
  readonly pspReference?: string | undefined;
  /** Absent when the operation succeeded. */
  readonly failure?: Failure | undefined;
}

/**
 * Writes an operation's outcome: operation, payment, ledger and event in the given transaction. An operation that
 * already has its outcome is left alone, so a second delivery changes nothing.
 *
 * @returns whether anything was written.
 */
export async function recordOutcome(
  transaction: Queryable,
  paymentId: string,
  operationId: string,
  outcome: FinalOutcome,
  now: Date,
): Promise<boolean> {
  const payment = await lockPayment(transaction, paymentId);
  const operation = await findOperation(transaction, operationId);
  if (!payment || !operation) throw new Error(`payment ${paymentId} or its operation is not there`);
  if (operation.status === "succeeded" || operation.status === "failed") return false;
  const event = outcomeEvent(operation, outcome.failure);
  const started = startedState(payment, operation);
  const state = applyEvent(started, event);
  const isAuthorization = operation.kind === "authorize";
  await finishOperation(transaction, operationId, outcome, now);
  await updatePayment(transaction, paymentId, state, now, isAuthorization ? outcome.pspReference : undefined);
  const eventId = deriveEventId(paymentId, state.version);
  await postToLedger(transaction, {
    eventId,
    paymentId,
    payment: {
      merchantId: payment.merchantId,
      currency: payment.currency,
      amount: state.amount,
      captureMethod: state.captureMethod,
    },
    event,
  });
  await addEvent(transaction, {
    paymentId,
    merchantId: payment.merchantId,
    eventId,
    eventType: publicEventType(event.type),
    status: state.status,
    amount: state.amount,
    amountCaptured: state.amountCaptured,
    amountRefunded: state.amountRefunded,
    currency: payment.currency,
    reference: payment.reference,
    failureCode: outcome.failure?.code,
    failureMessage: outcome.failure?.message,
    operationId,
    operationAmount: operation.amount,
    version: state.version,
    epoch: payment.epoch,
    updatedAt: now.toISOString(),
  });
  return true;
}

/** A notification can be faster than the processor's own note that it started. */
function startedState(payment: Payment, operation: Operation): Payment["state"] {
  return operation.kind === "authorize" && payment.state.status === "accepted"
    ? applyEvent(payment.state, { type: "processing_started" })
    : payment.state;
}

function outcomeEvent(operation: Operation, failure: Failure | undefined): PaymentEvent {
  const { kind, amount } = operation;
  switch (kind) {
    case "authorize":
      return failure ? { type: "authorization_failed", failure } : { type: "authorization_succeeded" };
    case "capture":
      return { type: failure ? "capture_failed" : "capture_succeeded", amount };
    case "refund":
      return { type: failure ? "refund_failed" : "refund_succeeded", amount };
    case "cancel":
      return { type: failure ? "cancel_failed" : "cancel_succeeded" };
  }
}
