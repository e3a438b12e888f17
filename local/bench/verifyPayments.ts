import type { Client } from "pg";
import type { PspLedgerEntry } from "../psp/PspLedger";
import type { BenchResult } from "./result";

/** A payment's final status by its id. */
export type FinalStatuses = ReadonlyMap<string, string>;

/** Holds what the API acknowledged against the database and the PSP's own books. */
export async function verifyPayments(
  database: Pick<Client, "query">,
  pspEntries: readonly PspLedgerEntry[],
  finalStatuses: FinalStatuses,
): Promise<BenchResult["outcome"]> {
  const ids = [...finalStatuses.keys()];
  const stored = await database.query<{ payment_id: string }>(
    "SELECT payment_id FROM payments.payments WHERE payment_id = ANY($1)",
    [ids],
  );
  const ledger = await database.query<{ difference: string }>(
    `SELECT coalesce(sum(abs(total)), 0) AS difference FROM (
       SELECT sum(amount) AS total FROM payments.ledger_entries WHERE payment_id = ANY($1)
        GROUP BY payment_id, event_id, currency) AS events`,
    [ids],
  );
  const charges = new Map<string, number>();
  for (const { kind, status, merchantReference } of pspEntries) {
    if (kind !== "authorization" || status !== "succeeded") continue;
    charges.set(merchantReference, (charges.get(merchantReference) ?? 0) + 1);
  }
  const succeeded = [...finalStatuses.values()].filter((status) => status === "succeeded").length;
  return {
    acknowledged: ids.length,
    succeeded,
    notSucceeded: ids.length - succeeded,
    missingInDatabase: ids.length - stored.rows.length,
    missingAtPsp: ids.filter((id) => !charges.has(id)).length,
    chargedTwice: ids.filter((id) => (charges.get(id) ?? 0) > 1).length,
    ledgerDifference: Number(ledger.rows[0]?.difference ?? 0),
  };
}
