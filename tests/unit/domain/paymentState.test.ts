import assert from "node:assert/strict";
import fc from "fast-check";
import {
  acceptedPayment,
  applyEvent,
  balanceByCurrency,
  capturableAmount,
  CHART_OF_ACCOUNTS,
  FINAL_STATUSES,
  ledgerAccountId,
  ledgerEntriesFor,
  PAYMENT_STATUSES,
  PUBLIC_EVENT_NAMES,
  publicEventType,
  refundableAmount,
  TransitionError,
  type LedgerAccountType,
  type LedgerEntry,
  type PaymentEvent,
  type PaymentState,
} from "../../../functions/domain";

const failure = { code: "card_declined", message: "The card was declined." };
const AUTHORIZED: readonly PaymentEvent[] = [
  { type: "processing_started" },
  { type: "authorization_succeeded" },
];
const after = (state: PaymentState, ...events: readonly PaymentEvent[]) => events.reduce(applyEvent, state);
const manual = (...events: readonly PaymentEvent[]) =>
  after(acceptedPayment(1000, "manual"), ...AUTHORIZED, ...events);
const automatic = (...events: readonly PaymentEvent[]) =>
  after(acceptedPayment(1000, "automatic"), ...AUTHORIZED, ...events);
const captured: readonly PaymentEvent[] = [
  { type: "capture_requested", amount: 600 },
  { type: "capture_succeeded", amount: 600 },
];

