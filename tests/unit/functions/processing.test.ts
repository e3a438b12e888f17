import assert from "node:assert/strict";
import type { Client } from "pg";
import { createHandler as createProcessor } from "../../../functions/processor/handler";
import { publishEvents } from "../../../functions/shared/payments/publishEvents";
import type { PaymentMessage } from "../../../functions/shared/queue/paymentMessage";
import { TestDatabase } from "../support/postgres";
import { actions } from "./actions";
import { addMerchants, CONTEXT, sqsEvent, World } from "./support";

/** A promise that the test resolves. */
function signal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

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

  const { pay, deliver, deliverAll, get, balance } = actions(
    () => world,
    () => admin,
  );

  it("satisfies R21: takes a payment to succeeded, with a ledger that balances and a result of its version", async () => {
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

  it("charges once and writes once when a second delivery overtakes the first", async () => {
    // Prepare: the PSP has charged, and its answer to the first delivery is on its way.
    const id = await pay();
    const [message] = world.queue.messages;
    const original = world.psp.authorize;
    const answer = signal();
    const charged = signal();
    world.psp.authorize = async (request) => {
      const outcome = await original(request);
      charged.resolve();
      await answer.promise;
      return outcome;
    };

    // Act
    const first = deliver([message]);
    await charged.promise;
    const second = await deliver([message]);
    answer.resolve();

    // Assess
    assert.deepEqual([await first, second], [0, 0]);
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

  describe("a stale writer", () => {
    /** Runs `change` while the PSP answers the question. */
    const duringLookup = (change: () => void): void => {
      const lookup = world.psp.lookup.bind(world.psp);
      world.psp.lookup = async (key) => {
        const known = await lookup(key);
        change();
        return known;
      };
    };

    it("does not call when the Region loses its lease while the PSP is asked", async () => {
      await pay();
      const [message] = world.queue.messages;
      duringLookup(() => (world.regionState.role = "FENCED"));

      assert.equal(await deliver([message], 2), 1);

      assert.deepEqual(world.psp.calls, ["lookup pay"]);
      assert.deepEqual(world.psp.charged, []);
    });

    it("does not call when the Region is active again, in a later epoch, since the message came", async () => {
      await pay();
      const [message] = world.queue.messages;
      duringLookup(() => (world.regionState.epoch = 3));

      assert.equal(await deliver([message], 2), 1);
      assert.deepEqual(world.psp.charged, []);

      // Delivered again it belongs to the new epoch, and the PSP is asked first.
      assert.equal(await deliver([message], 3), 0);
      assert.deepEqual(world.psp.calls.slice(-2), ["lookup pay", "authorize pay"]);
    });

    it("asks first for a message of an earlier epoch, also when the payment is of this one", async () => {
      world.regionState.epoch = 3;
      await pay();
      const [message] = world.queue.messages as [PaymentMessage];

      assert.equal(await deliver([{ ...message, epoch: 1 }]), 0);

      assert.deepEqual(world.psp.calls, ["lookup pay", "authorize pay"]);
    });

    it("neither calls nor writes for a payment of a later epoch, whatever its message says", async () => {
      world.regionState.epoch = 3;
      const id = await pay();
      const [message] = world.queue.messages as [PaymentMessage];
      world.regionState.epoch = 1;

      assert.equal(await deliver([{ ...message, epoch: 1 }]), 1);

      assert.deepEqual(world.psp.calls, []);
      assert.equal((await get(id))["status"], "accepted");
    });
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
});
