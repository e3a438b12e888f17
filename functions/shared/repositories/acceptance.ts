import { IN_FLIGHT_SECONDS, KEY_RETENTION_DAYS } from "../../domain/idempotency";
import type { Queryable } from "../database/Database";
import type { PaymentMessage } from "../queue/paymentMessage";
import type { KeyIdentity, StoredAnswer } from "./idempotency";
import { LEDGER_PARAMETERS, ledgerExpressions, ledgerParameters, type LedgerPosting } from "./ledger";
import type { Payment } from "./payments";

/** Everything that accepting a payment writes. */
export interface PaymentAcceptance {
  readonly identity: KeyIdentity;
  readonly fingerprint: Buffer;
  readonly answer: StoredAnswer;
  readonly payment: Payment;
  readonly posting: LedgerPosting;
  readonly message: PaymentMessage;
}

/** Where the parameters that follow the ledger's begin. */
const OWN = LEDGER_PARAMETERS + 1;
const at = (offset: number) => `$${OWN + offset}`;

/**
 * One statement: a round trip instead of seven. Every part takes its rows from `claim`, so that nothing is written for a
 * key that is taken. A parameter needs its type where the column's does not reach it.
 */
const ACCEPT_PAYMENT = `WITH claim AS (
    INSERT INTO payments.idempotency_keys (merchant_id, key, request_fingerprint, state, locked_until,
      status_code, answer_headers, answer_body, resource_id, expires_at)
    VALUES (${at(0)}, ${at(1)}, ${at(2)}, 'in_flight', clock_timestamp() + make_interval(secs => ${at(3)}),
      ${at(4)}, ${at(5)}, ${at(6)}, ${at(7)}, now() + make_interval(days => ${at(8)}))
    ON CONFLICT (merchant_id, key) DO NOTHING RETURNING merchant_id, key, resource_id),
  payment AS (
    INSERT INTO payments.payments (payment_id, merchant_id, idempotency_key, status, amount, currency,
      payment_method, capture_method, reference, metadata, epoch, version, created_at, updated_at)
    SELECT resource_id, merchant_id, key, ${at(9)}, ${at(10)}::bigint, ${at(11)}, ${at(12)}, ${at(13)}, ${at(14)},
      ${at(15)}::jsonb, ${at(16)}::bigint, ${at(17)}::bigint, ${at(18)}::timestamptz, ${at(18)}::timestamptz
    FROM claim),
  operation AS (
    INSERT INTO payments.payment_operations (operation_id, payment_id, merchant_id, kind, amount, currency, epoch,
      created_at, updated_at)
    SELECT resource_id, resource_id, merchant_id, 'authorize', ${at(10)}::bigint, ${at(11)}, ${at(16)}::bigint,
      ${at(18)}::timestamptz, ${at(18)}::timestamptz
    FROM claim),${ledgerExpressions("claim", 1)},
  message AS (
    INSERT INTO payments.outbox (message_id, payment_id, message, next_attempt_at)
    SELECT ${at(19)}, resource_id, ${at(20)}::jsonb, now() FROM claim
    ON CONFLICT (message_id) DO NOTHING)
  SELECT FROM claim`;

/**
 * Claims a key, and writes the payment (version 1), its authorisation, its ledger entries and its message with it.
 * False when the key is taken; then nothing was written. While another transaction is claiming the same key this waits
 * for its end, at most `lock_timeout`.
 */
export async function acceptPayment(
  transaction: Queryable,
  { identity, fingerprint, answer, payment, posting, message }: PaymentAcceptance,
): Promise<boolean> {
  const { state } = payment;
  const claimed = await transaction.query(ACCEPT_PAYMENT, [
    ...ledgerParameters(posting),
    identity.merchantId,
    identity.key,
    fingerprint,
    IN_FLIGHT_SECONDS,
    answer.statusCode,
    JSON.stringify(answer.headers),
    answer.body,
    answer.resourceId,
    KEY_RETENTION_DAYS,
    state.status,
    state.amount,
    payment.currency,
    payment.paymentMethod,
    state.captureMethod,
    payment.reference ?? null,
    JSON.stringify(payment.metadata),
    payment.epoch,
    state.version,
    payment.createdAt,
    message.messageId,
    JSON.stringify(message),
  ]);
  return claimed.rowCount === 1;
}

/**
 * Notes that both replicas hold the request, so that from now on its key is only repeated; and that the queue has its
 * message, if it has. Repeating this changes nothing.
 */
export async function completeAcceptance(
  database: Queryable,
  identity: KeyIdentity,
  sentMessageId: string | undefined,
): Promise<void> {
  await database.query(
    `WITH sent AS (
       UPDATE payments.outbox SET sent_at = now(), attempts = attempts + 1 WHERE message_id = $3 AND sent_at IS NULL)
     UPDATE payments.idempotency_keys SET state = 'completed'
      WHERE merchant_id = $1 AND key = $2 AND state = 'in_flight'`,
    [identity.merchantId, identity.key, sentMessageId ?? null],
  );
}
