import * as z from "zod";
import { PAYMENT_ID_PATTERN } from "./identifiers";
import { CAPTURE_METHODS, PAYMENT_STATUSES } from "./paymentState";

/** Pages of the list: how many payments by default and at most. */
export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;
export const MAX_METADATA_ENTRIES = 20;

/** A token of the PSP, never a card number. */
export const PAYMENT_METHOD_PATTERN = /^pm_[a-z0-9_]{2,60}$/;
/** Text without control characters (PostgreSQL stores no NUL, and a log line must stay one line). */
// eslint-disable-next-line no-control-regex -- the rule is about control characters.
export const TEXT_PATTERN = /^[^\u0000-\u001f\u007f-\u009f]*$/;
export const METADATA_KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/;

/** Minor units; the limit of the currency is checked by `checkMoney`. */
const amount = z.int().min(1);
const currency = z.string().regex(/^[A-Z]{3}$/);

/** The body of `POST /v1/payments`. Unknown fields are refused: a misspelt `capture_method` must not capture at once. */
export const createPaymentRequest = z.strictObject({
  amount,
  /** What the caller believes the currency's exponent to be; refused when it differs. */
  amount_exponent: z.int().min(0).max(4).optional(),
  currency,
  payment_method: z.string().regex(PAYMENT_METHOD_PATTERN),
  capture_method: z.enum(CAPTURE_METHODS).default("automatic"),
  reference: z.string().min(1).max(255).regex(TEXT_PATTERN).optional(),
  metadata: z
    .record(z.string().regex(METADATA_KEY_PATTERN), z.string().max(500).regex(TEXT_PATTERN))
    .refine((entries) => Object.keys(entries).length <= MAX_METADATA_ENTRIES)
    .meta({ maxProperties: MAX_METADATA_ENTRIES })
    .optional(),
});

/** The body of `POST /v1/payments/{paymentId}/capture`; without an amount, all that is left. The body may be absent. */
export const captureRequest = z.strictObject({ amount: amount.optional() });

/** The body of `POST /v1/payments/{paymentId}/refunds`; without an amount, all that is left. The body may be absent. */
export const refundRequest = z.strictObject({ amount: amount.optional() });

/** The body of `POST /v1/payments/{paymentId}/cancel`: nothing, or an empty object. */
export const cancelRequest = z.strictObject({});

/** The query of `GET /v1/payments`, each parameter at most once. */
export const listPaymentsQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^([1-9]|[1-9][0-9]|100)$/)
    .optional(),
  starting_after: z.string().regex(PAYMENT_ID_PATTERN).optional(),
  status: z.enum(PAYMENT_STATUSES).optional(),
});

export type CreatePaymentRequest = z.output<typeof createPaymentRequest>;
export type CaptureRequest = z.output<typeof captureRequest>;
export type RefundRequest = z.output<typeof refundRequest>;
export type CancelRequest = z.output<typeof cancelRequest>;
export type ListPaymentsQuery = z.output<typeof listPaymentsQuery>;
