import type { CaptureMethod, PaymentEvent } from "./paymentState";

/** An account of the chart. */
interface LedgerAccountKind {
  /** The side on which the account grows. */
  readonly normalSide: "debit" | "credit";
  /** True when each merchant has its own. */
  readonly perMerchant: boolean;
  readonly meaning: string;
}

/**
 * The chart of accounts. There is one of each per currency, and per merchant where it says so. The first four are
 * memorandum accounts: they hold promises, not money, and return to zero when the payment is final.
 */
export const CHART_OF_ACCOUNTS = {
  payments_requested: {
    normalSide: "debit",
    perMerchant: false,
    meaning: "asked for, not yet answered by the PSP",
  },
  merchant_pending: { normalSide: "credit", perMerchant: true, meaning: "counterpart of payments_requested" },
  psp_authorized: { normalSide: "debit", perMerchant: false, meaning: "held on cards, not yet captured" },
  merchant_authorized: { normalSide: "credit", perMerchant: true, meaning: "counterpart of psp_authorized" },
  psp_receivable: { normalSide: "debit", perMerchant: false, meaning: "captured, owed to us by the PSP" },
  merchant_payable: {
    normalSide: "credit",
    perMerchant: true,
    meaning: "captured, owed by us to the merchant",
  },
} as const satisfies Record<string, LedgerAccountKind>;
export type LedgerAccountType = keyof typeof CHART_OF_ACCOUNTS;

/** One line of the ledger. Debit is positive, credit negative; minor units; never zero. */
export interface LedgerEntry {
  readonly accountId: string;
  readonly account: LedgerAccountType;
  /** Whose account it is; undefined for the platform's own. */
  readonly merchantId?: string;
  readonly currency: string;
  readonly amount: number;
}

/** What the ledger must know of a payment. */
export interface LedgerPayment {
  readonly merchantId: string;
  readonly currency: string;
  readonly amount: number;
  readonly captureMethod: CaptureMethod;
}

/** An event as the ledger sees it: those of the state machine, and the acceptance that starts it. */
export type LedgerEvent = { readonly type: "accepted" } | PaymentEvent;

/** The account's id: its type, its merchant where it has one, and its currency. */
export function ledgerAccountId(account: LedgerAccountType, currency: string, merchantId?: string): string {
  return merchantId === undefined ? `${account}:${currency}` : `${account}:${merchantId}:${currency}`;
}

/**
 * The entries that an event writes. They sum to zero in the payment's currency; an event that moves nothing
 * (`processing_started`, the requests, `*_failed` of captures and refunds) writes none.
 */
export function ledgerEntriesFor(payment: LedgerPayment, event: LedgerEvent): readonly LedgerEntry[] {
  switch (event.type) {
    case "accepted":
      return pair(payment, "payments_requested", "merchant_pending", payment.amount);
    case "authorization_succeeded":
      return [
        ...pair(payment, "merchant_pending", "payments_requested", payment.amount),
        ...(payment.captureMethod === "automatic"
          ? pair(payment, "psp_receivable", "merchant_payable", payment.amount)
          : pair(payment, "psp_authorized", "merchant_authorized", payment.amount)),
      ];
    case "authorization_failed":
      return pair(payment, "merchant_pending", "payments_requested", payment.amount);
    case "capture_succeeded":
      return [
        ...pair(payment, "merchant_authorized", "psp_authorized", event.amount),
        ...pair(payment, "psp_receivable", "merchant_payable", event.amount),
      ];
    case "refund_succeeded":
      return pair(payment, "merchant_payable", "psp_receivable", event.amount);
    case "cancel_succeeded":
      return pair(payment, "merchant_authorized", "psp_authorized", payment.amount);
    case "processing_started":
    case "capture_requested":
    case "capture_failed":
    case "refund_requested":
    case "refund_failed":
    case "cancel_requested":
    case "cancel_failed":
      return [];
  }
}

/** The sum of the entries in each currency. A balanced event has only zeros. */
export function balanceByCurrency(
  entries: readonly Pick<LedgerEntry, "currency" | "amount">[],
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const entry of entries) sums.set(entry.currency, (sums.get(entry.currency) ?? 0) + entry.amount);
  return sums;
}

function pair(
  payment: LedgerPayment,
  debit: LedgerAccountType,
  credit: LedgerAccountType,
  amount: number,
): LedgerEntry[] {
  return [entry(payment, debit, amount), entry(payment, credit, -amount)];
}

function entry(payment: LedgerPayment, account: LedgerAccountType, amount: number): LedgerEntry {
  const merchantId = CHART_OF_ACCOUNTS[account].perMerchant ? payment.merchantId : undefined;
  return {
    accountId: ledgerAccountId(account, payment.currency, merchantId),
    account,
    ...(merchantId !== undefined && { merchantId }),
    currency: payment.currency,
    amount,
  };
}
