import type { Migration } from "./types";

/**
 * The double-entry ledger. An entry's amount is signed: debit positive, credit negative, minor units.
 *
 * Three lines of defence: no grant to change rows, a trigger that refuses it to the owner too, and a constraint
 * trigger at commit that refuses an event whose entries do not sum to zero in each currency.
 */
export const ledger: Migration = {
  id: "0002_ledger",
  sql: `
CREATE TABLE payments.ledger_accounts (
  account_id  text PRIMARY KEY CHECK (char_length(account_id) BETWEEN 1 AND 200),
  type        text NOT NULL,
  merchant_id text REFERENCES payments.merchants,
  currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (account_id, currency)
);

CREATE TABLE payments.ledger_entries (
  event_id   text NOT NULL,
  line       integer NOT NULL CHECK (line >= 1),
  payment_id text NOT NULL REFERENCES payments.payments,
  account_id text NOT NULL,
  currency   text NOT NULL,
  amount     bigint NOT NULL CHECK (amount <> 0),
  event_type text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (event_id, line),
  FOREIGN KEY (account_id, currency) REFERENCES payments.ledger_accounts (account_id, currency)
);
CREATE INDEX ledger_entries_payment ON payments.ledger_entries (payment_id);
CREATE INDEX ledger_entries_account ON payments.ledger_entries (account_id, created_at);

CREATE FUNCTION payments.refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $body$
BEGIN
  RAISE EXCEPTION 'ledger entries are immutable: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $body$;
CREATE TRIGGER ledger_entries_immutable BEFORE UPDATE OR DELETE ON payments.ledger_entries
  FOR EACH ROW EXECUTE FUNCTION payments.refuse_ledger_change();
CREATE TRIGGER ledger_entries_not_truncated BEFORE TRUNCATE ON payments.ledger_entries
  FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_ledger_change();

CREATE FUNCTION payments.check_ledger_balance() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $body$
DECLARE
  unbalanced record;
BEGIN
  SELECT currency, sum(amount) AS total INTO unbalanced FROM payments.ledger_entries
    WHERE event_id = NEW.event_id GROUP BY currency HAVING sum(amount) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger event % does not balance in %: %', NEW.event_id, unbalanced.currency, unbalanced.total
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $body$;
CREATE CONSTRAINT TRIGGER ledger_entries_balanced AFTER INSERT ON payments.ledger_entries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments.check_ledger_balance();

-- Second line of defence behind the domain's own check: what is asked for (not yet refused) never passes what is
-- authorised, and never passes what is captured.
CREATE FUNCTION payments.check_operation_sums() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $body$
DECLARE
  payment record;
  captures numeric;
  refunds numeric;
BEGIN
  SELECT amount, amount_captured INTO payment FROM payments.payments WHERE payment_id = NEW.payment_id FOR UPDATE;
  SELECT coalesce(sum(amount) FILTER (WHERE kind = 'capture'), 0), coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0)
    INTO captures, refunds FROM payments.payment_operations
    WHERE payment_id = NEW.payment_id AND status <> 'failed';
  IF captures > payment.amount THEN
    RAISE EXCEPTION 'captures % pass the authorised amount % of %', captures, payment.amount, NEW.payment_id
      USING ERRCODE = 'check_violation';
  END IF;
  IF refunds > payment.amount_captured THEN
    RAISE EXCEPTION 'refunds % pass the captured amount % of %', refunds, payment.amount_captured, NEW.payment_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $body$;
CREATE CONSTRAINT TRIGGER payment_operations_sums AFTER INSERT OR UPDATE OF amount, status, kind
  ON payments.payment_operations DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.kind IN ('capture', 'refund')) EXECUTE FUNCTION payments.check_operation_sums();
`,
};