describe("payment state machine", () => {
  it("goes from accepted through processing to succeeded with everything captured", () => {
    const state = automatic();
    assert.equal(state.status, "succeeded");
    assert.equal(state.amountCaptured, 1000);
    assert.equal(state.version, 3);
    assert.ok(FINAL_STATUSES.has(state.status));
    assert.equal(capturableAmount(state), 0);
    assert.equal(refundableAmount(state), 1000);
  });

  it("fails with the reason", () => {
    const state = after(
      acceptedPayment(1000, "automatic"),
      { type: "processing_started" },
      { type: "authorization_failed", failure },
    );
    assert.equal(state.status, "failed");
    assert.deepEqual(state.failure, failure);
  });

  it("waits for captures, takes several and lets none exceed what is authorised", () => {
    const state = manual(...captured);
    assert.equal(manual().status, "requires_capture");
    assert.equal(capturableAmount(manual()), 1000);
    assert.equal(state.status, "succeeded");
    assert.equal(capturableAmount(state), 400);
    const pending = applyEvent(state, { type: "capture_requested", amount: 400 });
    assert.equal(capturableAmount(pending), 0);
    assert.equal(applyEvent(pending, { type: "capture_failed", amount: 400 }).amountCaptured, 600);
    assert.equal(capturableAmount(after(pending, { type: "capture_succeeded", amount: 400 })), 0);
  });

  it("counts refunds under way against what is captured", () => {
    const pending = automatic({ type: "refund_requested", amount: 700 });
    assert.equal(refundableAmount(pending), 300);
    assert.equal(refundableAmount(applyEvent(pending, { type: "refund_failed", amount: 700 })), 1000);
    assert.equal(applyEvent(pending, { type: "refund_succeeded", amount: 700 }).amountRefunded, 700);
  });

  it("cancels an authorisation, or stays as it was when the PSP refuses", () => {
    const pending = manual({ type: "cancel_requested" });
    assert.equal(capturableAmount(pending), 0);
    assert.equal(applyEvent(pending, { type: "cancel_succeeded" }).status, "canceled");
    assert.equal(capturableAmount(applyEvent(pending, { type: "cancel_failed" })), 1000);
  });

  const accepted = acceptedPayment(1000, "manual");
  for (const [name, state, event, code] of [
    [
      "a capture beyond the authorised amount",
      manual(),
      { type: "capture_requested", amount: 1001 },
      "capture_exceeds_authorized",
    ],
    [
      "a capture beyond what is left",
      manual(...captured),
      { type: "capture_requested", amount: 401 },
      "capture_exceeds_authorized",
    ],
    [
      "a capture before the authorisation",
      accepted,
      { type: "capture_requested", amount: 1 },
      "payment_not_capturable",
    ],
    [
      "a capture of an automatic payment",
      automatic(),
      { type: "capture_requested", amount: 1 },
      "payment_not_capturable",
    ],
    [
      "a capture while canceling",
      manual({ type: "cancel_requested" }),
      { type: "capture_requested", amount: 1 },
      "payment_not_capturable",
    ],
    [
      "a refund beyond the captured amount",
      automatic(),
      { type: "refund_requested", amount: 1001 },
      "refund_exceeds_captured",
    ],
    [
      "a refund before a capture",
      manual(),
      { type: "refund_requested", amount: 1 },
      "payment_not_refundable",
    ],
    [
      "a cancellation after a capture",
      manual(...captured),
      { type: "cancel_requested" },
      "payment_not_cancelable",
    ],
    [
      "a cancellation while capturing",
      manual({ type: "capture_requested", amount: 1 }),
      { type: "cancel_requested" },
      "payment_not_cancelable",
    ],
    [
      "a second cancellation",
      manual({ type: "cancel_requested" }),
      { type: "cancel_requested" },
      "payment_not_cancelable",
    ],
    [
      "a cancellation before the authorisation",
      accepted,
      { type: "cancel_requested" },
      "payment_not_cancelable",
    ],
    ["an amount of zero", manual(), { type: "capture_requested", amount: 0 }, "amount_invalid"],
    ["a fractional amount", automatic(), { type: "refund_requested", amount: 0.5 }, "amount_invalid"],
    [
      "an answer to a capture that nobody asked for",
      manual(),
      { type: "capture_succeeded", amount: 1 },
      "invalid_transition",
    ],
    [
      "an answer to a refund that nobody asked for",
      automatic(),
      { type: "refund_failed", amount: 1 },
      "invalid_transition",
    ],
    [
      "an answer to a cancellation that nobody asked for",
      manual(),
      { type: "cancel_succeeded" },
      "invalid_transition",
    ],
    ["an authorisation twice", automatic(), { type: "authorization_succeeded" }, "invalid_transition"],
    ["processing twice", automatic(), { type: "processing_started" }, "invalid_transition"],
  ] as const satisfies readonly (readonly [string, PaymentState, PaymentEvent, string])[]) {
    it(`refuses ${name}`, () => {
      const before = structuredClone(state);
      assert.throws(
        () => applyEvent(state, event),
        (error) => error instanceof TransitionError && error.code === code,
      );
      assert.deepEqual(state, before);
    });
  }
});

const amount = fc.integer({ min: 1, max: 1500 });
const anyEvent: fc.Arbitrary<PaymentEvent> = fc.oneof(
  fc.constantFrom<PaymentEvent>(
    { type: "processing_started" },
    { type: "authorization_succeeded" },
    { type: "authorization_failed", failure },
    { type: "cancel_requested" },
    { type: "cancel_succeeded" },
    { type: "cancel_failed" },
  ),
  fc
    .tuple(
      fc.constantFrom(
        "capture_requested",
        "capture_succeeded",
        "capture_failed",
        "refund_requested",
        "refund_succeeded",
        "refund_failed",
      ),
      amount,
    )
    .map(([type, value]) => ({ type, amount: value })),
);

/** Every history that random events can make: refused ones change nothing. */
function history(
  start: PaymentState,
  events: readonly PaymentEvent[],
): { state: PaymentState; applied: PaymentEvent[] } {
  const applied: PaymentEvent[] = [];
  let state = start;
  for (const event of events) {
    try {
      state = applyEvent(state, event);
      applied.push(event);
    } catch (error) {
      assert.ok(error instanceof TransitionError);
    }
  }
  return { state, applied };
}

