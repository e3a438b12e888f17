import assert from "node:assert/strict";
import { createHandler } from "../../../functions/synthetic-payment/handler";
import { PaymentsApi } from "../../../functions/synthetic-payment/PaymentsApi";
import { OPERATION } from "./recoveryWorld";
import { TestClock, TestLog, TestMetrics } from "./support";

const API_KEY = `mk_test_${"k".repeat(43)}`;
const PAYMENT_ID = `pay_${"a".repeat(26)}`;
const payment = (status: string) => ({ id: PAYMENT_ID, object: "payment", status, epoch: 2 });

interface Request {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

describe("synthetic payment", () => {
  let clock: TestClock;
  let log: TestLog;
  let requests: Request[];
  /** Answers in their order; the last one goes on. Undefined: none. */
  let answers: ([number, unknown] | undefined)[];
  let keys: string[];

  beforeEach(() => {
    clock = new TestClock();
    log = new TestLog();
    requests = [];
    keys = [API_KEY];
    answers = [
      [202, payment("accepted")],
      [200, payment("succeeded")],
    ];
  });

  const fetch = (async (url: string, init: RequestInit) => {
    const { method = "", body } = init;
    requests.push({
      url,
      method,
      headers: init.headers as Record<string, string>,
      body: body as string | undefined,
    });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined) throw new TypeError("fetch failed");
    return Promise.resolve(new Response(JSON.stringify(answer[1]), { status: answer[0] }));
  }) as typeof globalThis.fetch;
  const pay = (event: object = {}) =>
    createHandler({
      api: new PaymentsApi("https://api-apse2.payments.test/", fetch),
      secret: {
        read: (options) =>
          Promise.resolve({ merchantId: "mer_synthetic", apiKey: keys[options?.fresh ? 1 : 0] ?? keys[0]! }),
      },
      clock,
      log,
      metrics: new TestMetrics(),
      pause: (milliseconds) => {
        clock.offsetMilliseconds += milliseconds;
        return Promise.resolve();
      },
    })({ action: "pay", operation: OPERATION, ...event });

  it("pays the smallest amount through the Region's own API and follows it to its end", async () => {
    answers.splice(1, 0, [200, payment("processing")]);

    const result = await pay();

    assert.deepEqual([result.paymentId, result.status, result.epoch], [PAYMENT_ID, "succeeded", 2]);
    assert.ok(result.latencyMs >= 1_000 && result.latencyMs < 2_000);
    assert.deepEqual(
      requests.map(({ method, url }) => [method, url]),
      [
        ["POST", "https://api-apse2.payments.test/v1/payments"],
        ["GET", `https://api-apse2.payments.test/v1/payments/${PAYMENT_ID}`],
        ["GET", `https://api-apse2.payments.test/v1/payments/${PAYMENT_ID}`],
      ],
    );
    assert.equal((JSON.parse(requests[0]?.body ?? "") as { amount: number }).amount, 1);
  });

  it("pays once for an operation and attempt, and again for the next attempt", async () => {
    answers = [[200, payment("succeeded")]];

    await pay();
    await pay({ attempt: 1 });
    await pay({ attempt: 2 });

    const [first, same, next] = requests.map(({ headers }) => headers["Idempotency-Key"]);
    assert.equal(first, same);
    assert.notEqual(first, next);
    assert.match(first ?? "", /^[A-Za-z0-9._:-]{8,255}$/);
  });

  it("repeats with the same key while the Region has no answer or asks for patience", async () => {
    answers = [
      undefined,
      [503, { code: "region_standby" }],
      [409, { code: "request_in_flight" }],
      ...answers,
    ];

    assert.equal((await pay()).status, "succeeded");

    const posted = requests.filter(({ method }) => method === "POST");
    assert.equal(posted.length, 4);
    assert.equal(new Set(posted.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
  });

  it("reads a rotated key once", async () => {
    keys = ["an old key of the merchant", API_KEY];
    answers.unshift([401, { code: "unauthorized" }]);
    assert.equal((await pay()).status, "succeeded");

    answers = [[401, { code: "unauthorized" }]];
    await assert.rejects(pay(), { name: "SyntheticPaymentFailed" });
  });

  for (const [what, given] of [
    ["fails", [[202, payment("failed")]]],
    ["is refused", [[422, { code: "field_invalid" }]]],
    ["is answered with something else", [[200, { hello: "world" }]]],
    [
      "does not end in time",
      [
        [202, payment("accepted")],
        [200, payment("processing")],
      ],
    ],
    ["is never answered", [undefined]],
  ] as const) {
    it(`says so when the payment ${what}`, async () => {
      answers = [...given] as typeof answers;

      await assert.rejects(pay(), { name: "SyntheticPaymentFailed" });

      assert.ok(clock.offsetMilliseconds <= 22_000);
      assert.doesNotMatch(log.lines.join(), new RegExp(API_KEY));
    });
  }

  it("knows no other action", async () => {
    await assert.rejects(pay({ action: "refund" }), { name: "InvalidAction" });
  });
});
