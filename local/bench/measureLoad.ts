import { randomUUID } from "node:crypto";
import {
  embeddedDispatcher,
  FlatOutputs,
  followPayment,
  PaymentsClient,
  readDemoMerchant,
  readEmbeddedCloud,
} from "../client";
import { step } from "../cli";
import { BareInserts } from "./BareInserts";
import { rounded, type LoadResult } from "./further";
import { describeMachine, loadAverage } from "./machine";
import { runParallel } from "./runParallel";
import { summarize } from "./statistics";

/** Requests at once, rising. */
const STEPS = [1, 2, 5, 10, 20, 40];
/** Payments of a step, for each of its connections; at least as many as make a p99. */
const PER_CONNECTION = 15;
const LEAST = 100;

/** Payments at rising load, each step beside bare inserts with as many connections. */
export async function measureLoad(signal: AbortSignal): Promise<LoadResult> {
  const before = loadAverage();
  const cloud = readEmbeddedCloud();
  const outputs = FlatOutputs.read();
  const dispatcher = embeddedDispatcher(cloud);
  const client = new PaymentsClient({
    baseUrl: outputs.get("PrimaryPaymentsPublicApiUrl"),
    apiKey: readDemoMerchant(cloud.directory).apiKey,
    dispatcher,
  });
  const most = Math.max(...STEPS);
  const inserts = await BareInserts.open(cloud, outputs, most);
  const ids: string[] = [];
  const pay = async () => {
    const { resource } = await client.createPayment(
      { amount: 1999, currency: "SGD", payment_method: "pm_ok", reference: "benchmark" },
      randomUUID(),
    );
    ids.push(resource.id);
  };
  // What a step leaves to be processed must not be work of the next one.
  const settle = async () => {
    const all = ids.splice(0);
    await runParallel(
      all.length,
      most,
      async (index) => {
        await followPayment(client, all[index] as string, { signal, timeoutMilliseconds: 180_000 });
      },
      signal,
    );
  };
  try {
    await step("Warming up", () => runParallel(10 * most, most, pay, signal));
    await step("Warming up the inserts", () => runParallel(10 * most, most, () => inserts.insert(), signal));
    const steps: LoadResult["steps"] = [];
    for (const parallel of STEPS) {
      await settle();
      const count = Math.max(LEAST, PER_CONNECTION * parallel);
      const measured = await step(`${count} payments, ${parallel} at once`, async () => {
        const bare = await runParallel(count, parallel, () => inserts.insert(), signal);
        const paid = await runParallel(count, parallel, pay, signal);
        return { bare, paid };
      });
      const payments = summarize(measured.paid.latencies, measured.paid.elapsedMilliseconds);
      const bareInserts = summarize(measured.bare.latencies, measured.bare.elapsedMilliseconds);
      steps.push({ parallel, payments, bareInserts, medianRatio: rounded(payments.p50 / bareInserts.p50) });
    }
    await settle();
    return { recordedAt: new Date().toISOString(), machine: describeMachine(), loadAverage: before, steps };
  } finally {
    await inserts.close();
    await dispatcher.destroy();
  }
}
