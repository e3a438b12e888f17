import assert from "node:assert/strict";
import type { Client } from "pg";
import type { FollowUpKind } from "../../../functions/domain/identifiers";
import { createHandler as createIntake } from "../../../functions/intake/handler";
import { createHandler as createRelay } from "../../../functions/outbox-relay/handler";
import { createHandler as createProcessor } from "../../../functions/processor/handler";
import { createHandler as createQuery } from "../../../functions/query/handler";
import { operationHandler } from "../../../functions/shared/payments/operationHandler";
import { publishEvents } from "../../../functions/shared/payments/publishEvents";
import type { PaymentMessage } from "../../../functions/shared/queue/paymentMessage";
import { TestDatabase } from "../support/postgres";
import { addMerchants, apiEvent, CONTEXT, newKey, OTHER_MERCHANT, parsed, sqsEvent, World } from "./support";

const PATHS = { capture: "capture", refund: "refunds", cancel: "cancel" } as const;

describe("processing", function () {
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

  const pay = async (
    capture_method: "automatic" | "manual" = "automatic",
    amount = 1000,
  ): Promise<string> => {
    const body = { amount, currency: "SGD", payment_method: "pm_ok", capture_method };
    const answer = parsed(await createIntake(world.accepting)(apiEvent({ body, key: newKey() })));
    assert.equal(answer.status, 202);
    return answer.json["id"] as string;
  };
  const ask = async (
    kind: FollowUpKind,
    paymentId: string,
    body?: object,
    key = newKey(),
    merchantId?: string,
  ) =>
    parsed(
      await operationHandler(
        kind,
        world.accepting,
      )(
        apiEvent({
          path: `/v1/payments/${paymentId}/${PATHS[kind]}`,
          pathParameters: { paymentId },
          key,
          ...(body && { body }),
          ...(merchantId && { merchantId }),
        }),
      ),
    );
  const deliver = async (messages: readonly unknown[], receives = 1): Promise<number> =>
    (await createProcessor(world.processing)(sqsEvent(messages, receives), CONTEXT)).batchItemFailures.length;
  const deliverAll = (receives = 1): Promise<number> => deliver(world.queue.messages.splice(0), receives);
  const get = async (paymentId: string) =>
    parsed(
      await createQuery(world.accepting)(
        apiEvent({ method: "GET", path: `/v1/payments/${paymentId}`, pathParameters: { paymentId } }),
      ),
    ).json;
  const balance = async (paymentId: string): Promise<Record<string, number>> => {
    const found = await admin.query<{ type: string; total: string }>(
      `SELECT a.type, sum(e.amount) AS total FROM payments.ledger_entries e JOIN payments.ledger_accounts a USING (account_id)
        WHERE payment_id = $1 GROUP BY a.type HAVING sum(e.amount) <> 0`,
      [paymentId],
    );
    return Object.fromEntries(found.rows.map(({ type, total }) => [type, Number(total)]));
  };

  it("takes a payment to succeeded, with a ledger that balances and a result of its version", async () => {
    // Prepare
    const id = await pay();

    // Act
    const failures = await deliverAll();

    // Assess
    assert.equal(failures, 0);
    const payment = await get(id);
    assert.equal(payment["status"], "succeeded");
    assert.equal(payment["amount_captured"], 1000);
    assert.deepEqual(await balance(id), { psp_receivable: 1000, merchant_payable: -1000 });
    assert.deepEqual(
      world.results.stream.map(({ eventType, status, version }) => ({ eventType, status, version })),
      [{ eventType: "payment.authorized", status: "succeeded", version: 3 }],
    );
    assert.equal(world.sessions.items.get(id)?.status, "succeeded");
    assert.deepEqual(world.psp.calls, ["authorize pay"]);
  });

  it("charges once and writes once when the queue delivers a message twice", async () => {
    const id = await pay();
    const [message] = world.queue.messages;

    await deliver([message]);
    await deliver([message], 2);

    assert.equal(world.psp.charges, 1);
    assert.equal(world.results.stream.length, 1);
    assert.deepEqual(await balance(id), { psp_receivable: 1000, merchant_payable: -1000 });
  });

  it("charges once and writes once when both deliveries run at the same time", async () => {
    const id = await pay();
    const [message] = world.queue.messages;

    await Promise.all([deliver([message]), deliver([message])]);

    assert.deepEqual(world.psp.charged, [id]);
    assert.equal(world.results.stream.length, 1);
    assert.deepEqual(await balance(id), { psp_receivable: 1000, merchant_payable: -1000 });
  });

  it("asks the PSP at once after a time-out and books what it says", async () => {
    world.psp.behaviour = "silent_after_charge";
    const id = await pay();

    const failures = await deliverAll();

    assert.equal(failures, 0);
    assert.deepEqual(world.psp.calls, ["authorize pay", "lookup pay"]);
    assert.equal((await get(id))["status"], "succeeded");
  });

  it("charges once when the answer and the question are both lost, and the message comes again", async () => {
    // Prepare: the charge went through, and nobody knows.
    const id = await pay();
    const [message] = world.queue.messages;
    world.psp.behaviour = "silent_after_charge";
    world.psp.lookupIsSilent = true;

    // Act
    const first = await deliver([message]);
    world.psp.lookupIsSilent = false;
    const second = await deliver([message], 2);

    // Assess
    assert.deepEqual([first, second], [1, 0]);
    assert.equal(world.psp.charges, 1);
    assert.equal((await get(id))["status"], "succeeded");
  });

  it("asks before it calls again, and calls again only for what the PSP does not know", async () => {
    const id = await pay();
    const [message] = world.queue.messages;
    world.psp.behaviour = "silent_before_charge";

    assert.equal(await deliver([message]), 1);
    world.psp.behaviour = "ok";
    assert.equal(await deliver([message], 2), 0);

    assert.deepEqual(world.psp.calls, ["authorize pay", "lookup pay", "lookup pay", "authorize pay"]);
    assert.equal((await get(id))["status"], "succeeded");
  });

  it("never calls again once the PSP may have forgotten its key", async () => {
    await pay();
    const [message] = world.queue.messages;
    world.psp.behaviour = "silent_before_charge";
    await deliver([message]);
    world.psp.behaviour = "ok";
    world.clock.offsetMilliseconds = 23 * 3_600_000 + 60_000;

    assert.equal(await deliver([message], 2), 1);

    assert.equal(world.psp.charges, 1);
  });

  it("asks the PSP first for an operation of an earlier epoch, though this Region never called", async () => {
    const id = await pay();
    const [message] = world.queue.messages;
    // The Region that was active before charged, and its note was lost with it.
    world.psp.known.set(id, { kind: "succeeded", pspReference: "psp_before" });
    world.regionState.epoch = 2;

    await deliver([message]);

    assert.deepEqual(world.psp.calls, ["lookup pay"]);
    assert.equal((await get(id))["status"], "succeeded");
  });

  it("fails a declined payment with the PSP's reason and takes its promise off the ledger", async () => {
    world.psp.behaviour = "declined";
    const id = await pay();

    await deliverAll();

    const payment = await get(id);
    assert.equal(payment["status"], "failed");
    assert.deepEqual(payment["failure"], { code: "card_declined", message: "The card was declined." });
    assert.deepEqual(await balance(id), {});
    assert.equal(world.results.items.get(id)?.failureCode, "card_declined");
  });

  it("calls nobody and writes nothing on a standby, nor for a message of a later epoch", async () => {
    const id = await pay();
    const [message] = world.queue.messages as [PaymentMessage];

    world.regionState.role = "FENCED";
    assert.equal(await deliver([message]), 1);
    world.regionState.role = "ACTIVE";
    assert.equal(await deliver([{ ...message, epoch: 9 }]), 1);

    assert.deepEqual(world.psp.calls, []);
    assert.equal((await get(id))["status"], "accepted");
  });

  it("does not call when the Region loses its role while the database answers", async () => {
    await pay();
    const [message] = world.queue.messages;
    let reads = 0;
    const requireActive = world.regionState.requireActive.bind(world.regionState);
    world.regionState.requireActive = async () => {
      reads += 1;
      if (reads === 2) world.regionState.role = "FENCED";
      return requireActive();
    };

    assert.equal(await deliver([message]), 1);

    assert.deepEqual(world.psp.calls, []);
  });

  it("reports only the bad messages of a batch, and logs nothing of them", async () => {
    const good = await pay();
    const messages = world.queue.messages.splice(0);
    const card = "4111111111111111";

    const response = await createProcessor(world.processing)(
      sqsEvent([`{"note":"${card}`, { type: "payment.authorize", card }, ...messages]),
      CONTEXT,
    );

    assert.deepEqual(
      response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
      ["sqs-0", "sqs-1"],
    );
    assert.equal((await get(good))["status"], "succeeded");
    assert.doesNotMatch(world.log.lines.join(), new RegExp(card));
  });

  it("leaves a pending operation to the PSP's notification", async () => {
    world.psp.behaviour = "pending";
    const id = await pay();
    const [message] = world.queue.messages as [PaymentMessage];
    assert.equal(await deliver([message]), 0);
    assert.equal((await get(id))["status"], "processing");
    world.psp.known.set(id, { kind: "succeeded", pspReference: "psp_late" });

    await deliver([{ ...message, type: "psp.notification", messageId: "ntf_00000001" }]);

    assert.equal((await get(id))["status"], "succeeded");
    assert.equal(world.psp.charges, 1);
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

  it("accepts at most one of two captures at once that together exceed the payment", async () => {
    const id = await pay("manual");
    await deliverAll();

    const answers = await Promise.all([1, 2, 3].map(() => ask("capture", id, { amount: 700 })));

    assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 422, 422]);
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

  describe("results", () => {
    it("brings the message back when the results table is away, and never calls the PSP again for it", async () => {
      const id = await pay();
      const [message] = world.queue.messages;
      world.results.failures = 1;

      assert.equal(await deliver([message]), 1);
      assert.equal(await deliver([message], 2), 0);

      assert.equal(world.psp.calls.length, 1);
      assert.equal(world.results.items.get(id)?.status, "succeeded");
    });

    it("publishes an event once, whoever carries it", async () => {
      const id = await pay();
      await deliverAll();

      assert.equal(await publishEvents(world.database, world.results, id), 0);
      assert.equal(world.results.stream.length, 1);
    });
  });

  describe("outbox relay", () => {
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

    it("sends each message once when two relays run at the same time", async () => {
      world.queue.isAway = true;
      for (let n = 0; n < 5; n += 1) await age(await pay());
      world.queue.isAway = false;

      const reports = await Promise.all([relay(), relay()]);

      assert.equal(
        reports.reduce((sum, { sent }) => sum + sent, 0),
        5,
      );
      assert.equal(
        new Set(world.queue.messages.map(({ messageId }) => messageId)).size,
        world.queue.messages.length,
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
});
