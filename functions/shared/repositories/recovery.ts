import type { Queryable } from "../database/Database";
import { OPERATION_COLUMNS, toOperation, type Operation, type OperationRow } from "./payments";

/** Operations of earlier epochs that have no outcome, in the order of their ids. */
export async function openOperationsBefore(
  database: Queryable,
  epoch: number,
  after: string,
  limit: number,
): Promise<Operation[]> {
  const found = await database.query<OperationRow>(
    `SELECT ${OPERATION_COLUMNS} FROM payments.payment_operations
      WHERE status IN ('pending', 'processing') AND epoch < $1 AND operation_id > $2
      ORDER BY operation_id LIMIT $3`,
    [epoch, after, limit],
  );
  return found.rows.map(toOperation);
}

/** A payment's operations that have no outcome, oldest first. */
export async function openOperationsOf(database: Queryable, paymentId: string): Promise<Operation[]> {
  const found = await database.query<OperationRow>(
    `SELECT ${OPERATION_COLUMNS} FROM payments.payment_operations
      WHERE payment_id = $1 AND status IN ('pending', 'processing') ORDER BY created_at, operation_id`,
    [paymentId],
  );
  return found.rows.map(toOperation);
}

/** Which of these operations the database has. */
export async function knownOperations(
  database: Queryable,
  operationIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = await database.query<{ operation_id: string }>(
    "SELECT operation_id FROM payments.payment_operations WHERE operation_id = ANY($1)",
    [operationIds],
  );
  return new Set(found.rows.map((row) => row.operation_id));
}

/** The versions of these payments, and whether one of their operations has no outcome yet. */
export async function paymentVersions(
  database: Queryable,
  paymentIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly version: number; readonly isOpen: boolean }>> {
  const found = await database.query<{ payment_id: string; version: string; is_open: boolean }>(
    `SELECT p.payment_id, p.version, EXISTS (SELECT 1 FROM payments.payment_operations o
              WHERE o.payment_id = p.payment_id AND o.status IN ('pending', 'processing')) AS is_open
       FROM payments.payments p WHERE p.payment_id = ANY($1)`,
    [paymentIds],
  );
  return new Map(
    found.rows.map((row) => [row.payment_id, { version: Number(row.version), isOpen: row.is_open }]),
  );
}

/**
 * Lifts a payment's version to at least this one, so that its next event is newer than what the results table already
 * shows. A version only orders events; nothing else changes.
 */
export async function liftVersion(
  transaction: Queryable,
  paymentId: string,
  version: number,
): Promise<boolean> {
  const lifted = await transaction.query(
    "UPDATE payments.payments SET version = $2::bigint WHERE payment_id = $1 AND version < $2::bigint",
    [paymentId, version],
  );
  return lifted.rowCount === 1;
}

/**
 * Whether the database takes writes: it says so, and takes one that changes nothing.
 *
 * @throws DatabaseNotWritable, DatabaseUnavailable
 */
export async function proveWritable(transaction: Queryable): Promise<boolean> {
  const answer = await transaction.query<{ writable: boolean }>(
    "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS writable",
  );
  if (answer.rows[0]?.writable !== true) return false;
  await transaction.query("UPDATE payments.outbox SET attempts = attempts WHERE false");
  return true;
}
