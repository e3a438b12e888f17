import * as z from "zod";
import { OPERATION_ID_PATTERN, PAYMENT_ID_PATTERN } from "../../domain/identifiers";

/** What the PSP tells of an operation that was pending. The body of its signed notification. */
export const pspNotification = z.strictObject({
  id: z.string().regex(/^ntf_[A-Za-z0-9_-]{8,64}$/),
  type: z.enum(["operation.succeeded", "operation.declined"]),
  /** Our id of the operation: the idempotency key that we sent. */
  operation_id: z.string().regex(OPERATION_ID_PATTERN),
  /** Our payment's id. */
  merchant_reference: z.string().regex(PAYMENT_ID_PATTERN),
  psp_reference: z.string().min(1).max(255),
  occurred_at: z.iso.datetime(),
  failure_code: z.string().max(100).optional(),
  failure_message: z.string().max(500).optional(),
});

/** @see pspNotification */
export type PspNotification = z.output<typeof pspNotification>;
