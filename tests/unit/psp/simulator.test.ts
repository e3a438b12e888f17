import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as httpsRequest, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PSP_SIGNATURE_HEADER, verifyNotification } from "../../../functions/domain";
import { HttpPaymentServiceProvider } from "../../../functions/shared/psp/HttpPaymentServiceProvider";
import { pspNotification, type PspNotification } from "../../../functions/shared/psp/notification";
import type { AuthorizeRequest } from "../../../functions/shared/psp/PaymentServiceProvider";
import { startPspSimulator, type PspSimulator, type PspSimulatorOptions } from "../../../local/psp";
import { makePki } from "../postgres/support";

const API_KEY = "psp-key";
const NOTIFICATION_KEY = "psp-notification-key";
const PAYMENT = `pay_${"a".repeat(26)}`;

interface LedgerPage {
  readonly entries: {
    idempotencyKey: string;
    kind: string;
    status: string;
    captured: boolean;
    amount: number;
  }[];
}

describe("PSP simulator and its adapter", () => {
  const directory = mkdtempSync(join(tmpdir(), "payments-psp-"));
  const stateFile = join(directory, "psp.jsonl");
  const offset = { milliseconds: 0 };
  const clock = { now: () => new Date(Date.now() + offset.milliseconds) };
  let tls: { cert: string; key: string; ca: string };
  let simulator: PspSimulator;
  let sequence = 0;

  const start = async (options: Partial<PspSimulatorOptions> = {}) => {
    simulator = await startPspSimulator({
      port: 0,
      tls,
      stateFile,
      apiKey: API_KEY,
      notificationKey: NOTIFICATION_KEY,
      settleMilliseconds: 20,
      clock,
      ...options,
    });
  };
  const call = (
    method: string,
    path: string,
    body?: unknown,
    key = API_KEY,
  ): Promise<{ status: number; json: unknown }> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const headers = { Authorization: `Bearer ${key}` };
      const request = httpsRequest(`${simulator.url}${path}`, { method, ca: tls.ca, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, json: JSON.parse(Buffer.concat(chunks).toString()) }),
        );
      });
      request.on("error", reject);
      request.end(text);
    });
  /** fetch with our own CA, as NODE_EXTRA_CA_CERTS gives it to a function. */
  const fetchWithCa: typeof fetch = (input, init) =>
    new Promise((resolve, reject) => {
      const request = httpsRequest(
        input as string,
        {
          method: init?.method,
          headers: init?.headers as Record<string, string>,
          ca: tls.ca,
          signal: init?.signal ?? undefined,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () =>
            resolve(new Response(Buffer.concat(chunks), { status: response.statusCode ?? 0 })),
          );
        },
      );
      request.on("error", reject);
      request.end(init?.body);
    });
  const provider = (timeoutMilliseconds = 300, apiKey = API_KEY) =>
    new HttpPaymentServiceProvider({
      baseUrl: simulator.url,
      apiKey,
      timeoutMilliseconds,
      fetch: fetchWithCa,
    });
  const authorization = (
    paymentMethod: string,
    change: Partial<AuthorizeRequest> = {},
  ): AuthorizeRequest => ({
    idempotencyKey: `pay_${String(++sequence).padStart(26, "0").replaceAll("0", "a").replaceAll("1", "b").replaceAll("8", "c").replaceAll("9", "d")}`,
    paymentId: PAYMENT,
    amount: 1999,
    currency: "SGD",
    paymentMethod,
    capture: true,
    ...change,
  });
  const effects = async (idempotencyKey: string) =>
    ((await call("GET", "/ledger")).json as LedgerPage).entries.filter(
      (entry) => entry.idempotencyKey === idempotencyKey && entry.kind !== "settlement",
    );

  before(async () => {
    const files = await makePki(directory);
    const read = (file: string) => readFileSync(file, "utf8");
    tls = { cert: read(files.certFile), key: read(files.keyFile), ca: read(files.caFile) };
    await start();
  });
  after(async () => {
    await simulator.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(async () => {
    offset.milliseconds = 0;
    await call("PUT", "/faults", {});
  });

  it("charges once, and repeats its answer for the same key", async () => {
    const request = authorization("pm_ok");
    const first = await provider().authorize(request);
    assert.equal(first.kind, "succeeded");
    assert.deepEqual(await provider().authorize(request), first);
    assert.deepEqual(await provider().lookup(request.idempotencyKey), first);
    assert.equal((await effects(request.idempotencyKey)).length, 1);
  });

  it("lists what it performed since a time, a page at a time, each as it stands now", async () => {
    // Prepare
    offset.milliseconds = 60_000;
    const from = clock.now();
    const requests = Array.from({ length: 101 }, (_, index) =>
      authorization(index === 0 ? "pm_async_ok" : index === 1 ? "pm_declined" : "pm_ok"),
    );
    for (const request of requests) await provider(5_000).authorize(request);
    await sleep(100);

    // Act
    const first = await provider().performedSince(from);
    const second = await provider().performedSince(from, first.kind === "page" ? first.next : "");

    // Assess
    assert.ok(first.kind === "page" && second.kind === "page");
    const performed = [...first.performed, ...second.performed];
    assert.deepEqual(
      performed.map(({ operationId }) => operationId),
      requests.map(({ idempotencyKey }) => idempotencyKey),
    );
    assert.deepEqual(
      performed.slice(0, 3).map(({ status }) => status),
      ["succeeded", "declined", "succeeded"],
    );
    assert.deepEqual([first.performed.length, second.next], [100, undefined]);
    assert.ok(performed.every(({ paymentId, performedAt }) => paymentId === PAYMENT && performedAt >= from));
  });

  it("gives no journal to who has no key, nor while it is down", async () => {
    assert.deepEqual(await provider(300, "wrong").performedSince(new Date()), {
      kind: "unknown",
      reason: "rejected",
    });
    await call("PUT", "/faults", { down: true });
    assert.deepEqual(await provider().performedSince(new Date()), { kind: "unknown", reason: "connection" });
  });

  it("charges once when the same key comes many times at once", async () => {
    const request = authorization("pm_slow");
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => provider(5_000).authorize(request)));
    assert.equal(outcomes.filter(({ kind }) => kind === "succeeded").length, 1);
    assert.ok(
      outcomes.every(
        (outcome) =>
          outcome.kind === "succeeded" || (outcome.kind === "unknown" && outcome.reason === "in_flight"),
      ),
    );
    assert.equal((await effects(request.idempotencyKey)).length, 1);
  });

  for (const [token, code] of [
    ["pm_declined", "card_declined"],
    ["pm_insufficient_funds", "insufficient_funds"],
    ["pm_expired_card", "expired_card"],
    ["pm_no_such_token", "unknown_payment_method"],
  ] as const) {
    it(`declines ${token} with ${code}`, async () => {
      const outcome = await provider().authorize(authorization(token));
      assert.equal(outcome.kind, "declined");
      assert.ok(outcome.kind === "declined" && outcome.failure.code === code);
    });
  }

  for (const [token, first, found, second] of [
    ["pm_timeout_then_ok", "unknown", "succeeded", "succeeded"],
    ["pm_timeout_then_declined", "unknown", "declined", "declined"],
    ["pm_timeout_lost", "unknown", "not_found", "succeeded"],
    ["pm_timeout_always", "unknown", "not_found", "unknown"],
    ["pm_error_then_ok", "unknown", "not_found", "succeeded"],
    ["pm_error_after_ok", "unknown", "succeeded", "succeeded"],
  ] as const) {
    it(`${token}: the first call is ${first}, the look-up says ${found}, a repeat ${second}, charged at most once`, async () => {
      const request = authorization(token);
      assert.equal((await provider().authorize(request)).kind, first);
      assert.equal((await provider().lookup(request.idempotencyKey)).kind, found);
      assert.equal((await provider().authorize(request)).kind, second);
      assert.ok((await effects(request.idempotencyKey)).length <= 1);
    });
  }

  it("captures in parts, refunds, and refuses more than there is", async () => {
    const authorised = await provider().authorize(authorization("pm_ok", { capture: false }));
    assert.ok(authorised.kind === "succeeded");
    const followUp = (key: string, amount: number) => ({
      idempotencyKey: key,
      paymentId: PAYMENT,
      currency: "SGD",
      amount,
      pspReference: authorised.pspReference,
    });
    assert.equal((await provider().capture(followUp("cap_key_1", 1000))).kind, "succeeded");
    assert.equal((await provider().capture(followUp("cap_key_2", 1000))).kind, "rejected");
    assert.equal((await provider().capture(followUp("cap_key_3", 999))).kind, "succeeded");
    assert.equal((await provider().refund(followUp("ref_key_1", 2000))).kind, "rejected");
    assert.equal((await provider().refund(followUp("ref_key_2", 1999))).kind, "succeeded");
    const { pspReference } = authorised;
    assert.equal(
      (await provider().cancel({ idempotencyKey: "can_key_1", paymentId: PAYMENT, pspReference })).kind,
      "rejected",
    );
  });

  it("cancels an authorisation, after which nothing can be captured", async () => {
    const authorised = await provider().authorize(authorization("pm_ok", { capture: false }));
    assert.ok(authorised.kind === "succeeded");
    const { pspReference } = authorised;
    assert.equal(
      (await provider().cancel({ idempotencyKey: "can_key_2", paymentId: PAYMENT, pspReference })).kind,
      "succeeded",
    );
    const capture = {
      idempotencyKey: "cap_key_4",
      paymentId: PAYMENT,
      currency: "SGD",
      amount: 1,
      pspReference,
    };
    assert.equal((await provider().capture(capture)).kind, "rejected");
    assert.equal(
      (await provider().capture({ ...capture, idempotencyKey: "cap_key_5", pspReference: "psp_no" })).kind,
      "rejected",
    );
    assert.equal(
      (await provider().capture({ ...capture, idempotencyKey: "cap_key_6", currency: "EUR" })).kind,
      "rejected",
    );
  });

  it("refuses another request with the same key, a wrong API key and a card number", async () => {
    const request = authorization("pm_ok");
    await provider().authorize(request);
    assert.equal((await provider().authorize({ ...request, amount: 1 })).kind, "rejected");
    assert.equal((await provider(300, "wrong").authorize(authorization("pm_ok"))).kind, "rejected");
    assert.equal((await call("GET", "/ledger", undefined, "wrong")).status, 401);
    const outcome = await provider().authorize(authorization("4111111111111111"));
    assert.ok(outcome.kind === "rejected" && outcome.failure.code === "pan_not_allowed");
    assert.ok(!readFileSync(stateFile, "utf8").includes("4111"));
  });

  it("forgets a key after 24 hours, and then charges again", async () => {
    const request = authorization("pm_ok");
    const first = await provider().authorize(request);
    offset.milliseconds = 25 * 3_600_000;
    assert.equal((await provider().lookup(request.idempotencyKey)).kind, "not_found");
    assert.notDeepEqual(await provider().authorize(request), first);
    assert.equal((await effects(request.idempotencyKey)).length, 2);
  });

  it("takes no operation while it is down, nor while it times out", async () => {
    const request = authorization("pm_ok");
    await call("PUT", "/faults", { down: true });
    assert.deepEqual(await provider().authorize(request), { kind: "unknown", reason: "connection" });
    assert.equal((await provider().lookup(request.idempotencyKey)).kind, "unknown");
    await call("PUT", "/faults", { timeouts: true });
    assert.deepEqual(await provider().authorize(request), { kind: "unknown", reason: "timeout" });
    assert.equal((await provider().lookup(request.idempotencyKey)).kind, "not_found");
    assert.equal((await call("PUT", "/faults", { downn: true })).status, 400);
  });

  it("remembers everything over a restart, and drops a line that a kill cut", async () => {
    const request = authorization("pm_timeout_lost");
    const kept = authorization("pm_ok");
    await provider().authorize(request);
    const first = await provider().authorize(kept);
    await simulator.stop();
    appendFileSync(stateFile, '{"type":"effect","sequ');
    await start();
    assert.deepEqual(await provider().authorize(kept), first);
    assert.equal((await provider().authorize(request)).kind, "succeeded");
    assert.equal((await effects(kept.idempotencyKey)).length, 1);
  });

  describe("notifications", () => {
    const received: { notification: PspNotification; body: Buffer; signature: string }[] = [];
    let receiver: Server;
    let answer = 200;

    before(async () => {
      receiver = createServer({ cert: tls.cert, key: tls.key }, (request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          const body = Buffer.concat(chunks);
          const signature = request.headers[PSP_SIGNATURE_HEADER] as string;
          if (answer === 200)
            received.push({
              notification: pspNotification.parse(JSON.parse(body.toString())),
              body,
              signature,
            });
          response.writeHead(answer).end();
          answer = 200;
        });
      });
      await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
      const { port } = receiver.address() as AddressInfo;
      const target = { url: "https://localhost/v1/notifications/psp", connect: { host: "127.0.0.1", port } };
      assert.equal((await call("PUT", "/notification-target", target)).status, 200);
    });
    after(() => {
      receiver.close();
      receiver.closeAllConnections();
    });

    const arrival = async (operationId: string) => {
      for (let tried = 0; tried < 100; tried += 1) {
        const found = received.find(({ notification }) => notification.operation_id === operationId);
        if (found) return found;
        await sleep(20);
      }
      assert.fail("no notification came");
    };

    for (const [token, type, outcome] of [
      ["pm_async_ok", "operation.succeeded", "succeeded"],
      ["pm_async_declined", "operation.declined", "declined"],
    ] as const) {
      it(`${token} is pending, then ${outcome} by a signed notification`, async () => {
        const request = authorization(token);
        assert.equal((await provider().authorize(request)).kind, "pending");
        const { notification, body, signature } = await arrival(request.idempotencyKey);
        assert.equal(notification.type, type);
        assert.equal(notification.merchant_reference, PAYMENT);
        verifyNotification([NOTIFICATION_KEY], body, signature, new Date());
        assert.equal((await provider().lookup(request.idempotencyKey)).kind, outcome);
      });
    }

    it("are sent again, with the same id, until they are taken", async () => {
      answer = 503;
      const request = authorization("pm_async_ok");
      await provider().authorize(request);
      await arrival(request.idempotencyKey);
    });

    it("go where DNS says at each try, so that they follow a failover", async () => {
      const { port } = receiver.address() as AddressInfo;
      const dns = await dnsServer(["127.0.0.9", "127.0.0.1"]);
      const target = { url: "https://localhost/v1/notifications/psp", connect: { port, dns: dns.address } };
      assert.equal((await call("PUT", "/notification-target", target)).status, 200);
      try {
        const request = authorization("pm_async_ok");
        await provider().authorize(request);
        await arrival(request.idempotencyKey);
        assert.equal(dns.questions(), 2, "the first address takes no connection, the second one does");
      } finally {
        dns.close();
        const { status } = await call("PUT", "/notification-target", {
          ...target,
          connect: { host: "127.0.0.1", port },
        });
        assert.equal(status, 200);
      }
    });

    it("of what was pending at a stop follow after the start", async () => {
      const request = authorization("pm_async_ok");
      await simulator.stop();
      await start({ settleMilliseconds: 60_000 });
      await provider().authorize(request);
      await simulator.stop();
      await start();
      await arrival(request.idempotencyKey);
    });
  });
});

