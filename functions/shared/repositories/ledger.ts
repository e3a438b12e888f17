import { ledgerEntriesFor, type LedgerEvent, type LedgerPayment } from "../../domain/ledger";
import type { Queryable } from "../database/Database";

/** Which event of which payment is posted. */
export interface LedgerPosting {
  readonly eventId: string;
  readonly paymentId: string;
  readonly payment: LedgerPayment;
  readonly event: LedgerEvent;
}

/** Posts an event's entries; an event that moves nothing posts none. A second posting of the same event is refused. */
export async function postToLedger(transaction: Queryable, posting: LedgerPosting): Promise<void> {
  const entries = ledgerEntriesFor(posting.payment, posting.event);
  if (entries.length === 0) return;
  // One order for all, so that two transactions that open the same accounts never wait for each other.
  const accounts = [...new Map(entries.map((entry) => [entry.accountId, entry])).values()].sort(
    (left, right) => (left.accountId < right.accountId ? -1 : 1),
  );
  await transaction.query(
    `INSERT INTO payments.ledger_accounts (account_id, type, merchant_id, currency)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) ON CONFLICT DO NOTHING`,
    [
      accounts.map((entry) => entry.accountId),
      accounts.map((entry) => entry.account),
      accounts.map((entry) => entry.merchantId ?? null),
      accounts.map((entry) => entry.currency),
    ],
  );
  await transaction.query(
    `INSERT INTO payments.ledger_entries (event_id, line, payment_id, account_id, currency, amount, event_type)
     SELECT $1, line, $2, account_id, currency, amount, $3
       FROM unnest($4::text[], $5::text[], $6::bigint[]) WITH ORDINALITY AS e (account_id, currency, amount, line)`,
    [
      posting.eventId,
      posting.paymentId,
      posting.event.type,
      entries.map((entry) => entry.accountId),
      entries.map((entry) => entry.currency),
      entries.map((entry) => entry.amount),
    ],
  );
}
