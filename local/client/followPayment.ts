import { setTimeout as sleep } from "node:timers/promises";
import type { PaymentResource } from "../../functions/domain/resources";
import { FINAL_STATUSES } from "../../functions/domain/paymentState";
import type { PaymentsClient } from "./PaymentsClient";

/** How to follow a payment. */
export interface FollowOptions {
  /** Milliseconds until it is given up. */
  readonly timeoutMilliseconds?: number;
  /** Milliseconds between two looks. */
  readonly intervalMilliseconds?: number;
  readonly signal?: AbortSignal;
  /** When the payment has come as far as wanted. Default: a final status, or one that waits for the merchant. */
  readonly until?: (payment: PaymentResource) => boolean;
}

const DEFAULT_TIMEOUT_MILLISECONDS = 60_000;
const DEFAULT_INTERVAL_MILLISECONDS = 100;

/** The payment did not come as far as wanted in the time given. */
export class FollowTimeoutError extends Error {
  override readonly name = "FollowTimeoutError";
  readonly payment: PaymentResource;

  constructor(payment: PaymentResource) {
    super(`payment ${payment.id} is still ${payment.status}`);
    this.payment = payment;
  }
}

/** True when nothing more happens to the payment without the merchant. */
export function isSettled(payment: PaymentResource): boolean {
  const hasPending = payment.operations?.some(({ status }) => status === "pending") ?? false;
  return (FINAL_STATUSES.has(payment.status) || payment.status === "requires_capture") && !hasPending;
}

/**
 * Asks for a payment until it is settled.
 *
 * @throws FollowTimeoutError, or the reason of an aborted signal.
 */
export async function followPayment(
  client: PaymentsClient,
  paymentId: string,
  options: FollowOptions = {},
): Promise<PaymentResource> {
  const until = options.until ?? isSettled;
  const deadline = Date.now() + (options.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS);
  for (;;) {
    options.signal?.throwIfAborted();
    const payment = await client.getPayment(paymentId);
    if (until(payment)) return payment;
    if (Date.now() > deadline) throw new FollowTimeoutError(payment);
    await sleep(options.intervalMilliseconds ?? DEFAULT_INTERVAL_MILLISECONDS, undefined, {
      signal: options.signal,
    });
  }
}
