import { deriveOperationId, type FollowUpKind } from "../../domain/identifiers";
import { requestFingerprint } from "../../domain/idempotency";
import {
  applyEvent,
  capturableAmount,
  refundableAmount,
  TransitionError,
  type PaymentEvent,
  type PaymentState,
} from "../../domain/paymentState";
import { ProblemError } from "../../domain/problems";
import { claimKey, findKey } from "../repositories/idempotency";
import { addMessage } from "../repositories/outbox";
import {
  insertOperation,
  lockPayment,
  updatePayment,
  type Operation,
  type Payment,
} from "../repositories/payments";
import { acceptOnce, type Accepted, type AcceptDependencies, type OnceAnswer } from "./acceptOnce";
import { PAYMENTS_PATH } from "./requestPayment";
import { operationResourceOf } from "./resources";

const PATHS = { capture: "capture", refund: "refunds", cancel: "cancel" } as const satisfies Record<
  FollowUpKind,
  string
>;

/** A checked request for a capture, a refund or a cancellation. */
export interface OperationRequest {
  readonly kind: FollowUpKind;
  readonly paymentId: string;
  readonly merchantId: string;
  readonly idempotencyKey: string;
  /** Minor units; all that is left when absent. Never given for a cancellation. */
  readonly amount?: number | undefined;
  readonly epoch: number;
  readonly now: Date;
}

/**
 * Accepts a follow-up operation of a payment, once for each key. The payment is locked first, so two requests that
 * together exceed it cannot both be accepted.
 *
 * @throws ProblemError `payment_not_found`, the refusals of the state machine, or as `acceptOnce`.
 */
export async function requestOperation(
  dependencies: AcceptDependencies,
  input: OperationRequest,
): Promise<OnceAnswer> {
  const { kind, paymentId, merchantId, idempotencyKey, now } = input;
  const body = input.amount === undefined ? {} : { amount: input.amount };
  const operationId = deriveOperationId(kind, paymentId, merchantId, idempotencyKey);
  const identity = { merchantId, key: idempotencyKey };
  const path = `${PAYMENTS_PATH}/${paymentId}/${PATHS[kind]}`;
  const fingerprint = requestFingerprint({ method: "POST", path, body });
  return acceptOnce(
    dependencies,
    { identity, fingerprint, kind, targetPaymentId: paymentId, requestText: JSON.stringify(body) },
    async (transaction) => {
      const payment = await lockPayment(transaction, paymentId, merchantId);
      if (!payment) throw new ProblemError("payment_not_found");
      // A repeat is answered as before, whatever the payment would refuse by now.
      if (await findKey(transaction, identity)) return undefined;
      const { state, operation } = plan(payment, operationId, input);
      const accepted = acceptedOperation(operation);
      if (!(await claimKey(transaction, identity, fingerprint, accepted.answer))) return undefined;
      await updatePayment(transaction, paymentId, state, now);
      await insertOperation(transaction, operation);
      await addMessage(transaction, accepted.message);
      return accepted;
    },
  );
}

function acceptedOperation(operation: Operation & { readonly kind: FollowUpKind }): Accepted {
  const { operationId, paymentId, merchantId, kind, epoch, createdAt } = operation;
  return {
    answer: {
      statusCode: 202,
      headers: { Location: `${PAYMENTS_PATH}/${paymentId}` },
      body: JSON.stringify(operationResourceOf(operation)[0]),
      resourceId: operationId,
    },
    message: {
      type: `payment.${kind}`,
      messageId: operationId,
      paymentId,
      merchantId,
      operationId,
      epoch,
      occurredAt: createdAt.toISOString(),
    },
    epoch,
    acceptedAt: createdAt,
  };
}

/** The payment's next state and the operation's row, or the refusal as a problem. */
function plan(
  payment: Payment,
  operationId: string,
  { kind, amount, epoch, now }: OperationRequest,
): { state: PaymentState; operation: Operation & { readonly kind: FollowUpKind } } {
  const asked = amount ?? remaining(kind, payment.state);
  const event: PaymentEvent =
    kind === "cancel" ? { type: "cancel_requested" } : { type: `${kind}_requested`, amount: asked };
  return {
    state: applyOrRefuse(payment.state, event, kind, amount),
    operation: {
      operationId,
      paymentId: payment.paymentId,
      merchantId: payment.merchantId,
      kind,
      amount: asked,
      currency: payment.currency,
      status: "pending",
      pspReference: undefined,
      failure: undefined,
      attempts: 0,
      epoch,
      createdAt: now,
      updatedAt: now,
    },
  };
}

function remaining(kind: FollowUpKind, state: PaymentState): number {
  if (kind === "capture") return capturableAmount(state);
  return kind === "refund" ? refundableAmount(state) : state.amount;
}

function applyOrRefuse(
  state: PaymentState,
  event: PaymentEvent,
  kind: FollowUpKind,
  amount: number | undefined,
): PaymentState {
  try {
    return applyEvent(state, event);
  } catch (error) {
    if (!(error instanceof TransitionError) || error.code === "invalid_transition") throw error;
    // Nothing is left and no amount was given: the state is what is wrong, not an amount that nobody wrote.
    if (error.code === "amount_invalid" && amount === undefined) throw new ProblemError(nothingLeft(kind));
    throw new ProblemError(error.code);
  }
}

function nothingLeft(
  kind: FollowUpKind,
): "payment_not_capturable" | "payment_not_refundable" | "payment_not_cancelable" {
  if (kind === "capture") return "payment_not_capturable";
  return kind === "refund" ? "payment_not_refundable" : "payment_not_cancelable";
}
