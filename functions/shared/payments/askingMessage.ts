import type { PaymentMessage } from "../queue/paymentMessage";
import type { Operation } from "../repositories/payments";

/**
 * The message that has an operation looked at again, as if the PSP had told of it: the processor then asks the PSP
 * first, whatever else it believes. The first message may well have led to a call whose note was lost.
 */
export function askingMessage(operation: Operation, epoch: number, now: Date): PaymentMessage {
  return {
    type: "psp.notification",
    messageId: operation.operationId,
    paymentId: operation.paymentId,
    merchantId: operation.merchantId,
    operationId: operation.operationId,
    epoch,
    occurredAt: now.toISOString(),
  };
}
