/** Where a payment is. `succeeded`, `failed` and `canceled` are final: only money can still move on a succeeded one. */
export const PAYMENT_STATUSES = [
  "accepted",
  "processing",
  "requires_capture",
  "succeeded",
  "failed",
  "canceled",
] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** `automatic` captures with the authorisation; `manual` waits for the merchant's captures. */
export const CAPTURE_METHODS = ["automatic", "manual"] as const;
export type CaptureMethod = (typeof CAPTURE_METHODS)[number];

/** Statuses from which a payment's own course goes no further. */
export const FINAL_STATUSES: ReadonlySet<PaymentStatus> = new Set<PaymentStatus>([
  "succeeded",
  "failed",
  "canceled",
]);

/** Why a payment failed, in words that may be shown to the merchant. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** A payment's state. All amounts are minor units of the payment's currency. */
export interface PaymentState {
  readonly status: PaymentStatus;
  readonly captureMethod: CaptureMethod;
  /** What was asked for; authorised once the PSP said so. */
  readonly amount: number;
  readonly amountCaptured: number;
  readonly amountRefunded: number;
  /** Asked for and not yet answered by the PSP. It counts against the limits, so two requests cannot both fit. */
  readonly amountCapturePending: number;
  readonly amountRefundPending: number;
  readonly cancelPending: boolean;
  readonly failure?: Failure;
  /** Grows by one with every event. */
  readonly version: number;
}

/** What can happen to a payment. `*_requested` comes from the merchant, the rest from the PSP. */
export type PaymentEvent =
  | { readonly type: "processing_started" }
  | { readonly type: "authorization_succeeded" }
  | { readonly type: "authorization_failed"; readonly failure: Failure }
  | { readonly type: "capture_requested"; readonly amount: number }
  | { readonly type: "capture_succeeded"; readonly amount: number }
  | { readonly type: "capture_failed"; readonly amount: number }
  | { readonly type: "refund_requested"; readonly amount: number }
  | { readonly type: "refund_succeeded"; readonly amount: number }
  | { readonly type: "refund_failed"; readonly amount: number }
  | { readonly type: "cancel_requested" }
  | { readonly type: "cancel_succeeded" }
  | { readonly type: "cancel_failed" };
export type PaymentEventType = PaymentEvent["type"];

/** Why an event is refused. All but `invalid_transition` are codes of the problem catalogue. */
export type TransitionErrorCode =
  | "capture_exceeds_authorized"
  | "refund_exceeds_captured"
  | "payment_not_capturable"
  | "payment_not_refundable"
  | "payment_not_cancelable"
  | "amount_invalid"
  | "invalid_transition";

/** An event that the state does not allow. `invalid_transition` is never a merchant's fault: a message came twice or late. */
export class TransitionError extends Error {
  override readonly name = "TransitionError";
  readonly code: TransitionErrorCode;

  constructor(code: TransitionErrorCode, state: PaymentState, event: PaymentEvent) {
    super(`${event.type} is refused in status ${state.status}: ${code}`);
    this.code = code;
  }
}

/** The state of a payment that was just accepted (version 1). `amount` is checked by the caller to be at least 1. */
export function acceptedPayment(amount: number, captureMethod: CaptureMethod): PaymentState {
  return {
    status: "accepted",
    captureMethod,
    amount,
    amountCaptured: 0,
    amountRefunded: 0,
    amountCapturePending: 0,
    amountRefundPending: 0,
    cancelPending: false,
    version: 1,
  };
}

/** What may still be captured, in minor units. */
export function capturableAmount(state: PaymentState): number {
  const open = state.status === "requires_capture" || isPartlyCaptured(state);
  if (!open || state.cancelPending) return 0;
  return state.amount - state.amountCaptured - state.amountCapturePending;
}

/** What may still be refunded, in minor units. */
export function refundableAmount(state: PaymentState): number {
  return state.amountCaptured - state.amountRefunded - state.amountRefundPending;
}

/**
 * The state after an event. Pure; the state given is not changed.
 *
 * Several captures are allowed until their sum reaches the authorised amount: the first that succeeds makes the payment
 * `succeeded`. A cancellation is possible only before any capture was asked for.
 *
 * @throws TransitionError
 */
