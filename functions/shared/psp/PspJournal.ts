import type { UnknownReason } from "./PaymentServiceProvider";

/** One operation as the PSP performed it. */
export interface PspPerformed {
  /** The idempotency key that we sent: our operation's id. */
  readonly operationId: string;
  /** Our payment's id. */
  readonly paymentId: string;
  readonly status: "succeeded" | "declined" | "pending";
  readonly performedAt: Date;
}

/** A page of what the PSP performed, oldest first; or why there is none. */
export type PspJournalPage =
  | { readonly kind: "page"; readonly performed: readonly PspPerformed[]; readonly next: string | undefined }
  | { readonly kind: "unknown"; readonly reason: UnknownReason | "rejected" };

/** What the PSP did for us in a period: what finds a charge that no database of ours knows. */
export interface PspJournal {
  /** @param after `next` of the page before. Does not throw for what the network or the PSP does. */
  performedSince(from: Date, after?: string): Promise<PspJournalPage>;
}
