import * as z from "zod";

/** What a payment message asks for. */
export const messageTypes = [
  "payment.authorize",
  "payment.capture",
  "payment.refund",
  "payment.cancel",
  "psp.notification",
] as const;

/**
 * A message on the payment queue. It says what to look at and nothing about it: amounts and tokens are read from
 * Aurora, so a late or repeated message cannot carry a stale one.
 */
export const paymentMessage = z.strictObject({
  type: z.enum(messageTypes),
  messageId: z.string().min(1).max(128),
  paymentId: z.string().regex(/^pay_[a-z2-7]{26}$/),
  merchantId: z.string().min(1).max(64),
  operationId: z.string().regex(/^(pay|cap|ref|can)_[a-z2-7]{26}$/),
  epoch: z.number().int().min(1),
  /** ISO 8601, UTC. */
  occurredAt: z.iso.datetime(),
});

/** @see paymentMessage */
export type PaymentMessage = z.output<typeof paymentMessage>;
