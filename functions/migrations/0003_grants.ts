import type { Migration } from "./types";

/**
 * What the application role may do, by table and column. It has no DDL, deletes nothing but keys and messages that are
 * over, and can neither change a ledger entry nor a payment's amount, currency, merchant or token.
 */
export const grants: Migration = {
  id: "0003_grants",
  sql: `
REVOKE ALL ON SCHEMA payments FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA payments FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA payments FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA payments TO payments_app;

GRANT SELECT ON payments.merchants, payments.merchant_api_keys TO payments_app;

GRANT SELECT, INSERT ON payments.payments TO payments_app;
GRANT UPDATE (status, amount_captured, amount_refunded, failure_code, failure_message, psp_reference, epoch, version,
  updated_at) ON payments.payments TO payments_app;

GRANT SELECT, INSERT ON payments.payment_operations TO payments_app;
GRANT UPDATE (status, psp_reference, failure_code, failure_message, attempts, called_at, epoch, updated_at)
  ON payments.payment_operations TO payments_app;

GRANT SELECT, INSERT, DELETE ON payments.idempotency_keys TO payments_app;
GRANT UPDATE (state, locked_until) ON payments.idempotency_keys TO payments_app;

GRANT SELECT, INSERT ON payments.ledger_accounts, payments.ledger_entries TO payments_app;

GRANT SELECT, INSERT, DELETE ON payments.outbox TO payments_app;
GRANT UPDATE (attempts, next_attempt_at, sent_at) ON payments.outbox TO payments_app;

GRANT SELECT, INSERT ON payments.payment_events TO payments_app;
GRANT UPDATE (published_at, notified_at) ON payments.payment_events TO payments_app;

GRANT SELECT, INSERT ON payments.psp_notifications TO payments_app;
`,
};
