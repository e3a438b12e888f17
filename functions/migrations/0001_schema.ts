import type { Migration } from "./types";

/**
 * Merchants, payments, operations, idempotency keys, outboxes and the guard against replayed notifications.
 *
 * Money is `bigint` in minor units of the row's currency (ISO 4217). Times are `timestamptz`.
 */
export const schema: Migration = {
  id: "0001_schema",
  sql: `
CREATE TABLE payments.merchants (
  merchant_id      text PRIMARY KEY CHECK (merchant_id ~ '^[A-Za-z0-9_-]{4,64}$'),
  name             text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  status           text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  notification_url text CHECK (notification_url LIKE 'https://%' AND char_length(notification_url) <= 2048),
  created_at       timestamptz NOT NULL DEFAULT now()
);

-- Only the HMAC-SHA-256 of a key under the application's pepper is kept: whoever reads this table can call nothing.
CREATE TABLE payments.merchant_api_keys (
  key_id      text PRIMARY KEY CHECK (char_length(key_id) BETWEEN 4 AND 64),
  merchant_id text NOT NULL REFERENCES payments.merchants,
  key_hash    bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
  created_at  timestamptz NOT NULL DEFAULT now(),
  revoked_at  timestamptz
);
CREATE INDEX merchant_api_keys_merchant ON payments.merchant_api_keys (merchant_id);

CREATE TABLE payments.payments (
  payment_id      text PRIMARY KEY CHECK (payment_id ~ '^pay_[a-z2-7]{26}$'),
  merchant_id     text NOT NULL REFERENCES payments.merchants,
  idempotency_key text NOT NULL,
  status          text NOT NULL CHECK (status IN
                    ('accepted', 'processing', 'requires_capture', 'succeeded', 'failed', 'canceled')),
  amount          bigint NOT NULL CHECK (amount > 0),
  amount_captured bigint NOT NULL DEFAULT 0,
  amount_refunded bigint NOT NULL DEFAULT 0,
  currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  payment_method  text NOT NULL CHECK (char_length(payment_method) BETWEEN 1 AND 255),
  capture_method  text NOT NULL CHECK (capture_method IN ('automatic', 'manual')),
  reference       text CHECK (char_length(reference) <= 255),
  metadata        jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
  failure_code    text,
  failure_message text,
  psp_reference   text,
  epoch           bigint NOT NULL CHECK (epoch >= 1),
  version         bigint NOT NULL DEFAULT 1 CHECK (version >= 1),
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (merchant_id, idempotency_key),
  CHECK (amount_captured BETWEEN 0 AND amount),
  CHECK (amount_refunded BETWEEN 0 AND amount_captured)
);
CREATE INDEX payments_merchant_page ON payments.payments (merchant_id, created_at DESC, payment_id DESC);

-- One row for each thing the PSP is asked to do. The id is also the PSP's idempotency key.
CREATE TABLE payments.payment_operations (
  operation_id    text PRIMARY KEY CHECK (operation_id ~ '^(pay|cap|ref|can)_[a-z2-7]{26}$'),
  payment_id      text NOT NULL REFERENCES payments.payments,
  merchant_id     text NOT NULL REFERENCES payments.merchants,
  kind            text NOT NULL CHECK (kind IN ('authorize', 'capture', 'refund', 'cancel')),
  amount          bigint NOT NULL CHECK (amount >= 0),
  currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'processing', 'succeeded', 'failed')),
  psp_reference   text,
  failure_code    text,
  failure_message text,
  attempts        integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  called_at       timestamptz,
  epoch           bigint NOT NULL CHECK (epoch >= 1),
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payment_operations_payment ON payments.payment_operations (payment_id, created_at);
CREATE INDEX payment_operations_open ON payments.payment_operations (updated_at)
  WHERE status IN ('pending', 'processing');
CREATE UNIQUE INDEX payment_operations_one_authorization ON payments.payment_operations (payment_id)
  WHERE kind = 'authorize';

-- Kept at least 30 days; the PSP keeps its own keys for 24 hours. A repeat after those 24 hours is still answered
-- from here, and never reaches the PSP.
CREATE TABLE payments.idempotency_keys (
  merchant_id         text NOT NULL REFERENCES payments.merchants,
  key                 text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
  request_fingerprint bytea NOT NULL CHECK (octet_length(request_fingerprint) = 32),
  state               text NOT NULL CHECK (state IN ('in_flight', 'completed')),
  locked_until        timestamptz NOT NULL,
  status_code         integer NOT NULL CHECK (status_code BETWEEN 200 AND 499),
  answer_headers      jsonb NOT NULL DEFAULT '{}',
  answer_body         text NOT NULL,
  resource_id         text NOT NULL,
  created_at          timestamptz NOT NULL DEFAULT now(),
  expires_at          timestamptz NOT NULL DEFAULT now() + interval '45 days',
  UNIQUE (merchant_id, key),
  CHECK (expires_at >= created_at + interval '30 days')
);
CREATE INDEX idempotency_keys_expiry ON payments.idempotency_keys (expires_at);

-- What must reach the payment queue. Written with the change it announces; the relay sends what its writer could not.
CREATE TABLE payments.outbox (
  message_id      text PRIMARY KEY,
  payment_id      text NOT NULL REFERENCES payments.payments,
  message         jsonb NOT NULL,
  attempts        integer NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL DEFAULT now(),
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  sent_at         timestamptz
);
CREATE INDEX outbox_sent ON payments.outbox (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX outbox_unsent ON payments.outbox (next_attempt_at) WHERE sent_at IS NULL;

-- What must reach the results table, in the order of its version. One row is one event of the transaction log.
CREATE TABLE payments.payment_events (
  event_id     text PRIMARY KEY CHECK (event_id ~ '^evt_[a-z2-7]{26}$'),
  payment_id   text NOT NULL REFERENCES payments.payments,
  merchant_id  text NOT NULL REFERENCES payments.merchants,
  version      bigint NOT NULL CHECK (version >= 1),
  type         text NOT NULL,
  snapshot     jsonb NOT NULL,
  occurred_at  timestamptz NOT NULL DEFAULT now(),
  published_at timestamptz,
  -- When the merchant took the notification; a stream that is read again tells nobody twice.
  notified_at  timestamptz,
  UNIQUE (payment_id, version)
);
CREATE INDEX payment_events_unpublished ON payments.payment_events (occurred_at) WHERE published_at IS NULL;

-- The replay guard: a notification id is accepted once.
CREATE TABLE payments.psp_notifications (
  notification_id text PRIMARY KEY CHECK (char_length(notification_id) BETWEEN 1 AND 255),
  payment_id      text NOT NULL REFERENCES payments.payments,
  operation_id    text NOT NULL,
  type            text NOT NULL,
  received_at     timestamptz NOT NULL DEFAULT now()
);
`,
};
