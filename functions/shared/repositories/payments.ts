import type { CaptureMethod, Failure, PaymentState, PaymentStatus } from "../../domain/paymentState";
import type { Queryable } from "../database/Database";

/** What an operation asks of the PSP. */
export type OperationKind = "authorize" | "capture" | "refund" | "cancel";
/** `pending`: not yet sent; `processing`: sent at least once, its outcome unknown; the others are final. */
export type OperationStatus = "pending" | "processing" | "succeeded" | "failed";

/** One row of `payment_operations`. Amounts in minor units. */
export interface Operation {
  readonly operationId: string;
  readonly paymentId: string;
  readonly merchantId: string;
  readonly kind: OperationKind;
  readonly amount: number;
  readonly currency: string;
  readonly status: OperationStatus;
  readonly pspReference: string | undefined;
  readonly failure: Failure | undefined;
  /** Times that the PSP was called, or was about to be. */
  readonly attempts: number;
  readonly epoch: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A payment with its state; what is pending is summed from its operations. */
export interface Payment {
  readonly paymentId: string;
  readonly merchantId: string;
  readonly idempotencyKey: string;
  readonly currency: string;
  readonly paymentMethod: string;
  readonly reference: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly pspReference: string | undefined;
  readonly epoch: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly state: PaymentState;
}

/** `bigint` columns come as text; every one of ours is below 2^53. */
interface PaymentRow {
  payment_id: string;
  merchant_id: string;
  idempotency_key: string;
  status: PaymentStatus;
  amount: string;
  amount_captured: string;
  amount_refunded: string;
  currency: string;
  payment_method: string;
  capture_method: CaptureMethod;
  reference: string | null;
  metadata: Record<string, string>;
  failure_code: string | null;
  failure_message: string | null;
  psp_reference: string | null;
  epoch: string;
  version: string;
  created_at: Date;
  updated_at: Date;
  capture_pending: string;
  refund_pending: string;
  cancel_pending: boolean;
}

/** As the table has it. */
export interface OperationRow {
  operation_id: string;
  payment_id: string;
  merchant_id: string;
  kind: OperationKind;
  amount: string;
  currency: string;
  status: OperationStatus;
  psp_reference: string | null;
  failure_code: string | null;
  failure_message: string | null;
  attempts: number;
  epoch: string;
  created_at: Date;
  updated_at: Date;
}

/** By name, because a connection's prepared statement must not meet a column that a migration has added. */
const OPERATION_FIELDS = [
  "operation_id",
  "payment_id",
  "merchant_id",
  "kind",
  "amount",
  "currency",
  "status",
  "psp_reference",
  "failure_code",
  "failure_message",
  "attempts",
  "epoch",
  "created_at",
  "updated_at",
] as const satisfies readonly (keyof OperationRow)[];
export const OPERATION_COLUMNS = OPERATION_FIELDS.join(", ");
/** The same beside a payment's columns, some of which have the same names. */
const JOINED_OPERATION_COLUMNS = OPERATION_FIELDS.map((field) => `f.${field} AS f_${field}`).join(", ");
type JoinedOperationRow = { [Field in keyof OperationRow as `f_${Field}`]: OperationRow[Field] };

const PAYMENT_COLUMNS = `p.payment_id, p.merchant_id, p.idempotency_key, p.status, p.amount, p.amount_captured,
  p.amount_refunded, p.currency, p.payment_method, p.capture_method, p.reference, p.metadata, p.failure_code,
  p.failure_message, p.psp_reference, p.epoch, p.version, p.created_at, p.updated_at,
  coalesce(o.capture_pending, 0) AS capture_pending, coalesce(o.refund_pending, 0) AS refund_pending,
  coalesce(o.cancel_pending, false) AS cancel_pending`;

const PENDING_SUMS = `LEFT JOIN LATERAL (
    SELECT sum(amount) FILTER (WHERE kind = 'capture') AS capture_pending,
           sum(amount) FILTER (WHERE kind = 'refund') AS refund_pending,
           bool_or(kind = 'cancel') AS cancel_pending
      FROM payments.payment_operations
     WHERE payment_id = p.payment_id AND status IN ('pending', 'processing') AND kind <> 'authorize') o ON true`;

/** A merchant's payment, or any when no merchant is given. Another merchant's does not exist. */
export async function findPayment(
  database: Queryable,
  paymentId: string,
  merchantId?: string,
): Promise<Payment | undefined> {
  const found = await database.query<PaymentRow>(
    `SELECT ${PAYMENT_COLUMNS} FROM payments.payments p ${PENDING_SUMS}
      WHERE p.payment_id = $1 AND ($2::text IS NULL OR p.merchant_id = $2)`,
    [paymentId, merchantId ?? null],
  );
  return found.rows[0] && toPayment(found.rows[0]);
}

/** As `findPayment`, and holds the payment until the transaction ends: all changes of one payment stand in a row. */
export async function lockPayment(
  transaction: Queryable,
  paymentId: string,
  merchantId?: string,
): Promise<Payment | undefined> {
  const locked = await lockRow(transaction, paymentId, merchantId);
  return locked ? findPayment(transaction, paymentId, merchantId) : undefined;
}

/** A statement of its own: the sums must be read after the lock was granted, not when it was asked for. */
async function lockRow(transaction: Queryable, paymentId: string, merchantId?: string): Promise<boolean> {
  const locked = await transaction.query(
    `SELECT 1 FROM payments.payments WHERE payment_id = $1 AND ($2::text IS NULL OR merchant_id = $2) FOR UPDATE`,
    [paymentId, merchantId ?? null],
  );
  return locked.rowCount === 1;
}

/** A payment and one of its operations. */
export interface PaymentWithOperation {
  readonly payment: Payment;
  readonly operation: Operation;
}

/** As `lockPayment`, together with one of its operations. Undefined when either is not there. */
export async function lockPaymentWithOperation(
  transaction: Queryable,
  paymentId: string,
  operationId: string,
): Promise<PaymentWithOperation | undefined> {
  if (!(await lockRow(transaction, paymentId))) return undefined;
  const found = await transaction.query<PaymentRow & JoinedOperationRow>(
    `SELECT ${PAYMENT_COLUMNS}, ${JOINED_OPERATION_COLUMNS}
       FROM payments.payments p ${PENDING_SUMS} JOIN payments.payment_operations f ON f.payment_id = p.payment_id
      WHERE p.payment_id = $1 AND f.operation_id = $2`,
    [paymentId, operationId],
  );
  const row = found.rows[0];
  return row && { payment: toPayment(row), operation: toOperation(separated(row)) };
}

function separated(row: JoinedOperationRow): OperationRow {
  const values = OPERATION_FIELDS.map((field) => [field, row[`f_${field}`]] as const);
  return Object.fromEntries(values) as unknown as OperationRow;
}

/** Writes a payment's new state. */
export async function updatePayment(
  transaction: Queryable,
  paymentId: string,
  state: PaymentState,
  at: Date,
): Promise<void> {
  await transaction.query(
    `UPDATE payments.payments SET status = $2, amount_captured = $3, amount_refunded = $4, failure_code = $5,
       failure_message = $6, version = $7, updated_at = $8
     WHERE payment_id = $1`,
    [
      paymentId,
      state.status,
      state.amountCaptured,
      state.amountRefunded,
      state.failure?.code ?? null,
      state.failure?.message ?? null,
      state.version,
      at,
    ],
  );
}

/** Which page of a merchant's payments. */
export interface PageRequest {
  readonly merchantId: string;
  readonly limit: number;
  /** Payments older than this one. */
  readonly startingAfter?: string | undefined;
  readonly status?: PaymentStatus | undefined;
}

/** A merchant's payments, newest first. */
export async function listPayments(database: Queryable, page: PageRequest): Promise<Payment[]> {
  const found = await database.query<PaymentRow>(
    `SELECT ${PAYMENT_COLUMNS} FROM payments.payments p ${PENDING_SUMS}
      WHERE p.merchant_id = $1 AND ($2::text IS NULL OR p.status = $2)
        AND ($3::text IS NULL OR (p.created_at, p.payment_id) <
          (SELECT c.created_at, c.payment_id FROM payments.payments c WHERE c.payment_id = $3 AND c.merchant_id = $1))
      ORDER BY p.created_at DESC, p.payment_id DESC LIMIT $4`,
    [page.merchantId, page.status ?? null, page.startingAfter ?? null, page.limit],
  );
  return found.rows.map(toPayment);
}

/** Writes an operation that was just asked for. */
export async function insertOperation(
  transaction: Queryable,
  operation: Pick<
    Operation,
    "operationId" | "paymentId" | "merchantId" | "kind" | "amount" | "currency" | "epoch" | "createdAt"
  >,
): Promise<void> {
  await transaction.query(
    `INSERT INTO payments.payment_operations (operation_id, payment_id, merchant_id, kind, amount, currency, epoch,
       created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
    [
      operation.operationId,
      operation.paymentId,
      operation.merchantId,
      operation.kind,
      operation.amount,
      operation.currency,
      operation.epoch,
      operation.createdAt,
    ],
  );
}

/** One operation. */
export async function findOperation(
  database: Queryable,
  operationId: string,
): Promise<Operation | undefined> {
  const found = await database.query<OperationRow>(
    `SELECT ${OPERATION_COLUMNS} FROM payments.payment_operations WHERE operation_id = $1`,
    [operationId],
  );
  return found.rows[0] && toOperation(found.rows[0]);
}

/** A payment and its captures, refunds and cancellation, oldest first. */
export interface PaymentWithFollowUps {
  readonly payment: Payment;
  readonly followUps: readonly Operation[];
}

/**
 * As `findPayment`, together with what followed the authorisation. One statement, so that both are of the same moment:
 * a refund that is no longer pending is in the payment's amount.
 */
export async function findPaymentWithFollowUps(
  database: Queryable,
  paymentId: string,
  merchantId: string,
): Promise<PaymentWithFollowUps | undefined> {
  const found = await database.query<
    PaymentRow & (JoinedOperationRow | Record<keyof JoinedOperationRow, null>)
  >(
    `SELECT ${PAYMENT_COLUMNS}, ${JOINED_OPERATION_COLUMNS}
       FROM payments.payments p ${PENDING_SUMS}
       LEFT JOIN payments.payment_operations f ON f.payment_id = p.payment_id AND f.kind <> 'authorize'
      WHERE p.payment_id = $1 AND p.merchant_id = $2
      ORDER BY f.created_at, f.operation_id`,
    [paymentId, merchantId],
  );
  const [first] = found.rows;
  if (!first) return undefined;
  const followUps = found.rows.flatMap((row) =>
    row.f_operation_id === null ? [] : [toOperation(separated(row))],
  );
  return { payment: toPayment(first), followUps };
}

function toPayment(row: PaymentRow): Payment {
  const failure = failureOf(row);
  return {
    paymentId: row.payment_id,
    merchantId: row.merchant_id,
    idempotencyKey: row.idempotency_key,
    currency: row.currency,
    paymentMethod: row.payment_method,
    reference: row.reference ?? undefined,
    metadata: row.metadata,
    pspReference: row.psp_reference ?? undefined,
    epoch: Number(row.epoch),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    state: {
      status: row.status,
      captureMethod: row.capture_method,
      amount: Number(row.amount),
      amountCaptured: Number(row.amount_captured),
      amountRefunded: Number(row.amount_refunded),
      amountCapturePending: Number(row.capture_pending),
      amountRefundPending: Number(row.refund_pending),
      cancelPending: row.cancel_pending,
      ...(failure && { failure }),
      version: Number(row.version),
    },
  };
}

/** A row as the code has it. */
export function toOperation(row: OperationRow): Operation {
  return {
    operationId: row.operation_id,
    paymentId: row.payment_id,
    merchantId: row.merchant_id,
    kind: row.kind,
    amount: Number(row.amount),
    currency: row.currency,
    status: row.status,
    pspReference: row.psp_reference ?? undefined,
    failure: failureOf(row),
    attempts: row.attempts,
    epoch: Number(row.epoch),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function failureOf(row: {
  failure_code: string | null;
  failure_message: string | null;
}): Failure | undefined {
  return row.failure_code === null
    ? undefined
    : { code: row.failure_code, message: row.failure_message ?? "" };
}

/**
 * Operations without an outcome that nobody has touched for a while: their message was lost with a Region's queue, went
 * to the dead-letter queue, or the PSP's notification never came. Oldest first.
 */
export async function staleOperations(
  database: Queryable,
  untouchedForSeconds: number,
  limit: number,
): Promise<Operation[]> {
  const found = await database.query<OperationRow>(
    `SELECT ${OPERATION_COLUMNS} FROM payments.payment_operations
      WHERE status IN ('pending', 'processing') AND updated_at < now() - make_interval(secs => $1)
      ORDER BY updated_at LIMIT $2`,
    [untouchedForSeconds, limit],
  );
  return found.rows.map(toOperation);
}

/** Notes that stale operations were sent again, so that the next run does not send them once more. */
export async function touchOperations(
  transaction: Queryable,
  operationIds: readonly string[],
): Promise<void> {
  await transaction.query(
    "UPDATE payments.payment_operations SET updated_at = now() WHERE operation_id = ANY($1) AND status IN ('pending', 'processing')",
    [operationIds],
  );
}
