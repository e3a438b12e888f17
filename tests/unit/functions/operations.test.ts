import assert from "node:assert/strict";
import type { Client } from "pg";
import { createHandler as createQuery } from "../../../functions/query/handler";
import type { Queryable } from "../../../functions/shared/database/Database";
import { TestDatabase } from "../support/postgres";
import { actions } from "./actions";
import { addMerchants, apiEvent, newKey, OTHER_MERCHANT, parsed, World } from "./support";

describe("captures, refunds and cancellations", function () {
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
    world = new World(postgres.database());
  });
  afterEach(() => world.database.close());
  after(async () => {
    await admin.end();
    await postgres.stop();
  });

  const { pay, ask, deliverAll, get, balance } = actions(
    () => world,
    () => admin,
  );

  it("shows a payment and its operations as of one moment, whatever happens meanwhile", async () => {
    // Prepare
    const id = await pay();
    await deliverAll();
    await ask("refund", id, { amount: 250 });
    const { database } = world;
    let statements = 0;
    // The refund succeeds right after the first statement.
    const query: Queryable["query"] = async (text, values) => {
      const answer = await database.query(text, values);
      if (++statements === 1) await deliverAll();
      return answer as never;
    };

    // Act
    const answer = await createQuery({ ...world.accepting, database: { query } })(
      apiEvent({ method: "GET", path: `/v1/payments/${id}`, pathParameters: { paymentId: id } }),
    );

    // Assess
    const { amount_refunded, operations } = parsed(answer).json as {
      amount_refunded: number;
      operations: { status: string }[];
    };
    assert.deepEqual([amount_refunded, operations.map(({ status }) => status)], [0, ["pending"]]);
    assert.equal((await get(id))["amount_refunded"], 250);
  });

  it("captures in parts, refunds in parts, and books each", async () => {
    // Prepare
    const id = await pay("manual");
    await deliverAll();
    assert.equal((await get(id))["status"], "requires_capture");

    // Act
    assert.equal((await ask("capture", id, { amount: 400 })).status, 202);
    await deliverAll();
    assert.equal((await ask("capture", id)).json["amount"], 600);
    await deliverAll();
    assert.equal((await ask("refund", id, { amount: 250 })).status, 202);
    await deliverAll();

    // Assess
    const payment = await get(id);
    assert.equal(payment["status"], "succeeded");
    assert.deepEqual([payment["amount_captured"], payment["amount_refunded"]], [1000, 250]);
    assert.deepEqual(
      (payment["operations"] as { object: string; status: string; amount: number }[]).map(
        ({ object, status, amount }) => `${object} ${status} ${amount}`,
      ),
      ["capture succeeded 400", "capture succeeded 600", "refund succeeded 250"],
    );
    assert.deepEqual(await balance(id), { psp_receivable: 750, merchant_payable: -750 });
    const versions = world.results.stream.map(({ version }) => version);
    assert.deepEqual(
      versions,
      [...versions].sort((left, right) => left - right),
    );
  });

  it("cancels an authorisation, and nothing can be captured afterwards", async () => {
    const id = await pay("manual");
    await deliverAll();

    assert.equal((await ask("cancel", id)).status, 202);
    assert.equal((await ask("capture", id)).json["code"], "payment_not_capturable");
    await deliverAll();

    assert.equal((await get(id))["status"], "canceled");
    assert.deepEqual(await balance(id), {});
  });

  it("refuses a capture beyond what is authorised, a refund beyond what is captured, a cancel after a capture", async () => {
    const id = await pay("manual");
    await deliverAll();

    assert.equal((await ask("refund", id, { amount: 1 })).json["code"], "payment_not_refundable");
    assert.equal((await ask("capture", id, { amount: 1001 })).json["code"], "capture_exceeds_authorized");
    await ask("capture", id, { amount: 600 });
    // What is asked for counts, answered or not.
    assert.equal((await ask("capture", id, { amount: 401 })).json["code"], "capture_exceeds_authorized");
    assert.equal((await ask("cancel", id)).json["code"], "payment_not_cancelable");
    await deliverAll();
    assert.equal((await ask("refund", id, { amount: 601 })).json["code"], "refund_exceeds_captured");
    assert.equal(
      (await ask("refund", id, { amount: 600 }, newKey(), OTHER_MERCHANT)).json["code"],
      "payment_not_found",
    );
  });

  it("accepts only one of three captures at once of which any two exceed the payment", async () => {
    // Prepare: open connections, or the first request is over before the second has one.
    await Promise.all([1, 2, 3, 4].map(() => world.database.query("SELECT pg_sleep(0.05)")));

    for (let round = 0; round < 5; round += 1) {
      const id = await pay("manual");
      await deliverAll();

      // Act
      const answers = await Promise.all([1, 2, 3].map(() => ask("capture", id, { amount: 700 })));

      // Assess
      assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 422, 422]);
    }
  });

  it("accepts one capture of ten with the same key", async () => {
    const id = await pay("manual");
    await deliverAll();
    const key = newKey();

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask("capture", id, { amount: 300 }, key)),
    );

    assert.ok(answers.every(({ status }) => status === 202 || status === 409));
    assert.equal(
      answers.filter(({ status, headers }) => status === 202 && !headers["Idempotent-Replayed"]).length,
      1,
    );
    assert.equal(((await get(id))["operations"] as unknown[]).length, 1);
  });

  it("gives back what a failed capture had reserved", async () => {
    const id = await pay("manual");
    await deliverAll();
    world.psp.behaviour = "rejected";
    await ask("capture", id, { amount: 1000 });
    await deliverAll();
    world.psp.behaviour = "ok";

    assert.equal((await ask("capture", id, { amount: 1000 })).status, 202);
    await deliverAll();

    assert.equal((await get(id))["amount_captured"], 1000);
  });
});
