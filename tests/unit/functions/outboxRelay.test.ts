import assert from "node:assert/strict";
import type { Client } from "pg";
import { createHandler as createRelay } from "../../../functions/outbox-relay/handler";
import { TestDatabase } from "../support/postgres";
import { actions } from "./actions";
import { addMerchants, World } from "./support";

describe("outbox relay", function () {
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

  const { pay, deliverAll, get } = actions(
    () => world,
    () => admin,
  );

  beforeEach(() => admin.query("UPDATE payments.outbox SET sent_at = now() WHERE sent_at IS NULL"));
  beforeEach(() =>
    admin.query(
      "UPDATE payments.payment_operations SET status = 'failed' WHERE status IN ('pending', 'processing')",
    ),
  );
  const relay = () => createRelay({ ...world.processing, queue: world.queue })();
  const age = (paymentId: string) =>
    admin.query(
      "UPDATE payments.outbox SET next_attempt_at = now() - interval '1 minute' WHERE payment_id = $1",
      [paymentId],
    );

  it("sends what its writer could not, once", async () => {
    // Prepare
    world.queue.isAway = true;
    const id = await pay();
    world.queue.isAway = false;

    // Act
    const young = await relay();
    await age(id);
    const due = await relay();
    const again = await relay();

    // Assess
    assert.deepEqual([young.sent, due.sent, again.sent], [0, 1, 0]);
    assert.equal(world.queue.messages[0]?.paymentId, id);
    assert.equal(await deliverAll(), 0);
    assert.equal((await get(id))["status"], "succeeded");
  });

  it("passes over messages that another relay is sending, without waiting for it", async () => {
    // Prepare
    world.queue.isAway = true;
    const mine = await pay();
    const theirs = await pay();
    await age(mine);
    await age(theirs);
    world.queue.isAway = false;
    await admin.query("BEGIN");
    await admin.query("SELECT 1 FROM payments.outbox WHERE payment_id = $1 FOR UPDATE", [theirs]);

    // Act
    const report = await relay().finally(() => admin.query("COMMIT"));

    // Assess
    assert.equal(report.sent, 1);
    assert.deepEqual(
      world.queue.messages.map(({ paymentId }) => paymentId),
      [mine],
    );
  });

  it("puts off what the queue does not take", async () => {
    world.queue.isAway = true;
    await age(await pay());

    const first = await relay();
    const second = await relay();

    assert.deepEqual([first.postponed, second.postponed], [1, 0]);
  });

  it("carries over results that never reached the table", async () => {
    const id = await pay();
    world.results.failures = 1;
    await deliverAll();
    await admin.query(
      "UPDATE payments.payment_events SET occurred_at = now() - interval '1 minute' WHERE payment_id = $1",
      [id],
    );

    assert.equal((await relay()).published, 1);
    assert.equal(world.results.items.get(id)?.status, "succeeded");
  });

  it("sends an operation again that waited for a quarter of an hour, and the PSP is asked before it is called", async () => {
    const id = await pay();
    world.queue.messages.length = 0;
    await admin.query(
      "UPDATE payments.payment_operations SET updated_at = now() - interval '16 minutes' WHERE payment_id = $1",
      [id],
    );

    assert.equal((await relay()).revived, 1);
    assert.equal((await relay()).revived, 0);
    await deliverAll();

    assert.deepEqual(world.psp.calls, ["lookup pay", "authorize pay"]);
    assert.equal((await get(id))["status"], "succeeded");
  });

  it("does nothing on a standby", async () => {
    world.queue.isAway = true;
    await age(await pay());
    world.queue.isAway = false;
    world.regionState.role = "STANDBY";

    assert.equal((await relay()).active, false);
    assert.equal(world.queue.messages.length, 0);
  });
});
