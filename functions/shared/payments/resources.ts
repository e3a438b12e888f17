import type { OperationResource, PaymentResource } from "../../domain/resources";
import type { Operation, OperationKind, Payment } from "../repositories/payments";

const OBJECTS = { capture: "capture", refund: "refund", cancel: "cancellation" } as const satisfies Record<
  Exclude<OperationKind, "authorize">,
  OperationResource["object"]
>;

/** A payment as the API answers it. */
export function paymentResourceOf(payment: Payment, operations?: readonly Operation[]): PaymentResource {
  const { state } = payment;
  return {
    id: payment.paymentId,
    object: "payment",
    status: state.status,
    amount: state.amount,
    amount_captured: state.amountCaptured,
    amount_refunded: state.amountRefunded,
    currency: payment.currency,
    payment_method: payment.paymentMethod,
    capture_method: state.captureMethod,
    reference: payment.reference ?? null,
    metadata: { ...payment.metadata },
    created_at: payment.createdAt.toISOString(),
    updated_at: payment.updatedAt.toISOString(),
    epoch: payment.epoch,
    ...(state.failure && { failure: state.failure }),
    ...(operations && { operations: operations.flatMap(operationResourceOf) }),
  };
}

/** A follow-up operation as the API answers it; an authorisation is not one and gives nothing. */
export function operationResourceOf(operation: Operation): OperationResource[] {
  if (operation.kind === "authorize") return [];
  return [
    {
      id: operation.operationId,
      object: OBJECTS[operation.kind],
      payment_id: operation.paymentId,
      // Whether the PSP was called yet is no business of the merchant's.
      status: operation.status === "processing" ? "pending" : operation.status,
      amount: operation.amount,
      currency: operation.currency,
      created_at: operation.createdAt.toISOString(),
      updated_at: operation.updatedAt.toISOString(),
      ...(operation.failure && { failure: operation.failure }),
    },
  ];
}
