/** Why an answer is missing; none of these says whether the operation took effect. */
export type UnknownReason = "timeout" | "connection" | "server_error" | "in_flight" | "malformed_answer";

/**
 * What became of an operation at the PSP.
 *
 * - `succeeded`, `declined`: final.
 * - `pending`: the PSP has it and will send a notification; `lookup` tells, too.
 * - `rejected`: the PSP refused the request itself (credentials, form); nothing happened, and a repeat would end alike.
 * - `unknown`: it may or may not have happened. **Never repeat it blindly**: ask `lookup` first.
 */
export type PspOutcome =
  | { readonly kind: "succeeded"; readonly pspReference: string }
  | { readonly kind: "declined"; readonly pspReference?: string; readonly failure: PspFailure }
  | { readonly kind: "pending"; readonly pspReference: string }
  | { readonly kind: "rejected"; readonly status: number; readonly failure: PspFailure }
  | { readonly kind: "unknown"; readonly reason: UnknownReason };

/** What the PSP knows of an idempotency key. `not_found`: it never took effect, so it may be sent (again). */
export type PspLookup = PspOutcome | { readonly kind: "not_found" };

/** The PSP's reason, in words that may be shown to a merchant. */
export interface PspFailure {
  readonly code: string;
  readonly message: string;
}

/** What every operation carries. */
interface Operation {
  /** Our deterministic id of the operation; the PSP recognises a repeat by it for 24 hours. */
  readonly idempotencyKey: string;
  /** Our payment's id, for reconciliation. */
  readonly paymentId: string;
  readonly currency: string;
  /** Minor units of the currency. */
  readonly amount: number;
}

/** An authorisation; with `capture` the money is taken at once. */
export interface AuthorizeRequest extends Operation {
  /** The PSP's token of the card; never a card number. */
  readonly paymentMethod: string;
  readonly capture: boolean;
}

/** A capture or a refund of an authorised payment. */
export interface FollowUpRequest extends Operation {
  /** The reference that the authorisation was answered with. */
  readonly pspReference: string;
}

/** A cancellation of an authorisation of which nothing was captured. */
export type CancelRequest = Omit<FollowUpRequest, "amount" | "currency">;

/** The port to a payment service provider. No method throws for what the network or the PSP does. */
export interface PaymentServiceProvider {
  authorize(request: AuthorizeRequest): Promise<PspOutcome>;
  capture(request: FollowUpRequest): Promise<PspOutcome>;
  refund(request: FollowUpRequest): Promise<PspOutcome>;
  cancel(request: CancelRequest): Promise<PspOutcome>;
  /** Asks what became of the operation with this key. Before every repeat, replay or re-drive. */
  lookup(idempotencyKey: string): Promise<PspLookup>;
}
