import { randomUUID } from "node:crypto";
import { followPayment, type PaymentsClient } from "../client";
import { step } from "../cli";
import { runParallel } from "./runParallel";
import { summarize, type LatencySummary } from "./statistics";
import type { FinalStatuses } from "./verifyPayments";

/** How much to measure. */
export interface LoadOptions {
  readonly payments: number;
  readonly parallel: number;
  readonly signal: AbortSignal;
}

/** What the load gave. */
export interface MeasuredPayments {
  readonly cold: LatencySummary;
  readonly payments: LatencySummary;
  readonly secondsUntilAllFinal: number;
  /** Of every payment, the warm-up's included. */
  readonly finalStatuses: FinalStatuses;
}

const FOLLOW_TIMEOUT_MILLISECONDS = 180_000;

/** Warms up, measures, then follows every payment until it is final. */
export async function measurePayments(
  client: PaymentsClient,
  options: LoadOptions,
): Promise<MeasuredPayments> {
  const { payments, parallel, signal } = options;
  const ids: string[] = [];
  const create = async () => {
    const { resource } = await client.createPayment(
      { amount: 1999, currency: "SGD", payment_method: "pm_ok", reference: "benchmark" },
      randomUUID(),
    );
    ids.push(resource.id);
  };
  const cold = await step(`First ${parallel} payments`, () =>
    runParallel(parallel, parallel, create, signal),
  );
  const warmUp = Math.max(Math.ceil(payments / 10), 10 * parallel);
  await step(`Warming up with ${warmUp} payments`, () => runParallel(warmUp, parallel, create, signal));
  const startedAt = performance.now();
  const series = await step(`Measuring ${payments} payments, ${parallel} at once`, () =>
    runParallel(payments, parallel, create, signal),
  );
  const finalStatuses = new Map<string, string>();
  await step(`Following ${ids.length} payments`, () =>
    runParallel(ids.length, parallel, async (index) => {
      const id = ids[index] as string;
      const payment = await followPayment(client, id, {
        signal,
        timeoutMilliseconds: FOLLOW_TIMEOUT_MILLISECONDS,
      });
      finalStatuses.set(id, payment.status);
    }),
  );
  return {
    cold: summarize(cold.latencies, cold.elapsedMilliseconds),
    payments: summarize(series.latencies, series.elapsedMilliseconds),
    secondsUntilAllFinal: Math.round((performance.now() - startedAt) / 100) / 10,
    finalStatuses,
  };
}
