/** What a payment method does to one kind of operation. */
export interface Behaviour {
  /** What becomes of it when it takes effect. */
  readonly result: "succeeded" | "declined" | "pending";
  /** What the first call sees; later calls and look-ups see the truth. */
  readonly firstCall?:
    "hang_after_effect" | "hang_without_effect" | "error_after_effect" | "error_without_effect";
  /** True when every call hangs, without effect. */
  readonly alwaysHangs?: boolean;
  /** Milliseconds before the answer. */
  readonly latencyMilliseconds?: number;
  /** What a pending operation ends as. */
  readonly settlesAs?: "succeeded" | "declined";
  readonly failureCode?: string;
}

/** The operations that a token can be made for. */
export type OperationKind = "authorization" | "capture" | "refund" | "cancellation";

const OK: Behaviour = { result: "succeeded" };
const declined = (failureCode: string): Behaviour => ({ result: "declined", failureCode });

/**
 * The simulator's tokens, each with what it does. A kind that is not named succeeds at once. A token that is not here is
 * declined with `unknown_payment_method`.
 */
export const TOKENS: Readonly<Record<string, Partial<Record<OperationKind, Behaviour>>>> = {
  pm_ok: {},
  pm_declined: { authorization: declined("card_declined") },
  pm_insufficient_funds: { authorization: declined("insufficient_funds") },
  pm_expired_card: { authorization: declined("expired_card") },
  /** Charges the card; the first answer never comes. */
  pm_timeout_then_ok: { authorization: { result: "succeeded", firstCall: "hang_after_effect" } },
  pm_timeout_then_declined: {
    authorization: { ...declined("card_declined"), firstCall: "hang_after_effect" },
  },
  /** The first call is lost on the way: no effect and no answer. A second one succeeds. */
  pm_timeout_lost: { authorization: { result: "succeeded", firstCall: "hang_without_effect" } },
  pm_timeout_always: { authorization: { result: "succeeded", alwaysHangs: true } },
  pm_error_then_ok: { authorization: { result: "succeeded", firstCall: "error_without_effect" } },
  pm_error_after_ok: { authorization: { result: "succeeded", firstCall: "error_after_effect" } },
  pm_slow: { authorization: { result: "succeeded", latencyMilliseconds: 1_500 } },
  pm_async_ok: { authorization: { result: "pending", settlesAs: "succeeded" } },
  pm_async_declined: {
    authorization: { result: "pending", settlesAs: "declined", failureCode: "card_declined" },
  },
  /** Pending for ever: only a look-up would tell, and it says pending. */
  pm_async_silent: { authorization: { result: "pending" } },
  pm_capture_declined: { capture: declined("authorization_expired") },
  pm_capture_timeout_then_ok: { capture: { result: "succeeded", firstCall: "hang_after_effect" } },
  pm_refund_declined: { refund: declined("refund_declined") },
  pm_refund_timeout_then_ok: { refund: { result: "succeeded", firstCall: "hang_after_effect" } },
  pm_cancel_declined: { cancellation: declined("cancellation_declined") },
};

/** What the token does to an operation of this kind. */
export function behaviourOf(token: string, kind: OperationKind): Behaviour {
  if (!Object.hasOwn(TOKENS, token)) return declined("unknown_payment_method");
  return TOKENS[token]?.[kind] ?? OK;
}

const FAILURE_MESSAGES: Readonly<Record<string, string>> = {
  card_declined: "The card was declined.",
  insufficient_funds: "The card has insufficient funds.",
  expired_card: "The card has expired.",
  unknown_payment_method: "The payment method is not known.",
  authorization_expired: "The authorisation has expired.",
  refund_declined: "The refund was declined.",
  cancellation_declined: "The cancellation was declined.",
};

/** The words for a failure's code. */
export function failureMessage(code: string): string {
  return FAILURE_MESSAGES[code] ?? "The operation was declined.";
}
