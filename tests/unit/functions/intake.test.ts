import assert from "node:assert/strict";
import type { Client } from "pg";
import { createHandler } from "../../../functions/intake/handler";
import { createHandler as createQuery } from "../../../functions/query/handler";
import { TestDatabase } from "../support/postgres";
import {
  addMerchants,
  apiEvent,
  MERCHANT,
  newKey,
  OTHER_MERCHANT,
  parsed,
  World,
  type ApiCall,
} from "./support";

const REQUEST = { amount: 1999, currency: "SGD", payment_method: "pm_ok" };
const CARD = "4242 4242 4242 4242";

describe("intake", function () {
  this.timeout(60_000);
  const postgres = new TestDatabase();
  let admin: Client;
  let world: World;

  before(async () => {
    await postgres.start();
    await postgres.migrate();
    admin = await postgres.client();
    await addMerchants(admin);
  });
  beforeEach(() => {
    world = new World(postgres.database({ poolSize: 8 }));
  });
  afterEach(() => world.database.close());
  after(async () => {
    await admin.end();
    await postgres.stop();
  });

  const post = async (call: ApiCall) => parsed(await createHandler(world.accepting)(apiEvent(call)));
  const countRows = async (): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const table of ["payments", "payment_operations", "idempotency_keys", "ledger_entries", "outbox"]) {
      const found = await admin.query<{ n: number }>(`SELECT count(*)::int AS n FROM payments.${table}`);
      counts[table] = found.rows[0]?.n ?? -1;
    }
    return counts;
  };

  it("satisfies R20: answers 202 with the payment, which is then in Aurora, in the session and on the queue", async () => {
    // Prepare
    const key = newKey();

    // Act
    const answer = await post({ body: { ...REQUEST, reference: "order 7", metadata: { shop: "a" } }, key });

    // Assess
    assert.equal(answer.status, 202);
    const id = answer.json["id"] as string;
    assert.equal(answer.headers["Location"], `/v1/payments/${id}`);
    assert.equal(answer.json["status"], "accepted");
    assert.equal(world.sessions.items.get(id)?.idempotencyKey, key);
    assert.deepEqual(
      world.queue.messages.map(({ type, operationId, epoch }) => ({ type, operationId, epoch })),
      [{ type: "payment.authorize", operationId: id, epoch: 1 }],
    );
    const stored = await admin.query<{ state: string; sent: boolean; total: string; lines: number }>(
      `SELECT k.state, o.sent_at IS NOT NULL AS sent,
         (SELECT sum(amount) FROM payments.ledger_entries WHERE payment_id = $1) AS total,
         (SELECT count(*)::int FROM payments.ledger_entries WHERE payment_id = $1) AS lines
         FROM payments.idempotency_keys k JOIN payments.outbox o ON o.payment_id = k.resource_id WHERE k.resource_id = $1`,
      [id],
    );
    assert.deepEqual(stored.rows, [{ state: "completed", sent: true, total: "0", lines: 2 }]);
    assert.equal(world.metrics.counts.get("AcknowledgedPayments"), 1);
  });

  it("repeats the first answer byte for byte and says so", async () => {
    const key = newKey();
    const handler = createHandler(world.accepting);

    const first = await handler(apiEvent({ body: REQUEST, key }));
    const second = await handler(
      apiEvent({ rawBody: ' {"payment_method":"pm_ok","currency":"SGD","amount":1999}', key }),
    );

    assert.equal(second.statusCode, 202);
    assert.equal(second.body, first.body);
    assert.equal(second.headers["Location"], first.headers["Location"]);
    assert.equal(first.headers["Idempotent-Replayed"], undefined);
    assert.equal(second.headers["Idempotent-Replayed"], "true");
    assert.equal(world.queue.messages.length, 1);
  });

  it("refuses the key with another body", async () => {
    const key = newKey();
    await post({ body: REQUEST, key });

    const answer = await post({ body: { ...REQUEST, amount: 2000 }, key });

    assert.equal(answer.status, 422);
    assert.equal(answer.json["code"], "idempotency_key_reused");
  });

  it("gives two merchants with the same key two payments", async () => {
    const key = newKey();

    const mine = await post({ body: REQUEST, key });
    const theirs = await post({ body: REQUEST, key, merchantId: OTHER_MERCHANT });

    assert.equal(theirs.status, 202);
    assert.notEqual(theirs.json["id"], mine.json["id"]);
    assert.equal(theirs.headers["Idempotent-Replayed"], undefined);
  });

  it("makes one payment of twenty parallel requests with the same key", async () => {
    // Prepare
    const key = newKey();
    const before = await countRows();

    // Act
    const answers = await Promise.all(Array.from({ length: 20 }, () => post({ body: REQUEST, key })));

    // Assess
    const statuses = answers.map(({ status }) => status);
    assert.ok(
      statuses.every((status) => status === 202 || status === 409),
      String(statuses),
    );
    const firsts = answers.filter(({ status, headers }) => status === 202 && !headers["Idempotent-Replayed"]);
    assert.equal(firsts.length, 1);
    for (const { json, headers } of answers.filter(({ status }) => status === 409)) {
      assert.equal(json["code"], "request_in_flight");
      assert.match(headers["Retry-After"] ?? "", /^[1-9][0-9]*$/);
    }
    const after = await countRows();
    assert.equal((after["payments"] ?? 0) - (before["payments"] ?? 0), 1);
    assert.equal((after["ledger_entries"] ?? 0) - (before["ledger_entries"] ?? 0), 2);
    assert.equal(world.sessions.items.size, 1);
  });

  it("satisfies R15: answers 503 when the session cannot be written, and the repeat completes the same payment", async () => {
    // Prepare
    const key = newKey();
    world.sessions.failures = 1;

    // Act
    const refused = await post({ body: REQUEST, key });
    const repeated = await post({ body: REQUEST, key });

    // Assess
    assert.equal(refused.status, 503);
    assert.match(refused.headers["Retry-After"] ?? "", /^[1-9]/);
    assert.equal(repeated.status, 202);
    const id = repeated.json["id"] as string;
    assert.equal(world.sessions.items.get(id)?.acceptedAt.toISOString(), repeated.json["created_at"]);
    const found = await admin.query("SELECT 1 FROM payments.payments WHERE idempotency_key = $1", [key]);
    assert.equal(found.rowCount, 1);
  });

  it("holds a key in flight until its expiry, then lets the repeat finish it", async () => {
    // Prepare: the writer died between its commit and the session.
    const key = newKey();
    world.sessions.failures = 1;
    await post({ body: REQUEST, key });
    await admin.query(
      "UPDATE payments.idempotency_keys SET locked_until = now() + interval '5 seconds' WHERE key = $1",
      [key],
    );

    // Act
    const early = await post({ body: REQUEST, key });
    await admin.query("UPDATE payments.idempotency_keys SET locked_until = now() WHERE key = $1", [key]);
    const late = await post({ body: REQUEST, key });

    // Assess
    assert.equal(early.status, 409);
    assert.equal(early.headers["Retry-After"], "5");
    assert.equal(late.status, 202);
    assert.equal(world.sessions.items.size, 1);
  });

  it("acknowledges although the queue is away, and leaves the message to the relay", async () => {
    world.queue.isAway = true;

    const answer = await post({ body: REQUEST, key: newKey() });

    assert.equal(answer.status, 202);
    const outbox = await admin.query<{ sent_at: Date | null }>(
      "SELECT sent_at FROM payments.outbox WHERE payment_id = $1",
      [answer.json["id"]],
    );
    assert.deepEqual(outbox.rows, [{ sent_at: null }]);
  });

  for (const role of ["STANDBY", "FENCED", "TAKING_OVER"] as const) {
    it(`writes nothing anywhere while the Region is ${role}`, async () => {
      const before = await countRows();
      world.regionState.role = role;

      const answer = await post({ body: REQUEST, key: newKey() });

      assert.equal(answer.status, 503);
      assert.equal(answer.json["code"], "region_standby");
      assert.match(answer.headers["Retry-After"] ?? "", /^[1-9]/);
      assert.deepEqual(await countRows(), before);
      assert.equal(world.sessions.items.size + world.queue.messages.length, 0);
    });
  }

  const bad: [name: string, status: number, code: string, call: ApiCall][] = [
    ["no key", 400, "idempotency_key_missing", { body: REQUEST }],
    ["a malformed key", 400, "idempotency_key_malformed", { body: REQUEST, key: "x y" }],
    ["amount 0", 422, "amount_invalid", { body: { ...REQUEST, amount: 0 } }],
    ["a negative amount", 422, "amount_invalid", { body: { ...REQUEST, amount: -1 } }],
    ["a fractional amount", 422, "amount_invalid", { body: { ...REQUEST, amount: 1.5 } }],
    ["an amount over the limit", 422, "amount_over_limit", { body: { ...REQUEST, amount: 100_000_000 } }],
    ["an unknown currency", 422, "currency_unknown", { body: { ...REQUEST, currency: "XYZ" } }],
    [
      "another exponent",
      422,
      "currency_exponent_mismatch",
      { body: { ...REQUEST, currency: "JPY", amount_exponent: 2 } },
    ],
    ["a card number in the body", 422, "pan_not_allowed", { body: { ...REQUEST, reference: CARD } }],
    [
      "a card number in a header",
      422,
      "pan_not_allowed",
      { body: REQUEST, headers: { "X-Note": "4242-4242-4242-4242" } },
    ],
    [
      "a card number in the path",
      422,
      "pan_not_allowed",
      { body: REQUEST, path: "/v1/payments/4242424242424242" },
    ],
    ["an unknown field", 422, "unknown_field", { body: { ...REQUEST, capture: true } }],
    [
      "another content type",
      415,
      "unsupported_media_type",
      { body: REQUEST, headers: { "Content-Type": "text/plain" } },
    ],
    ["an oversized body", 413, "payload_too_large", { body: { ...REQUEST, reference: "x".repeat(20_000) } }],
    ["deep nesting", 400, "nesting_too_deep", { rawBody: "[".repeat(1_000) + "]".repeat(1_000) }],
    ["broken JSON", 400, "invalid_json", { rawBody: '{"amount":' }],
  ];
  for (const [name, status, code, call] of bad) {
    it(`refuses ${name} with ${code}, writes nothing and repeats nothing of it`, async () => {
      // Prepare
      const before = await countRows();

      // Act
      const answer = await post({ ...(code !== "idempotency_key_missing" && { key: newKey() }), ...call });

      // Assess
      assert.equal(answer.status, status);
      assert.equal(answer.json["code"], code);
      assert.equal(answer.headers["Content-Type"], "application/problem+json");
      assert.deepEqual(await countRows(), before);
      assert.equal(world.sessions.items.size + world.queue.messages.length, 0);
      const said = JSON.stringify(answer) + world.log.lines.join("\n");
      assert.doesNotMatch(said.replace(/[ -]/g, ""), /4242424242424242/);
    });
  }

  it("refuses invalid UTF-8", async () => {
    const event = apiEvent({ key: newKey() });
    const answer = parsed(
      await createHandler(world.accepting)({
        ...event,
        body: Buffer.from([0x7b, 0xff, 0x7d]).toString("base64"),
        isBase64Encoded: true,
      }),
    );
    assert.equal(answer.json["code"], "invalid_encoding");
  });

  it("answers 503, not 500, when the database is away", async () => {
    const answer = parsed(
      await createHandler({ ...world.accepting, database: postgres.unreachableDatabase() })(
        apiEvent({ body: REQUEST, key: newKey() }),
      ),
    );

    assert.equal(answer.status, 503);
    assert.equal(answer.json["code"], "service_unavailable");
  });

  it("answers 503 to a caller whom the authorizer could not identify", async () => {
    const answer = await post({ body: REQUEST, key: newKey(), merchantId: null });

    assert.equal(answer.status, 503);
  });

  describe("query", () => {
    const get = async (call: ApiCall) =>
      parsed(await createQuery(world.accepting)(apiEvent({ method: "GET", ...call })));

    it("shows a payment to its merchant only", async () => {
      const paymentId = (await post({ body: REQUEST, key: newKey() })).json["id"] as string;
      const call = { path: `/v1/payments/${paymentId}`, pathParameters: { paymentId } };

      const mine = await get(call);
      const theirs = await get({ ...call, merchantId: OTHER_MERCHANT });

      assert.equal(mine.json["id"], paymentId);
      assert.deepEqual(mine.json["operations"], []);
      assert.equal(theirs.status, 404);
      assert.equal(theirs.json["code"], "payment_not_found");
    });

    it("pages through a merchant's payments, each once, newest first", async () => {
      await admin.query(`INSERT INTO payments.merchants (merchant_id, name) VALUES ('mer_pages', 'Pages')`);
      const made: string[] = [];
      for (let n = 0; n < 5; n += 1) {
        made.push(
          (await post({ body: REQUEST, key: newKey(), merchantId: "mer_pages" })).json["id"] as string,
        );
      }

      const seen: string[] = [];
      let after: string | undefined;
      for (let more = true; more;) {
        const query = { limit: "2", ...(after !== undefined && { starting_after: after }) };
        const page = (await get({ merchantId: "mer_pages", query })).json as unknown as {
          data: { id: string }[];
          has_more: boolean;
        };
        seen.push(...page.data.map(({ id }) => id));
        after = seen.at(-1);
        more = page.has_more;
      }

      assert.deepEqual(seen, [...made].reverse());
    });

    it("refuses another merchant's payment as cursor, and unknown parameters", async () => {
      const foreign = (await post({ body: REQUEST, key: newKey(), merchantId: OTHER_MERCHANT })).json[
        "id"
      ] as string;

      assert.equal((await get({ query: { starting_after: foreign } })).json["code"], "invalid_parameter");
      assert.equal((await get({ query: { limit: "0" } })).json["code"], "invalid_parameter");
      assert.equal((await get({ query: { merchant: MERCHANT } })).json["code"], "invalid_parameter");
    });

    it("answers 503 on a standby", async () => {
      world.regionState.role = "STANDBY";
      assert.equal((await get({})).status, 503);
    });
  });
});
