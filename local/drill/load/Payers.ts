import { setTimeout as sleep } from "node:timers/promises";
import type { Attempt, WantedPayment } from "../facts";
import type { Random } from "./random";

/** What a payer sends: one request, one answer. Never throws. */
export type SendPayment = (payment: WantedPayment) => Promise<PaymentAnswer>;

/** How a request ended. */
export type PaymentAnswer = Pick<Attempt, "outcome" | "status" | "code" | "paymentId" | "epoch" | "replayed">;

export interface PayersOptions {
  readonly random: Random;
  readonly merchantIds: readonly string[];
  /** New payments in one second, all payers together. */
  readonly paymentsPerSecond: number;
  /** Milliseconds over which the payers come to work one by one: a cold platform is not met by all of them at once. */
  readonly rampMs?: number;
  /** Milliseconds before the first repeat; doubles with each, up to `longestBackoffMs`, with jitter. */
  readonly firstBackoffMs: number;
  readonly longestBackoffMs: number;
  readonly send: SendPayment;
  /** Begins every idempotency key: two groups of payers must not share one. Default `drill`. */
  readonly keyPrefix?: string;
  /** They pay inside a Region: see {@link Attempt}. */
  readonly isInside?: boolean;
  readonly now?: () => number;
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Payers for each payment a second. A payer waits for its answer, so this bounds what is under way at once; with an
 * answer in half a second the rate is kept.
 */
const PAYERS_PER_RATE = 0.5;

/** How a card behaves at the PSP, and how often. Only tokens that end by themselves: a drill waits for every payment. */
const METHODS = [
  ["pm_ok", 92],
  ["pm_declined", 4],
  ["pm_insufficient_funds", 2],
  ["pm_error_after_ok", 2],
] as const;

const CURRENCIES = [
  ["SGD", 8],
  ["JPY", 1],
  ["AUD", 1],
] as const;

/**
 * The merchants' customers. Each payer makes one payment after the other and repeats a request with the same idempotency
 * key until it is accepted, as a merchant would; a payer that waits for an answer begins no further payment.
 */
export class Payers {
  readonly #options: PayersOptions;
  readonly #stop = new AbortController();
  readonly #now: () => number;
  readonly #wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  #running: Promise<unknown> | undefined;
  readonly wanted: WantedPayment[] = [];
  readonly attempts: Attempt[] = [];

  constructor(options: PayersOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#wait = options.wait ?? ((milliseconds, signal) => sleep(milliseconds, undefined, { signal }));
  }

  start(): void {
    if (this.#running !== undefined) throw new Error("the payers are at work already");
    const count = Math.max(1, Math.round(this.#options.paymentsPerSecond * PAYERS_PER_RATE));
    this.#running = Promise.all(
      Array.from({ length: count }, (_, index) => this.#pay(index, count, this.#options.random.fork(index))),
    );
  }

  /** No payer begins a payment or repeats a request any more; resolves when the requests under way have ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #pay(index: number, count: number, random: Random): Promise<void> {
    const { signal } = this.#stop;
    const meanMs = (count / this.#options.paymentsPerSecond) * 1000;
    try {
      // Spread at least over the first interval, so that the load does not come in waves.
      await this.#wait((index / count) * Math.max(meanMs, this.#options.rampMs ?? 0), signal);
      for (let number = 1; !signal.aborted; number++) {
        const startedAt = this.#now();
        await this.#payOnce(this.#newPayment(index, number, random), random);
        const pauseMs = random.between(0.8, 1.2) * meanMs - (this.#now() - startedAt);
        await this.#wait(Math.max(0, pauseMs), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #newPayment(index: number, number: number, random: Random): WantedPayment {
    const { merchantIds, keyPrefix = "drill" } = this.#options;
    const payment: WantedPayment = {
      merchantId: merchantIds[index % merchantIds.length]!,
      idempotencyKey: `${keyPrefix}-${index}-${number}`,
      amount: random.integer(100, 100_000),
      currency: random.weighted(CURRENCIES),
      paymentMethod: random.weighted(METHODS),
    };
    this.wanted.push(payment);
    return payment;
  }

  async #payOnce(payment: WantedPayment, random: Random): Promise<void> {
    const { firstBackoffMs, longestBackoffMs, send } = this.#options;
    const { signal } = this.#stop;
    for (let number = 1; !signal.aborted; number++) {
      const startedAt = this.#now();
      const answer = await send(payment);
      const { merchantId, idempotencyKey } = payment;
      this.attempts.push({
        merchantId,
        idempotencyKey,
        number,
        startedAt,
        endedAt: this.#now(),
        ...(this.#options.isInside && { isInside: true }),
        ...answer,
      });
      if (answer.outcome === "accepted" || isFinalRefusal(answer)) return;
      const backoffMs = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (number - 1));
      await this.#wait(random.between(0.5, 1) * backoffMs, signal);
    }
  }
}

/** A refusal that a repeat would not change; a conflict with the own first request (409) and a throttle (429) pass. */
function isFinalRefusal({ outcome, status }: PaymentAnswer): boolean {
  return (
    outcome === "refused" &&
    status !== undefined &&
    status >= 400 &&
    status < 500 &&
    ![408, 409, 429].includes(status)
  );
}
