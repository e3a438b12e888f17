import * as z from "zod";
import { OPERATION_ID_PATTERN, PAYMENT_ID_PATTERN } from "./identifiers";
import { CAPTURE_METHODS, PAYMENT_STATUSES } from "./paymentState";

/** Kinds of operations that follow an authorisation, as the API names them. */
export const OPERATION_OBJECTS = ["capture", "refund", "cancellation"] as const;
export const OPERATION_STATUSES = ["pending", "succeeded", "failed"] as const;

const minorUnits = z.int().min(0);
const failure = z.strictObject({ code: z.string(), message: z.string() });

/** A capture, refund or cancellation, as the API answers it. */
export const operationResource = z.strictObject({
  id: z.string().regex(OPERATION_ID_PATTERN),
  object: z.enum(OPERATION_OBJECTS),
  payment_id: z.string().regex(PAYMENT_ID_PATTERN),
  status: z.enum(OPERATION_STATUSES),
  amount: minorUnits,
  currency: z.string().regex(/^[A-Z]{3}$/),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  failure: failure.optional(),
});

/** A payment, as the API answers it. Amounts are minor units of `currency`. */
export const paymentResource = z.strictObject({
  id: z.string().regex(PAYMENT_ID_PATTERN),
  object: z.literal("payment"),
  status: z.enum(PAYMENT_STATUSES),
  amount: z.int().min(1),
  amount_captured: minorUnits,
  amount_refunded: minorUnits,
  currency: z.string().regex(/^[A-Z]{3}$/),
  payment_method: z.string(),
  capture_method: z.enum(CAPTURE_METHODS),
  reference: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  /** The epoch in which the payment was accepted. */
  epoch: z.int().min(1),
  failure: failure.optional(),
  /** Captures, refunds and the cancellation, oldest first. Only where one payment is asked for. */
  operations: z.array(operationResource).optional(),
});

/** A page of payments, newest first. */
export const paymentListResource = z.strictObject({
  object: z.literal("list"),
  data: z.array(paymentResource),
  has_more: z.boolean(),
});

export type OperationResource = z.output<typeof operationResource>;
export type PaymentResource = z.output<typeof paymentResource>;
export type PaymentListResource = z.output<typeof paymentListResource>;