const anyHistory = fc.tuple(
  fc.integer({ min: 1, max: 2000 }),
  fc.constantFrom("automatic" as const, "manual" as const),
  fc.array(anyEvent, { maxLength: 30 }).map((events) => [...AUTHORIZED, ...events]),
  fc.array(anyEvent, { maxLength: 30 }),
  fc.boolean(),
);

describe("payment histories", () => {
  it("never capture more than is authorised nor refund more than is captured, and the version only grows", () => {
    fc.assert(
      fc.property(anyHistory, ([total, method, authorised, wild, startAuthorised]) => {
        const { state, applied } = history(
          acceptedPayment(total, method),
          startAuthorised ? authorised : wild,
        );
        assert.ok(state.amountCaptured + state.amountCapturePending <= state.amount);
        assert.ok(state.amountRefunded + state.amountRefundPending <= state.amountCaptured);
        assert.ok(state.amountCapturePending >= 0 && state.amountRefundPending >= 0);
        assert.ok(PAYMENT_STATUSES.includes(state.status));
        assert.equal(state.version, 1 + applied.length);
        if (state.status === "canceled" || state.status === "failed") assert.equal(state.amountCaptured, 0);
      }),
      { numRuns: 3_000 },
    );
  });

  it("balance in the ledger: each event to zero, and the accounts agree with the state", () => {
    fc.assert(
      fc.property(anyHistory, ([total, method, authorised, wild, startAuthorised]) => {
        const { state, applied } = history(
          acceptedPayment(total, method),
          startAuthorised ? authorised : wild,
        );
        const payment = { merchantId: "mer_1", currency: "SGD", amount: total, captureMethod: method };
        const entries: LedgerEntry[] = [];
        for (const event of [{ type: "accepted" } as const, ...applied]) {
          const written = ledgerEntriesFor(payment, event);
          for (const sum of balanceByCurrency(written).values()) assert.equal(sum, 0);
          for (const entry of written) assert.ok(Number.isSafeInteger(entry.amount) && entry.amount !== 0);
          entries.push(...written);
        }
        const balance = (account: LedgerAccountType) =>
          entries.filter((entry) => entry.account === account).reduce((sum, entry) => sum + entry.amount, 0);
        const answered = state.status !== "accepted" && state.status !== "processing";
        const held =
          method === "manual" && (state.status === "requires_capture" || state.status === "succeeded");
        assert.equal(balance("payments_requested"), answered ? 0 : total);
        assert.equal(balance("psp_authorized"), held ? total - state.amountCaptured : 0);
        assert.equal(balance("merchant_payable"), -(state.amountCaptured - state.amountRefunded) + 0);
        for (const [debit, credit] of [
          ["payments_requested", "merchant_pending"],
          ["psp_authorized", "merchant_authorized"],
          ["psp_receivable", "merchant_payable"],
        ] as const) {
          assert.equal(balance(debit) + balance(credit), 0);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it("name accounts by type, merchant and currency", () => {
    const [debit, credit] = ledgerEntriesFor(
      { merchantId: "mer_1", currency: "SGD", amount: 5, captureMethod: "automatic" },
      { type: "accepted" },
    );
    assert.deepEqual(debit, {
      accountId: "payments_requested:SGD",
      account: "payments_requested",
      currency: "SGD",
      amount: 5,
    });
    assert.equal(credit?.accountId, "merchant_pending:mer_1:SGD");
    assert.equal(ledgerAccountId("psp_receivable", "JPY"), "psp_receivable:JPY");
    assert.equal(
      Object.values(CHART_OF_ACCOUNTS).filter(({ normalSide }) => normalSide === "debit").length,
      3,
    );
  });

  it("have a public name for each event", () => {
    assert.equal(publicEventType("accepted"), "payment.accepted");
    assert.equal(new Set(PUBLIC_EVENT_NAMES).size, 13);
  });
});
