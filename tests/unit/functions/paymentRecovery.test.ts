import assert from "node:assert/strict";
import type { Client } from "pg";
import { createHandler as createIntake } from "../../../functions/intake/handler";
import type { Database } from "../../../functions/shared/database/Database";
import { DatabaseNotWritable, DatabaseUnavailable } from "../../../functions/shared/database/errors";
import { StaleEpoch } from "../../../functions/shared/payments/processOperation";
import { RegionNotActive } from "../../../functions/shared/regions/regionState";
import { recoverySetting } from "./recoverySetting";
import { OPERATION, type RecoveryWorld } from "./recoveryWorld";
import { apiEvent, newKey, parsed, type World } from "./support";

describe("payment recovery", function () {
  this.timeout(60_000);
  const { pay, ask, deliver, deliverAll, get, balance, takeOver, forget, present } = recoverySetting();
  let admin: Client;
  let world: World;
  let recovery: RecoveryWorld;
  beforeEach(() => {
    ({ admin, world, recovery } = present());
  });

  describe("whether the database takes writes", () => {
    it("says yes of one that does", async () => {
      assert.deepEqual(await recovery.invoke({ action: "databaseWritable", operation: OPERATION }), {
        writable: true,
      });
    });

    it("says no of a standby, and of one that is not there", async () => {
      const refusing = (error: Error) =>
        Object.assign(Object.create(world.database) as Database, {
          withTransaction: () => Promise.reject(error),
        });
      for (const error of [new DatabaseNotWritable(), new DatabaseUnavailable()]) {
        recovery.overrides = { database: refusing(error) };
        assert.deepEqual(await recovery.invoke({ action: "databaseWritable" }), { writable: false });
      }
    });

    it("proves it by a statement that a standby refuses", async () => {
      const readOnly = world.database.withTransaction(async (transaction) => {
        await transaction.query("SET TRANSACTION READ ONLY");
        return transaction.query("UPDATE payments.outbox SET attempts = attempts WHERE false");
      });
      await assert.rejects(readOnly, DatabaseNotWritable);
    });
  });

  describe("replay", () => {
    it("sends every operation without an outcome to this Region's queue, which asks the PSP first", async () => {
      // Prepare: the lost Region charged the first, never came to the second, and finished the third.
      const charged = await pay();
      const waiting = await pay();
      const finished = await pay();
      const [, , message] = world.queue.messages;
      await deliver([message]);
      takeOver();
      world.psp.known.set(charged, { kind: "succeeded", pspReference: "psp_before" });
      const before = world.psp.charged.length;

      // Act
      const { replayed, redriven } = await recovery.replayAll();

      // Assess
      assert.deepEqual([replayed, redriven], [2, 0]);
      assert.deepEqual(
        world.queue.messages.map((each) => [each.paymentId, each.epoch]).sort(),
        [
          [charged, 2],
          [waiting, 2],
        ].sort(),
      );
      assert.equal(await deliverAll(), 0);
      for (const id of [charged, waiting, finished]) assert.equal((await get(id))["status"], "succeeded");
      assert.deepEqual(world.psp.charged.slice(before), [waiting]);
      assert.equal(world.psp.calls.filter((call) => call.startsWith("lookup")).length, 2);
    });

    it("leaves alone what this Region has begun itself, and changes nothing when run again", async () => {
      await pay();
      takeOver();
      await recovery.replayAll();
      await deliverAll();
      const mine = await pay();

      const again = await recovery.replayAll();

      assert.deepEqual([again.replayed, again.redriven], [0, 0]);
      assert.deepEqual(
        world.queue.messages.map((each) => each.paymentId),
        [mine],
      );
    });

    it("takes the outbox's rows as sent, so that the relay does not send them again", async () => {
      world.queue.isAway = true;
      const id = await pay();
      world.queue.isAway = false;
      takeOver();

      await recovery.replayAll();

      const unsent = await admin.query(
        "SELECT 1 FROM payments.outbox WHERE payment_id = $1 AND sent_at IS NULL",
        [id],
      );
      assert.equal(unsent.rowCount, 0);
    });

    it("comes back to what the queue did not take", async () => {
      const ids = [await pay(), await pay()].sort();
      takeOver();
      const sendAll = world.queue.sendAll.bind(world.queue);
      world.queue.sendAll = (messages) => sendAll(messages.slice(0, 1));

      const first = await recovery.replay();
      world.queue.sendAll = sendAll;
      await recovery.replay(first.cursor ?? null);

      assert.deepEqual([first.done, first.replayed], [false, 1]);
      assert.deepEqual([...new Set(world.queue.messages.map((each) => each.paymentId))].sort(), ids);
    });

    it("works in no Region but the active one, and in no epoch but the operation's", async () => {
      takeOver();
      world.regionState.role = "FENCED";
      await assert.rejects(recovery.replay(), RegionNotActive);
      world.regionState.role = "ACTIVE";
      world.regionState.epoch = 4;
      await assert.rejects(recovery.replay(), StaleEpoch);
      world.regionState.epoch = 2;
      recovery.record = { ...recovery.record, operationId: "another" };
      await assert.rejects(recovery.replay(), StaleEpoch);
    });

    it("refuses a cursor that it did not give", async () => {
      takeOver();
      await assert.rejects(recovery.replay("nonsense"), { name: "InvalidAction" });
    });
  });

  describe("sessions without a row", () => {
    it("accepts the request again, with the same id, key and first answer, and charges once", async () => {
      // Prepare
      const key = newKey();
      const body = { amount: 700, currency: "SGD", payment_method: "pm_ok", metadata: { b: "1", a: "2" } };
      const call = () => createIntake(world.accepting)(apiEvent({ body, key }));
      const first = parsed(await call());
      const id = first.json["id"] as string;
      await forget(id);
      takeOver();
      // The lost Region had charged.
      world.psp.known.set(id, { kind: "succeeded", pspReference: "psp_before" });

      // Act
      const { redriven } = await recovery.replayAll();

      // Assess
      assert.equal(redriven, 1);
      assert.equal(await deliverAll(), 0);
      assert.deepEqual(world.psp.calls, ["lookup pay"]);
      const again = parsed(await call());
      assert.deepEqual(again.json, first.json);
      assert.equal(again.headers["Idempotent-Replayed"], "true");
      assert.equal((await get(id))["status"], "succeeded");
      assert.deepEqual(await balance(id), { psp_receivable: 700, merchant_payable: -700 });
    });

    it("asks the PSP before it charges what the lost Region never came to", async () => {
      const id = await pay();
      await forget(id);
      takeOver();

      await recovery.replayAll();
      await deliverAll();

      assert.deepEqual(world.psp.calls, ["lookup pay", "authorize pay"]);
      assert.equal((await get(id))["status"], "succeeded");
    });

    it("drives captures, refunds and cancellations again, after the PSP has decided what they build on", async () => {
      // Prepare: authorised, captured in part and refunded in the lost Region, of which DR knows the acceptance only.
      const id = await pay("manual");
      await deliverAll();
      const capture = (await ask("capture", id, { amount: 600 })).json["id"] as string;
      await deliverAll();
      const refund = (await ask("refund", id, { amount: 250 })).json["id"] as string;
      await deliverAll();
      const canceled = await pay("manual");
      await deliverAll();
      const cancel = (await ask("cancel", canceled)).json["id"] as string;
      await forget(id, capture, refund, canceled, cancel);
      takeOver();
      const before = world.psp.charged.length;

      // Act
      const { redriven } = await recovery.replayAll();
      await deliverAll();

      // Assess
      assert.equal(redriven, 5);
      const payment = await get(id);
      assert.deepEqual(
        [payment["status"], payment["amount_captured"], payment["amount_refunded"]],
        ["succeeded", 600, 250],
      );
      assert.equal((await get(canceled))["status"], "canceled");
      // The lost Region had not come to the cancellation.
      assert.deepEqual(world.psp.charged.slice(before), [cancel]);
      assert.deepEqual((await recovery.reconcile()).lost, []);
    });

    it("waits for a PSP that does not answer, and goes on in a further pass", async () => {
      // Prepare
      const id = await pay("manual");
      await deliverAll();
      const capture = (await ask("capture", id, { amount: 600 })).json["id"] as string;
      await deliverAll();
      await forget(id, capture);
      takeOver();
      world.psp.lookupIsSilent = true;

      // Act
      const first = await recovery.replay();
      world.psp.lookupIsSilent = false;
      const second = await recovery.replay(first.cursor ?? null);

      // Assess
      assert.deepEqual([first.redriven, first.waiting, first.done], [1, 1, false]);
      assert.deepEqual([second.redriven, second.waiting, second.done], [1, 0, true]);
    });

    it("ends after some passes, and then says what waits", async () => {
      const id = await pay("manual");
      await deliverAll();
      const capture = (await ask("capture", id, { amount: 600 })).json["id"] as string;
      await forget(id, capture);
      takeOver();
      world.psp.lookupIsSilent = true;

      const { calls } = await recovery.replayAll();
      const { lost, complete } = await recovery.reconcile();

      assert.equal(calls, 5);
      assert.equal(complete, false);
      assert.deepEqual(
        lost.map(({ operationId, action, pspStatus, reason }) => [operationId, action, pspStatus, reason]),
        [[capture, "waiting", "unknown", "psp_outcome_unknown"]],
      );
    });

    it("goes through pages of pages, and resumes in the middle of one when its time is over", async () => {
      // Prepare
      const ids = [await pay(), await pay(), await pay(), await pay()];
      await forget(...ids);
      takeOver();
      recovery.pageSize = 3;
      const ensure = world.sessions.ensure.bind(world.sessions);
      world.sessions.ensure = async (session) => {
        // Each takes so long that two are one invocation's work.
        world.clock.offsetMilliseconds += 12_000;
        return ensure(session);
      };

      // Act
      const first = await recovery.replay();
      const rest = await recovery.replay(first.cursor ?? null);

      // Assess
      assert.deepEqual([first.redriven, first.done], [2, false]);
      assert.equal(rest.redriven, 2);
      const rows = await admin.query("SELECT 1 FROM payments.payments WHERE payment_id = ANY($1)", [ids]);
      assert.equal(rows.rowCount, 4);
    });

    it("looks at nothing from before its window", async () => {
      const id = await pay();
      await forget(id);
      takeOver();
      const session = world.sessions.items.get(id)!;
      world.sessions.items.set(id, { ...session, acceptedAt: new Date(Date.now() - 32 * 60_000) });

      assert.equal((await recovery.replayAll()).redriven, 0);
    });

    it("stops at once when the Region loses its lease", async () => {
      const ids = [await pay(), await pay()];
      await forget(...ids);
      takeOver();
      const ensure = world.sessions.ensure.bind(world.sessions);
      world.sessions.ensure = async (session) => {
        world.regionState.role = "FENCED";
        return ensure(session);
      };

      await assert.rejects(recovery.replayAll(), RegionNotActive);

      const rows = await admin.query("SELECT 1 FROM payments.payments WHERE payment_id = ANY($1)", [ids]);
      assert.equal(rows.rowCount, 1);
    });

    it("never acts on a session of a later epoch", async () => {
      const id = await pay();
      await forget(id);
      takeOver();
      world.sessions.items.set(id, { ...world.sessions.items.get(id)!, epoch: 3 });

      await assert.rejects(recovery.replayAll(), { name: "MessageFromTheFuture" });
    });
  });
});
