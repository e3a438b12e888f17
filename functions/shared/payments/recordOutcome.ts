import { publicEventType } from "../../domain/events";
import { deriveEventId } from "../../domain/identifiers";
import { applyEvent, type Failure, type PaymentEvent, type PaymentStatus } from "../../domain/paymentState";
import type { Queryable } from "../database/Database";
import { writeOutcome } from "../repositories/outcomes";
import { lockPaymentWithOperation, type Operation, type Payment } from "../repositories/payments";

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
 * @returns the payment's status, if anything was written.
 */
export async function recordOutcome(
  transaction: Queryable,
  paymentId: string,
  operationId: string,
  outcome: FinalOutcome,
  now: Date,
): Promise<PaymentStatus | undefined> {
  const found = await lockPaymentWithOperation(transaction, paymentId, operationId);
  if (!found) throw new Error(`payment ${paymentId} or its operation is not there`);
  const { payment, operation } = found;
  if (operation.status === "succeeded" || operation.status === "failed") return undefined;
  const { merchantId, currency } = payment;
  const event = outcomeEvent(operation, outcome.failure);
  const state = applyEvent(startedState(payment, operation), event);
  const { amount, captureMethod } = state;
  const eventId = deriveEventId(paymentId, state.version);
  await writeOutcome(transaction, {
    operationId,
    pspReference: outcome.pspReference,
    failure: outcome.failure,
    state,
    isAuthorization: operation.kind === "authorize",
    posting: { eventId, paymentId, payment: { merchantId, currency, amount, captureMethod }, event },
    event: {
      paymentId,
      merchantId,
      eventId,
      eventType: publicEventType(event.type),
      status: state.status,
      amount,
      amountCaptured: state.amountCaptured,
      amountRefunded: state.amountRefunded,
      currency,
      reference: payment.reference,
      failureCode: outcome.failure?.code,
      failureMessage: outcome.failure?.message,
      operationId,
      operationAmount: operation.amount,
      version: state.version,
      epoch: payment.epoch,
      updatedAt: now.toISOString(),
    },
    at: now,
  });
  return state.status;
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
