import { deriveEventId, derivePaymentId } from "../../domain/identifiers";
import { requestFingerprint } from "../../domain/idempotency";
import { acceptedPayment } from "../../domain/paymentState";
import type { CreatePaymentRequest } from "../../domain/requests";
import { acceptPayment } from "../repositories/acceptance";
import type { LedgerPosting } from "../repositories/ledger";
import type { Payment } from "../repositories/payments";
import { acceptOnce, type Accepted, type AcceptDependencies, type OnceAnswer } from "./acceptOnce";
import { paymentResourceOf } from "./resources";

/** The path of the collection; part of what makes two requests the same. */
export const PAYMENTS_PATH = "/v1/payments";

/** A checked request for a new payment. */
export interface PaymentRequest {
  readonly merchantId: string;
  readonly idempotencyKey: string;
  readonly request: CreatePaymentRequest;
  readonly epoch: number;
  readonly now: Date;
}

/**
 * Accepts a new payment, once for each key. A re-drive from a session goes the same way as the merchant's own request.
 *
 * @throws ProblemError as `acceptOnce`.
 */
export async function requestPayment(
  dependencies: AcceptDependencies,
  { merchantId, idempotencyKey, request, epoch, now }: PaymentRequest,
): Promise<OnceAnswer> {
  const payment = newPayment({ merchantId, idempotencyKey, request, epoch, now });
  const { paymentId } = payment;
  const accepted: Accepted = {
    answer: {
      statusCode: 202,
      headers: { Location: `${PAYMENTS_PATH}/${paymentId}` },
      body: JSON.stringify(paymentResourceOf(payment)),
      resourceId: paymentId,
    },
    message: {
      type: "payment.authorize",
      messageId: paymentId,
      paymentId,
      merchantId,
      operationId: paymentId,
      epoch,
      occurredAt: now.toISOString(),
    },
    epoch,
    acceptedAt: now,
  };
  const identity = { merchantId, key: idempotencyKey };
  const fingerprint = requestFingerprint({ method: "POST", path: PAYMENTS_PATH, body: request });
  const posting: LedgerPosting = {
    eventId: deriveEventId(paymentId, payment.state.version),
    paymentId,
    payment: {
      merchantId,
      currency: payment.currency,
      amount: payment.state.amount,
      captureMethod: payment.state.captureMethod,
    },
    event: { type: "accepted" },
  };
  return acceptOnce(
    dependencies,
    {
      identity,
      fingerprint,
      kind: "authorize",
      targetPaymentId: paymentId,
      requestText: JSON.stringify(request),
    },
    async (transaction) => {
      const { answer, message } = accepted;
      const acceptance = { identity, fingerprint, answer, payment, posting, message };
      return (await acceptPayment(transaction, acceptance)) ? accepted : undefined;
    },
  );
}

function newPayment({ merchantId, idempotencyKey, request, epoch, now }: PaymentRequest): Payment {
  return {
    paymentId: derivePaymentId(merchantId, idempotencyKey),
    merchantId,
    idempotencyKey,
    currency: request.currency,
    paymentMethod: request.payment_method,
    reference: request.reference,
    metadata: request.metadata ?? {},
    pspReference: undefined,
    epoch,
    createdAt: now,
    updatedAt: now,
    state: acceptedPayment(request.amount, request.capture_method),
  };
}
