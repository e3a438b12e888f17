import assert from "node:assert/strict";
import type { Client } from "pg";
import {
  InvalidApplicationCredentials,
  MigrationHistoryChanged,
  UnknownMigrationApplied,
} from "../../../functions/migrations/errors";
import { migrations } from "../../../functions/migrations";
import { runMigrations } from "../../../functions/migrations/runMigrations";
import { scramSha256Verifier } from "../../../functions/migrations/scram";
import { APPLICATION, TestDatabase } from "../support/postgres";
import { addMerchants, MERCHANT } from "./support";

const PAYMENT = `pay_${"a".repeat(26)}`;

describe("schema migrations", function () {
  this.timeout(60_000);
  const postgres = new TestDatabase();
  let admin: Client;

  before(async () => {
    await postgres.start();
    admin = await postgres.client();
  });
  after(async () => {
    await admin.end();
    await postgres.stop();
  });

  it("applies each migration once, and nothing on the second run", async () => {
    // Act
    const first = await runMigrations(admin, APPLICATION);
    const second = await runMigrations(admin, APPLICATION);

    // Assess
    assert.deepEqual(
      first.applied,
      migrations.map(({ id }) => id),
    );
    assert.deepEqual(second.applied, []);
    assert.deepEqual(second.alreadyApplied, first.applied);
  });

  it("lets two runs at once finish, one after the other", async () => {
    const other = await postgres.client();
    const extra = { id: "0004_parallel", sql: "CREATE TABLE payments.parallel_probe (id integer)" };

    const reports = await Promise.all(
      [admin, other].map((client) => runMigrations(client, APPLICATION, [...migrations, extra])),
    );

    assert.deepEqual(reports.map(({ applied }) => applied.length).sort(), [0, 1]);
    await admin.query(
      "DROP TABLE payments.parallel_probe; DELETE FROM payments.schema_migrations WHERE id = '0004_parallel'",
    );
    await other.end();
  });

  it("refuses a history that was changed, shortened or inserted into", async () => {
    const [first, ...rest] = migrations;
    assert.ok(first);

    await assert.rejects(
      runMigrations(admin, APPLICATION, [{ ...first, sql: `${first.sql} ` }, ...rest]),
      MigrationHistoryChanged,
    );
    await assert.rejects(runMigrations(admin, APPLICATION, migrations.slice(0, -1)), UnknownMigrationApplied);
    await assert.rejects(
      runMigrations(admin, APPLICATION, [{ id: "0000_early", sql: "SELECT 1" }, ...migrations]),
      MigrationHistoryChanged,
    );
  });

  it("leaves nothing of a migration that fails, and the lock is free again", async () => {
    const broken = {
      id: "0004_broken",
      sql: "CREATE TABLE payments.half (id integer); SELECT no_such_column",
    };

    await assert.rejects(runMigrations(admin, APPLICATION, [...migrations, broken]));

    const half = await admin.query("SELECT to_regclass('payments.half') AS name");
    assert.equal((half.rows[0] as { name: string | null }).name, null);
    await runMigrations(admin, APPLICATION);
  });

  it("gives the application its password without the server ever seeing it", async () => {
    // Prepare
    const statements: string[] = [];
    const spy = new Proxy(admin, {
      get: (target, name) =>
        name === "query"
          ? (text: string, values?: unknown[]) => {
              statements.push(`${text} ${JSON.stringify(values ?? [])}`);
              return target.query(text, values);
            }
          : (Reflect.get(target, name) as unknown),
    });

    // Act
    await runMigrations(spy, APPLICATION);

    // Assess
    const application = await postgres.client(APPLICATION);
    const who = await application.query("SELECT current_user AS name");
    await application.end();
    assert.equal((who.rows[0] as { name: string }).name, APPLICATION.username);
    assert.ok(statements.some((statement) => statement.includes("SCRAM-SHA-256$")));
    for (const spelling of [APPLICATION.password, APPLICATION.password.replaceAll("'", "''")]) {
      assert.ok(statements.every((statement) => !statement.includes(spelling)));
    }
  });

  it("follows a rotated password, and a second user of an alternating rotation", async () => {
    const clone = { username: "payments_app_clone", password: "second-user's-password" };

    await runMigrations(admin, { ...APPLICATION, password: "rotated" });
    await assert.rejects(postgres.client(APPLICATION), /password authentication failed/);
    await runMigrations(admin, clone);

    const application = await postgres.client(clone);
    await application.query("SELECT * FROM payments.payments");
    await application.end();
    await runMigrations(admin, APPLICATION);
  });

  for (const username of ["postgres; DROP ROLE x", "PG", "pg_monitor", "rdsadmin", "payments_admin", ""]) {
    it(`refuses the application user name "${username}"`, async () => {
      await assert.rejects(runMigrations(admin, { username, password: "x" }), InvalidApplicationCredentials);
    });
  }

  it("refuses passwords that SASLprep could change, without naming them", () => {
    assert.throws(
      () => scramSha256Verifier("pässword"),
      (error: Error) => error instanceof InvalidApplicationCredentials && !error.message.includes("pässword"),
    );
  });

  describe("what the application role may do", () => {
    let application: Client;
    before(async () => {
      await addMerchants(admin);
      application = await postgres.client(APPLICATION);
      await application.query(
        `INSERT INTO payments.payments (payment_id, merchant_id, idempotency_key, status, amount, currency,
           payment_method, capture_method, epoch) VALUES ($1, $2, 'key-1', 'accepted', 1000, 'SGD', 'pm_ok', 'manual', 1)`,
        [PAYMENT, MERCHANT],
      );
      await application.query(
        `INSERT INTO payments.ledger_accounts (account_id, type, currency) VALUES ('a', 't', 'SGD'), ('b', 't', 'SGD'), ('c', 't', 'USD')`,
      );
    });
    after(async () => application.end());

    const post = (client: Client, event: string, lines: [string, string, number][]) =>
      client.query(
        `INSERT INTO payments.ledger_entries (event_id, line, payment_id, account_id, currency, amount, event_type)
         SELECT $1, line, $2, a, c, m, 'test' FROM unnest($3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY AS e (a, c, m, line)`,
        [
          event,
          PAYMENT,
          lines.map(([account]) => account),
          lines.map(([, currency]) => currency),
          lines.map(([, , amount]) => amount),
        ],
      );

    it("posts an event that balances", async () => {
      await post(application, "evt-1", [
        ["a", "SGD", 500],
        ["b", "SGD", -500],
      ]);
    });

    it("is refused an event that does not balance, also over two currencies", async () => {
      await assert.rejects(
        post(application, "evt-2", [
          ["a", "SGD", 500],
          ["b", "SGD", -499],
        ]),
        /does not balance/,
      );
      await assert.rejects(
        post(application, "evt-3", [
          ["a", "SGD", 500],
          ["c", "USD", -500],
        ]),
        /does not balance/,
      );
    });

    it("is refused a line more for an event that was posted", async () => {
      await assert.rejects(
        application.query(
          `INSERT INTO payments.ledger_entries VALUES ('evt-1', 3, $1, 'a', 'SGD', 1, 'test')`,
          [PAYMENT],
        ),
        /does not balance/,
      );
    });

    it("can neither change nor remove a ledger entry, and neither can the owner", async () => {
      for (const statement of [
        "UPDATE payments.ledger_entries SET amount = 1",
        "DELETE FROM payments.ledger_entries",
        "TRUNCATE payments.ledger_entries",
      ]) {
        await assert.rejects(application.query(statement), /permission denied/);
        await assert.rejects(admin.query(statement), /ledger entries are immutable/);
      }
    });

    for (const statement of [
      "UPDATE payments.payments SET amount = 1",
      "UPDATE payments.payments SET merchant_id = 'x'",
      "DELETE FROM payments.payments",
      "UPDATE payments.payment_operations SET amount = 1",
      "UPDATE payments.idempotency_keys SET answer_body = ''",
      "INSERT INTO payments.merchants (merchant_id, name) VALUES ('mer_evil', 'x')",
      "UPDATE payments.merchant_api_keys SET revoked_at = NULL",
      "DELETE FROM payments.psp_notifications",
      "UPDATE payments.payment_events SET snapshot = '{}'",
      "SELECT * FROM payments.schema_migrations",
      "CREATE TABLE payments.mine (id integer)",
      "CREATE TABLE public.mine (id integer)",
      "ALTER TABLE payments.ledger_entries DISABLE TRIGGER ALL",
    ]) {
      it(`is refused: ${statement}`, async () => {
        await assert.rejects(application.query(statement), /permission denied|must be owner/);
      });
    }

    it("cannot capture more than was authorised nor refund more than was captured, whatever the code says", async () => {
      const insert = (id: string, kind: string, amount: number) =>
        application.query(
          `INSERT INTO payments.payment_operations (operation_id, payment_id, merchant_id, kind, amount, currency, epoch)
           VALUES ($1, $2, $3, $4, $5, 'SGD', 1)`,
          [id, PAYMENT, MERCHANT, kind, amount],
        );
      await insert(`cap_${"a".repeat(26)}`, "capture", 600);

      await assert.rejects(insert(`cap_${"b".repeat(26)}`, "capture", 401), /pass the authorised amount/);
      await assert.rejects(insert(`ref_${"a".repeat(26)}`, "refund", 1), /pass the captured amount/);
      await assert.rejects(
        application.query("UPDATE payments.payments SET amount_captured = 1001"),
        /violates check constraint/,
      );
    });
  });
});
