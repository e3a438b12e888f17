import type { Clock } from "../shared/clock";
import { parseAction } from "../shared/failover/parseAction";
import {
  syntheticPaymentInput,
  type SyntheticPaymentInput,
  type SyntheticPaymentResult,
} from "../shared/failover/recoveryActions";
import type { ScopedLog } from "../shared/observability/logger";
import type { MetricRecorder } from "../shared/observability/metrics";
import type { SecretReader, SyntheticMerchantSecret } from "../shared/secrets/SecretReader";
import type { ApiAnswer, PaymentBody, PaymentsApi } from "./PaymentsApi";

/** The Region did not take a payment to its end, as a merchant would have seen it. */
export class SyntheticPaymentFailed extends Error {
  override readonly name = "SyntheticPaymentFailed";
}

/** What the synthetic payment works with. */
export interface SyntheticPaymentDependencies {
  readonly api: Pick<PaymentsApi, "pay" | "get">;
  readonly secret: SecretReader<SyntheticMerchantSecret>;
  readonly clock: Clock;
  readonly log: ScopedLog;
  readonly metrics: MetricRecorder;
  /** Waits for so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** How long the payment may take to its end, in milliseconds. Below the state machine's own 30 s. */
const BOUND_MILLISECONDS = 22_000;
/** Between two looks, in milliseconds. */
const PAUSE_MILLISECONDS = 500;

const FINAL: ReadonlySet<PaymentBody["status"]> = new Set([
  "succeeded",
  "failed",
  "canceled",
  "requires_capture",
]);

/**
 * Pays the smallest amount through this Region's own API, as a merchant would, and follows the payment to its end. The
 * idempotency key comes from operation and attempt, so a repeat finds the same payment.
 *
 * @throws SyntheticPaymentFailed
 */
export function createHandler(
  dependencies: SyntheticPaymentDependencies,
): (event: unknown) => Promise<SyntheticPaymentResult> {
  const { clock, log, metrics } = dependencies;
  return async (event) => {
    const input = parseAction(syntheticPaymentInput, event);
    const startedAt = clock.now().getTime();
    try {
      const payment = await pay(dependencies, input, startedAt + BOUND_MILLISECONDS);
      const latencyMs = clock.now().getTime() - startedAt;
      metrics.milliseconds("SyntheticPaymentLatency", latencyMs);
      log.info("synthetic payment", { paymentId: payment.id, status: payment.status, latencyMs });
      return { paymentId: payment.id, status: payment.status, latencyMs, epoch: payment.epoch };
    } catch (error) {
      metrics.count("SyntheticPaymentsFailed");
      log.error("the synthetic payment failed", { error });
      throw error;
    } finally {
      metrics.publish();
    }
  };
}

async function pay(
  dependencies: SyntheticPaymentDependencies,
  { operation, attempt }: SyntheticPaymentInput,
  deadline: number,
): Promise<PaymentBody> {
  const { api } = dependencies;
  const key = `synthetic:${operation.operationId}:${attempt}`;
  let payment = await answered(dependencies, deadline, (apiKey) => api.pay(apiKey, key));
  while (!FINAL.has(payment.status)) {
    await waitUntil(dependencies, deadline, `the payment is still ${payment.status}`);
    const { id } = payment;
    payment = await answered(dependencies, deadline, (apiKey) => api.get(apiKey, id));
  }
  if (payment.status !== "succeeded") throw new SyntheticPaymentFailed(`the payment is ${payment.status}`);
  return payment;
}

/** Repeats a call until it is answered with a payment; a key that was rotated is read again once. */
async function answered(
  dependencies: SyntheticPaymentDependencies,
  deadline: number,
  call: (apiKey: string) => Promise<ApiAnswer>,
): Promise<PaymentBody> {
  let fresh = false;
  for (;;) {
    const answer = await call((await dependencies.secret.read({ fresh })).apiKey);
    if (answer.kind === "payment") return answer.payment;
    if (answer.kind === "refused") throw new SyntheticPaymentFailed(`the API refused: ${answer.reason}`);
    if (answer.kind === "unauthorized") {
      if (fresh) throw new SyntheticPaymentFailed("the API refused the synthetic merchant's key");
      fresh = true;
      continue;
    }
    await waitUntil(dependencies, deadline, `the API does not answer: ${answer.reason}`);
  }
}

/** Waits for the next look. @throws SyntheticPaymentFailed when there is no time for it. */
async function waitUntil(
  { clock, pause }: SyntheticPaymentDependencies,
  deadline: number,
  otherwise: string,
): Promise<void> {
  if (clock.now().getTime() + PAUSE_MILLISECONDS >= deadline) {
    throw new SyntheticPaymentFailed(`within ${BOUND_MILLISECONDS / 1_000} s ${otherwise}`);
  }
  await pause(PAUSE_MILLISECONDS);
}
