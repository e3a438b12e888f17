import type { PspLedgerEntry } from "../../psp/PspLedger";
import type { DatabaseFacts, Facts, Moment } from "../facts";

/** A payment that some client holds an acceptance of. */
export interface Acknowledged {
  readonly paymentId: string;
  readonly merchantId: string;
  readonly idempotencyKey: string;
  /** When the first acceptance came. */
  readonly at: Moment;
  /** Of the first acceptance. */
  readonly epoch: number | undefined;
}

/** An acknowledged payment that the surviving database does not have. */
export interface LostPayment {
  readonly paymentId: string;
  readonly merchantId: string;
  readonly acknowledgedAt: Moment;
  /** What the PSP's books say: whether the card was charged all the same. */
  readonly charged: boolean;
  /**
   * Whether anything outside the lost Region tells of it: the PSP's books, or the survivor's tables. A payment that had
   * left no trace anywhere else can be listed only once the lost Region is back.
   */
  readonly traceable: boolean;
  /** Whether a report of the product names it. */
  readonly listed: boolean;
}

/** Several payments where one was wanted. */
export interface Duplicate {
  readonly merchantId: string;
  readonly idempotencyKey: string;
  readonly paymentIds: readonly string[];
}

/** A card that was charged more often, or with more, than was wanted. */
export interface DoubleCharge {
  readonly paymentId: string;
  readonly authorizations: number;
  /** Minor units that the PSP took. */
  readonly taken: number;
  /** Minor units that were wanted; 0 when nobody wanted anything. */
  readonly wanted: number;
}

/** The acknowledged payments, by id. */
export function acknowledgedPayments(facts: Pick<Facts, "attempts">): Map<string, Acknowledged> {
  const found = new Map<string, Acknowledged>();
  for (const attempt of [...facts.attempts].sort((left, right) => left.endedAt - right.endedAt)) {
    const { outcome, paymentId, merchantId, idempotencyKey, endedAt: at, epoch } = attempt;
    if (outcome === "accepted" && paymentId !== undefined && !found.has(paymentId)) {
      found.set(paymentId, { paymentId, merchantId, idempotencyKey, at, epoch });
    }
  }
  return found;
}

/** Acknowledged payments that are not in the survivor's database; all of them when nothing survives. */
export function lostPayments(
  facts: Pick<Facts, "attempts" | "survivor" | "databases" | "tables" | "psp" | "productReports">,
): LostPayment[] {
  const survivor = facts.survivor === undefined ? undefined : facts.databases[facts.survivor];
  const stored = new Set(survivor?.payments.map(({ paymentId }) => paymentId));
  const charged = new Set(successfulAuthorizations(facts.psp).map((entry) => entry.merchantReference));
  const tables = facts.survivor === undefined ? undefined : facts.tables[facts.survivor];
  const traced = new Set([
    ...facts.psp.map(({ merchantReference }) => merchantReference),
    ...[...(tables?.sessions ?? []), ...(tables?.results ?? [])].map(({ paymentId }) => paymentId),
  ]);
  const listed = new Set(facts.productReports.flatMap(({ lost }) => lost));
  return [...acknowledgedPayments(facts).values()]
    .filter(({ paymentId }) => !stored.has(paymentId))
    .map(({ paymentId, merchantId, at }) => ({
      paymentId,
      merchantId,
      acknowledgedAt: at,
      charged: charged.has(paymentId),
      traceable: traced.has(paymentId),
      listed: listed.has(paymentId),
    }));
}

/** Keys under which more than one payment was acknowledged or stored, in whichever database. */
export function duplicatePayments(
  facts: Pick<Facts, "attempts" | "databases" | "earlierDatabases">,
): Duplicate[] {
  const byKey = new Map<string, { merchantId: string; idempotencyKey: string; ids: Set<string> }>();
  const note = (merchantId: string, idempotencyKey: string, paymentId: string) => {
    const key = `${merchantId}|${idempotencyKey}`;
    const entry = byKey.get(key) ?? { merchantId, idempotencyKey, ids: new Set<string>() };
    byKey.set(key, entry);
    entry.ids.add(paymentId);
  };
  for (const { outcome, paymentId, merchantId, idempotencyKey } of facts.attempts) {
    if (outcome === "accepted" && paymentId !== undefined) note(merchantId, idempotencyKey, paymentId);
  }
  for (const { payments } of [...Object.values(facts.databases), ...facts.earlierDatabases]) {
    for (const { paymentId, merchantId, idempotencyKey } of payments)
      note(merchantId, idempotencyKey, paymentId);
  }
  return [...byKey.values()]
    .filter(({ ids }) => ids.size > 1)
    .map(({ merchantId, idempotencyKey, ids }) => ({ merchantId, idempotencyKey, paymentIds: [...ids] }));
}

/**
 * Cards charged twice, by the PSP's own books: two authorisations that took effect for one payment, or more money taken
 * than was wanted.
 */
