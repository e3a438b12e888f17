import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { Client } from "pg";
import { createHandler as createIntake } from "../../../functions/intake/handler";
import { createHandler as createProcessor } from "../../../functions/processor/handler";
import { createHandler as createReceiver } from "../../../functions/psp-notification/handler";
import { findPayment } from "../../../functions/shared/repositories/payments";
import { HttpPaymentServiceProvider } from "../../../functions/shared/psp/HttpPaymentServiceProvider";
import { startPspSimulator, type PspSimulator } from "../../../local/psp";
import { makePki } from "../postgres/support";
import { TestDatabase } from "../support/postgres";
import { addMerchants, albEvent, apiEvent, CONTEXT, newKey, parsed, sqsEvent, World } from "./support";

const SECRET = { apiKey: "psp-api-key", notificationKey: "psp-notification-key-1" };

/** Deliveries after which a payment must be final, as the queue allows before its dead-letter queue. */
const MAX_DELIVERIES = 4;

describe("payments against the PSP simulator", function () {
  this.timeout(60_000);
  const postgres = new TestDatabase();
  const directory = mkdtempSync(join(tmpdir(), "payments-psp-"));
  const trusted = getCACertificates("default");
  let admin: Client;
  let world: World;
  let simulator: PspSimulator;
  let receiver: Server;

  before(async () => {
    const files = await makePki(directory);
    const ca = readFileSync(files.caFile, "utf8");
    const tls = { cert: readFileSync(files.certFile, "utf8"), key: readFileSync(files.keyFile, "utf8"), ca };
    setDefaultCACertificates([...trusted, ca]);
    await postgres.start();
    await postgres.migrate();
    admin = await postgres.client();
    await addMerchants(admin);
    receiver = createServer(tls, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const event = albEvent({
          path: request.url ?? "",
          body: Buffer.concat(chunks).toString(),
          headers: request.headers as Record<string, string>,
        });
        void createReceiver({ ...world.accepting, secret: { read: async () => SECRET } })(event).then(
          (answer) => response.writeHead(answer.statusCode).end(answer.body),
        );
      });
    });
    await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
    const url = `https://127.0.0.1:${(receiver.address() as AddressInfo).port}/v1/notifications/psp`;
    simulator = await startPspSimulator({
      port: 0,
      tls,
      stateFile: join(directory, "psp.jsonl"),
      ...SECRET,
      settleMilliseconds: 50,
      notificationTarget: { url },
    });
  });
  beforeEach(() => {
    world = new World(postgres.database());
  });
  afterEach(() => world.database.close());
  after(async () => {
    setDefaultCACertificates(trusted);
    await simulator.stop();
    receiver.closeAllConnections();
    receiver.close();
    await admin.end();
    await postgres.stop();
    rmSync(directory, { recursive: true });
  });

  const pay = async (token: string): Promise<string> => {
    const body = { amount: 1999, currency: "SGD", payment_method: token };
    return parsed(await createIntake(world.accepting)(apiEvent({ body, key: newKey() }))).json[
      "id"
    ] as string;
  };
  /** What the queue does: brings every message back until it is done. */
  const runQueue = async (): Promise<void> => {
    const psp = new HttpPaymentServiceProvider({
      baseUrl: simulator.url,
      apiKey: SECRET.apiKey,
      timeoutMilliseconds: 300,
    });
    const process = createProcessor({ ...world.processing, psp });
    for (const message of world.queue.messages.splice(0)) {
      for (let receive = 1; receive <= MAX_DELIVERIES; receive += 1) {
        const { batchItemFailures } = await process(sqsEvent([message], receive), CONTEXT);
        if (batchItemFailures.length === 0) break;
      }
    }
  };
  const statusOf = async (id: string): Promise<string | undefined> =>
    (await findPayment(world.database, id))?.state.status;
  /** Authorisations in the PSP's own books that took this payment's money. */
  const charges = (id: string): number =>
    readFileSync(join(directory, "psp.jsonl"), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { kind?: string; merchantReference?: string; status?: string })
      .filter(
        ({ kind, merchantReference, status }) =>
          kind === "authorization" && merchantReference === id && status === "succeeded",
      ).length;

  for (const [token, status, charged] of [
    ["pm_ok", "succeeded", 1],
    ["pm_declined", "failed", 0],
    ["pm_not_known_to_anyone", "failed", 0],
    ["pm_timeout_then_ok", "succeeded", 1],
    ["pm_timeout_then_declined", "failed", 0],
    ["pm_timeout_lost", "succeeded", 1],
    ["pm_timeout_always", "processing", 0],
    ["pm_error_then_ok", "succeeded", 1],
    ["pm_error_after_ok", "succeeded", 1],
  ] as const) {
    it(`takes ${token} to ${status}, charged ${charged === 1 ? "once" : "never"}`, async () => {
      const id = await pay(token);

      await runQueue();

      assert.equal(await statusOf(id), status);
      assert.equal(charges(id), charged);
    });
  }

  for (const [token, status] of [
    ["pm_async_ok", "succeeded"],
    ["pm_async_declined", "failed"],
  ] as const) {
    it(`takes ${token} to ${status} when the PSP's notification arrives`, async () => {
      const id = await pay(token);
      await runQueue();
      assert.equal(await statusOf(id), "processing");

      for (let waited = 0; world.queue.messages.length === 0 && waited < 200; waited += 1) {
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      await runQueue();

      assert.equal(await statusOf(id), status);
    });
  }
});