describe("PSP adapter", () => {
  const answering = (status: number, body: string) =>
    new HttpPaymentServiceProvider({
      baseUrl: "https://psp.example/",
      apiKey: "k",
      fetch: async () => new Response(body, { status }),
    });
  const request = {
    idempotencyKey: "pay_key_1",
    paymentId: PAYMENT,
    amount: 1,
    currency: "SGD",
    paymentMethod: "pm_ok",
    capture: true,
  };

  it("speaks https only", () => {
    assert.throws(
      () => new HttpPaymentServiceProvider({ baseUrl: "http://psp.example", apiKey: "k" }),
      TypeError,
    );
  });

  for (const [name, status, body, outcome] of [
    ["text that is no JSON", 200, "<html>", { kind: "unknown", reason: "malformed_answer" }],
    [
      "a status it does not know",
      200,
      '{"id":"x","status":"maybe"}',
      { kind: "unknown", reason: "malformed_answer" },
    ],
    ["an oversized answer", 200, `"${"x".repeat(70_000)}"`, { kind: "unknown", reason: "malformed_answer" }],
    ["a server error", 502, "bad gateway", { kind: "unknown", reason: "server_error" }],
    ["throttling", 429, "{}", { kind: "unknown", reason: "server_error" }],
    [
      "a refusal without words",
      400,
      "{}",
      {
        kind: "rejected",
        status: 400,
        failure: { code: "psp_rejected", message: "The PSP refused the request." },
      },
    ],
    [
      "a decline without words",
      201,
      '{"id":"x","status":"declined"}',
      {
        kind: "declined",
        pspReference: "x",
        failure: { code: "declined", message: "The payment was declined." },
      },
    ],
  ] as const) {
    it(`takes ${name} for ${outcome.kind}`, async () => {
      assert.deepEqual(await answering(status, body).authorize(request), outcome);
    });
  }

  it("believes only the PSP's own words that it does not know an operation", async () => {
    assert.deepEqual(await answering(404, "<html>not found</html>").lookup("k"), {
      kind: "unknown",
      reason: "malformed_answer",
    });
    assert.deepEqual(await answering(404, '{"code":"operation_not_found","message":"no"}').lookup("k"), {
      kind: "not_found",
    });
  });
});

/** Answers every question with an A record, of the given addresses in turn; the last one stays. */
async function dnsServer(addresses: readonly string[]) {
  const socket = createSocket("udp4");
  let questions = 0;
  socket.on("message", (query, { address, port }) => {
    const chosen = addresses[Math.min(questions, addresses.length - 1)]!;
    questions += 1;
    const end = query.indexOf(0, 12) + 5;
    const header = Buffer.from([query[0]!, query[1]!, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
    // A pointer to the question's name, type A, class IN, TTL 10 s, four bytes.
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 10, 0, 4, ...chosen.split(".").map(Number)]);
    socket.send(Buffer.concat([header, query.subarray(12, end), record]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    address: { address: "127.0.0.1", port: socket.address().port },
    questions: () => questions,
    close: () => socket.close(),
  };
}
