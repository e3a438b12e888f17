import type { Failure, PaymentState } from "../../domain/paymentState";
import type { Queryable } from "../database/Database";
import type { PaymentResult } from "../tables/ResultRepository";
import { LEDGER_PARAMETERS, ledgerExpressions, ledgerParameters, type LedgerPosting } from "./ledger";

/** An operation's outcome with everything that follows from it. */
export interface OutcomeRecord {
  readonly operationId: string;
  readonly pspReference: string | undefined;
  readonly failure: Failure | undefined;
  /** The payment after it. */
  readonly state: PaymentState;
  /** Whether the payment itself gets the PSP's reference: an authorisation's is what later operations name. */
  readonly isAuthorization: boolean;
  readonly posting: LedgerPosting;
  readonly event: PaymentResult;
  readonly at: Date;
}

const OWN = LEDGER_PARAMETERS + 1;
const at = (offset: number) => `$${OWN + offset}`;

/** One statement: a round trip instead of five. */
const WRITE_OUTCOME = `WITH operation AS (
    UPDATE payments.payment_operations SET status = ${at(0)}, psp_reference = ${at(1)}, failure_code = ${at(2)},
      failure_message = ${at(3)}, updated_at = ${at(4)} WHERE operation_id = ${at(5)} RETURNING payment_id),
  payment AS (
    UPDATE payments.payments p SET status = ${at(6)}, amount_captured = ${at(7)}, amount_refunded = ${at(8)},
      failure_code = ${at(9)}, failure_message = ${at(10)}, version = ${at(11)}, updated_at = ${at(4)},
      psp_reference = coalesce(${at(12)}, p.psp_reference)
    FROM operation WHERE p.payment_id = operation.payment_id),${ledgerExpressions("operation", 1)}
  INSERT INTO payments.payment_events (event_id, payment_id, merchant_id, version, type, snapshot)
  SELECT ${at(13)}, payment_id, ${at(14)}, ${at(11)}::bigint, ${at(15)}, ${at(16)}::jsonb FROM operation
  ON CONFLICT (event_id) DO NOTHING`;

/** Writes an operation's outcome, the payment's new state, the ledger's entries and the event that tells of them. */
export async function writeOutcome(transaction: Queryable, record: OutcomeRecord): Promise<void> {
  const { operationId, pspReference, failure, state, isAuthorization, posting, event } = record;
  await transaction.query(WRITE_OUTCOME, [
    ...ledgerParameters(posting),
    failure ? "failed" : "succeeded",
    pspReference ?? null,
    failure?.code ?? null,
    failure?.message ?? null,
    record.at,
    operationId,
    state.status,
    state.amountCaptured,
    state.amountRefunded,
    state.failure?.code ?? null,
    state.failure?.message ?? null,
    state.version,
    isAuthorization ? (pspReference ?? null) : null,
    event.eventId,
    event.merchantId,
    event.eventType,
    JSON.stringify(event),
  ]);
}

/**
 * Notes, before the PSP is called, that it is about to be: what may have happened there is never forgotten.
 *
 * @param state the payment's state from now on, if it changes.
 */
export async function noteAttempt(
  transaction: Queryable,
  operationId: string,
  epoch: number,
  state: PaymentState | undefined,
  now: Date,
): Promise<void> {
  await transaction.query(
    `WITH operation AS (
       UPDATE payments.payment_operations SET status = 'processing', attempts = attempts + 1, called_at = $3,
         epoch = $2, updated_at = $3 WHERE operation_id = $1 RETURNING payment_id)
     UPDATE payments.payments p SET status = $4, version = $5::bigint, updated_at = $3
       FROM operation WHERE $4::text IS NOT NULL AND p.payment_id = operation.payment_id`,
    [operationId, epoch, now, state?.status ?? null, state?.version ?? null],
  );
}
