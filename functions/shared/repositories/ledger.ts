import { ledgerEntriesFor, type LedgerEvent, type LedgerPayment } from "../../domain/ledger";

/** Which event of which payment is posted. */
export interface LedgerPosting {
  readonly eventId: string;
  readonly paymentId: string;
  readonly payment: LedgerPayment;
  readonly event: LedgerEvent;
}

/** How many parameters `ledgerParameters` gives. */
export const LEDGER_PARAMETERS = 10;

/**
 * The two parts of a statement that post an event's entries, after `source`, a common table expression that has a row
 * if the event is to be posted. An event that moves nothing posts none; a second posting of the same event is refused.
 *
 * @param first number of the first of the parameters that `ledgerParameters` gives.
 */
export function ledgerExpressions(source: string, first: number): string {
  const at = (offset: number) => `$${first + offset}`;
  return `
  accounts AS (
    INSERT INTO payments.ledger_accounts (account_id, type, merchant_id, currency)
    SELECT a.account_id, a.type, a.merchant_id, a.currency FROM ${source},
      unnest(${at(0)}::text[], ${at(1)}::text[], ${at(2)}::text[], ${at(3)}::text[]) AS a (account_id, type, merchant_id, currency)
    ON CONFLICT DO NOTHING),
  entries AS (
    INSERT INTO payments.ledger_entries (event_id, line, payment_id, account_id, currency, amount, event_type)
    SELECT ${at(4)}, e.line, ${at(5)}, e.account_id, e.currency, e.amount, ${at(6)} FROM ${source},
      unnest(${at(7)}::text[], ${at(8)}::text[], ${at(9)}::bigint[]) WITH ORDINALITY AS e (account_id, currency, amount, line))`;
}

/** The parameters of `ledgerExpressions`, in its order. */
export function ledgerParameters({ eventId, paymentId, payment, event }: LedgerPosting): unknown[] {
  const entries = ledgerEntriesFor(payment, event);
  // One order for all, so that two transactions that open the same accounts never wait for each other.
  const accounts = [...new Map(entries.map((entry) => [entry.accountId, entry])).values()].sort(
    (left, right) => (left.accountId < right.accountId ? -1 : 1),
  );
  return [
    accounts.map((entry) => entry.accountId),
    accounts.map((entry) => entry.account),
    accounts.map((entry) => entry.merchantId ?? null),
    accounts.map((entry) => entry.currency),
    eventId,
    paymentId,
    event.type,
    entries.map((entry) => entry.accountId),
    entries.map((entry) => entry.currency),
    entries.map((entry) => entry.amount),
  ];
}
