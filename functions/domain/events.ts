import type { LedgerEvent } from "./ledger";

/** The name of each event as merchants and the transaction log see it. */
const PUBLIC_EVENT_TYPES = {
  accepted: "payment.accepted",
  processing_started: "payment.processing",
  authorization_succeeded: "payment.authorized",
  authorization_failed: "payment.failed",
  capture_requested: "payment.capture_requested",
  capture_succeeded: "payment.captured",
  capture_failed: "payment.capture_failed",
  refund_requested: "payment.refund_requested",
  refund_succeeded: "payment.refunded",
  refund_failed: "payment.refund_failed",
  cancel_requested: "payment.cancel_requested",
  cancel_succeeded: "payment.canceled",
  cancel_failed: "payment.cancel_failed",
} as const satisfies Record<LedgerEvent["type"], string>;

/** A public event name. */
export type PublicEventType = (typeof PUBLIC_EVENT_TYPES)[LedgerEvent["type"]];

/** All public event names. */
export const PUBLIC_EVENT_NAMES: readonly PublicEventType[] = Object.values(PUBLIC_EVENT_TYPES);

/** The public name of an event; `payment.authorized` of an automatic capture means that the money is captured too. */
export function publicEventType(type: LedgerEvent["type"]): PublicEventType {
  return PUBLIC_EVENT_TYPES[type];
}