export function applyEvent(state: PaymentState, event: PaymentEvent): PaymentState {
  if ("amount" in event && !(Number.isSafeInteger(event.amount) && event.amount >= 1)) {
    throw new TransitionError("amount_invalid", state, event);
  }
  return { ...state, ...change(state, event), version: state.version + 1 };
}

type Change = Partial<Omit<PaymentState, "version">>;

function change(state: PaymentState, event: PaymentEvent): Change {
  switch (event.type) {
    case "processing_started":
      return onlyIn("accepted", state, event, { status: "processing" });
    case "authorization_succeeded":
      return state.captureMethod === "automatic"
        ? onlyIn("processing", state, event, { status: "succeeded", amountCaptured: state.amount })
        : onlyIn("processing", state, event, { status: "requires_capture" });
    case "authorization_failed":
      return onlyIn("processing", state, event, { status: "failed", failure: event.failure });
    case "capture_requested":
      return captureRequested(state, event, event.amount);
    case "capture_succeeded":
      return captureAnswered(state, event, event.amount, {
        status: "succeeded",
        amountCaptured: state.amountCaptured + event.amount,
      });
    case "capture_failed":
      return captureAnswered(state, event, event.amount, {});
    case "refund_requested":
      return refundRequested(state, event, event.amount);
    case "refund_succeeded":
      return refundAnswered(state, event, event.amount, {
        amountRefunded: state.amountRefunded + event.amount,
      });
    case "refund_failed":
      return refundAnswered(state, event, event.amount, {});
    case "cancel_requested":
      return cancelRequested(state, event);
    case "cancel_succeeded":
      return cancelAnswered(state, event, { status: "canceled" });
    case "cancel_failed":
      return cancelAnswered(state, event, {});
  }
}

function onlyIn(status: PaymentStatus, state: PaymentState, event: PaymentEvent, next: Change): Change {
  if (state.status !== status) throw new TransitionError("invalid_transition", state, event);
  return next;
}

function captureRequested(state: PaymentState, event: PaymentEvent, amount: number): Change {
  const open =
    state.status === "requires_capture" || (state.status === "succeeded" && state.captureMethod === "manual");
  if (!open || state.cancelPending) throw new TransitionError("payment_not_capturable", state, event);
  if (amount > capturableAmount(state)) throw new TransitionError("capture_exceeds_authorized", state, event);
  return { amountCapturePending: state.amountCapturePending + amount };
}

function captureAnswered(state: PaymentState, event: PaymentEvent, amount: number, next: Change): Change {
  if (amount > state.amountCapturePending) throw new TransitionError("invalid_transition", state, event);
  return { ...next, amountCapturePending: state.amountCapturePending - amount };
}

function refundRequested(state: PaymentState, event: PaymentEvent, amount: number): Change {
  if (state.status !== "succeeded") throw new TransitionError("payment_not_refundable", state, event);
  if (amount > refundableAmount(state)) throw new TransitionError("refund_exceeds_captured", state, event);
  return { amountRefundPending: state.amountRefundPending + amount };
}

function refundAnswered(state: PaymentState, event: PaymentEvent, amount: number, next: Change): Change {
  if (amount > state.amountRefundPending) throw new TransitionError("invalid_transition", state, event);
  return { ...next, amountRefundPending: state.amountRefundPending - amount };
}

function cancelRequested(state: PaymentState, event: PaymentEvent): Change {
  const cancelable =
    state.status === "requires_capture" && state.amountCapturePending === 0 && !state.cancelPending;
  if (!cancelable) throw new TransitionError("payment_not_cancelable", state, event);
  return { cancelPending: true };
}

function cancelAnswered(state: PaymentState, event: PaymentEvent, next: Change): Change {
  if (!state.cancelPending) throw new TransitionError("invalid_transition", state, event);
  return { ...next, cancelPending: false };
}

function isPartlyCaptured(state: PaymentState): boolean {
  return (
    state.status === "succeeded" && state.captureMethod === "manual" && state.amountCaptured < state.amount
  );
}