export function doubleCharges(
  facts: Pick<Facts, "wanted" | "psp" | "attempts" | "databases" | "earlierDatabases">,
): DoubleCharge[] {
  const wanted = wantedAmounts(facts);
  const byPayment = new Map<string, { authorizations: Set<string>; taken: number }>();
  for (const entry of facts.psp) {
    if (entry.status !== "succeeded") continue;
    const books = byPayment.get(entry.merchantReference) ?? { authorizations: new Set<string>(), taken: 0 };
    byPayment.set(entry.merchantReference, books);
    if (entry.kind === "authorization" || entry.kind === "settlement")
      books.authorizations.add(entry.authorization);
    if (entry.captured || entry.kind === "capture") books.taken += entry.amount;
  }
  return [...byPayment].flatMap(([paymentId, { authorizations, taken }]) => {
    const amount = wanted.get(paymentId);
    const isDouble = authorizations.size > 1 || (amount !== undefined && taken > amount);
    return isDouble ? [{ paymentId, authorizations: authorizations.size, taken, wanted: amount ?? 0 }] : [];
  });
}

/** Cards that were charged although the surviving database knows nothing of the payment. */
export function chargedWithoutPayment(facts: Pick<Facts, "survivor" | "databases" | "psp">): string[] {
  const survivor = facts.survivor === undefined ? undefined : facts.databases[facts.survivor];
  if (survivor === undefined) return [];
  const stored = new Set(survivor.payments.map(({ paymentId }) => paymentId));
  return successfulAuthorizations(facts.psp)
    .map(({ merchantReference }) => merchantReference)
    .filter((paymentId) => !stored.has(paymentId));
}

const OPEN_STATUSES = new Set(["accepted", "processing"]);

/** Payments of the surviving database that have come to no end. */
export function unsettledPayments(facts: Pick<Facts, "survivor" | "databases">): string[] {
  const survivor = facts.survivor === undefined ? undefined : facts.databases[facts.survivor];
  return (survivor?.payments ?? [])
    .filter(({ status }) => OPEN_STATUSES.has(status))
    .map(({ paymentId }) => paymentId);
}

/** Payments whose stored amount or currency is not the one that was wanted. */
export function alteredPayments(facts: Pick<Facts, "wanted" | "databases">): string[] {
  const wanted = new Map(
    facts.wanted.map((each) => [`${each.merchantId}|${each.idempotencyKey}`, each] as const),
  );
  const altered = Object.values(facts.databases)
    .flatMap(({ payments }) => payments)
    .filter(({ merchantId, idempotencyKey, amount, currency }) => {
      const wish = wanted.get(`${merchantId}|${idempotencyKey}`);
      return wish !== undefined && (wish.amount !== amount || wish.currency !== currency);
    })
    .map(({ paymentId }) => paymentId);
  return [...new Set(altered)];
}

/** Payments that only one of the two databases has, once replication should have carried everything over. */
export function databaseDifferences(facts: Pick<Facts, "databases">): string[] {
  const { primary, dr } = facts.databases;
  if (primary === undefined || dr === undefined) return [];
  const idsOf = ({ payments }: DatabaseFacts) => new Set(payments.map(({ paymentId }) => paymentId));
  const [ours, theirs] = [idsOf(primary), idsOf(dr)];
  return [...new Set([...ours, ...theirs])].filter((id) => !ours.has(id) || !theirs.has(id));
}

/**
 * Payments that were accepted before the last activation and reached the PSP only after it: settled by replay or by
 * re-drive, exactly because somebody took them up again.
 */
export function replayedPayments(facts: Pick<Facts, "attempts" | "activations" | "psp">): string[] {
  const last = facts.activations.at(-1);
  if (last === undefined) return [];
  const acknowledged = acknowledgedPayments(facts);
  const effects = new Map<string, Moment>();
  for (const { merchantReference, at } of facts.psp) {
    const moment = Date.parse(at);
    effects.set(merchantReference, Math.min(moment, effects.get(merchantReference) ?? moment));
  }
  return [...acknowledged.values()]
    .filter(({ paymentId, epoch }) => {
      const effect = effects.get(paymentId);
      return epoch !== undefined && epoch < last.epoch && effect !== undefined && effect > last.at;
    })
    .map(({ paymentId }) => paymentId);
}

function successfulAuthorizations(entries: readonly PspLedgerEntry[]): PspLedgerEntry[] {
  return entries.filter(
    ({ kind, status }) => status === "succeeded" && (kind === "authorization" || kind === "settlement"),
  );
}

/** What was wanted for each payment id that anybody has named. */
function wantedAmounts(
  facts: Pick<Facts, "wanted" | "attempts" | "databases" | "earlierDatabases">,
): Map<string, number> {
  const amounts = new Map(
    facts.wanted.map((each) => [`${each.merchantId}|${each.idempotencyKey}`, each.amount] as const),
  );
  const found = new Map<string, number>();
  const note = (paymentId: string | undefined, merchantId: string, idempotencyKey: string) => {
    const amount = amounts.get(`${merchantId}|${idempotencyKey}`);
    if (paymentId !== undefined && amount !== undefined) found.set(paymentId, amount);
  };
  for (const attempt of facts.attempts) note(attempt.paymentId, attempt.merchantId, attempt.idempotencyKey);
  for (const { payments } of [...Object.values(facts.databases), ...facts.earlierDatabases]) {
    for (const payment of payments) note(payment.paymentId, payment.merchantId, payment.idempotencyKey);
  }
  return found;
}
