import { randomUUID } from "node:crypto";
import {
  ApiProblemError,
  embeddedDispatcher,
  FlatOutputs,
  followPayment,
  FollowTimeoutError,
  PaymentsClient,
  readDemoMerchant,
  readEmbeddedCloud,
} from "../client";
import { CommandError, runCommand, say, UsageError } from "../cli";
import { currencyExponent, formatMoney } from "../../functions/domain/money";

const DEFAULT_TOKEN = "pm_ok";

const HELP = `Usage: npm run pay -- --amount MINOR_UNITS --currency CODE [--token TOKEN] [--reference TEXT] [--json]

Makes a payment as the demo merchant, through the public name of the API, and follows it to its final state.
  --amount     whole number of the currency's minor unit: 1999 SGD is 19.99 SGD
  --currency   ISO 4217 code
  --token      the simulated card: pm_ok (default), pm_declined, pm_timeout_then_ok, pm_async_ok, …
  --reference  the merchant's own reference
  --json       prints the payment, or the problem, as JSON

Exit codes: 0 the payment succeeded, 1 it did not (declined, refused, unreachable, not final in time), 2 usage,
130 interrupted.`;

/** How long a payment is followed, in milliseconds. A lost answer of the PSP takes a retry from the queue. */
const FOLLOW_TIMEOUT_MILLISECONDS = 180_000;

runCommand({
  name: "npm run pay",
  help: HELP,
  options: {
    amount: { type: "string" },
    currency: { type: "string" },
    token: { type: "string", default: DEFAULT_TOKEN },
    reference: { type: "string" },
    json: { type: "boolean" },
  },
  async run({ values, signal }) {
    const payment = newPayment(values);
    const cloud = readEmbeddedCloud();
    const dispatcher = embeddedDispatcher(cloud);
    const client = new PaymentsClient({
      baseUrl: FlatOutputs.read().get("PrimaryPaymentsPublicApiUrl"),
      apiKey: readDemoMerchant(cloud.directory).apiKey,
      dispatcher,
    });
    const startedAt = performance.now();
    try {
      const { resource } = await client.createPayment(payment, randomUUID());
      say(`${resource.id} accepted: ${formatMoney(resource)}`);
      const final = await followPayment(client, resource.id, {
        signal,
        timeoutMilliseconds: FOLLOW_TIMEOUT_MILLISECONDS,
      });
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(2);
      const failure = final.failure ? ` (${final.failure.code}: ${final.failure.message})` : "";
      const text = `${final.id} ${final.status}${failure} after ${seconds} s`;
      process.stdout.write(`${values.json ? JSON.stringify(final) : text}\n`);
      return final.status === "succeeded" ? 0 : 1;
    } catch (error) {
      if (error instanceof ApiProblemError) {
        if (values.json) process.stdout.write(`${JSON.stringify(error.problem)}\n`);
        throw new CommandError(`The API refused: ${error.message}`);
      }
      if (error instanceof FollowTimeoutError) {
        if (values.json) process.stdout.write(`${JSON.stringify(error.payment)}\n`);
        throw new CommandError(`${error.message} after ${FOLLOW_TIMEOUT_MILLISECONDS / 1000} s.`);
      }
      if (signal.aborted) throw error;
      throw new CommandError(`The API cannot be reached: ${(error as Error).message}. See: npm run status`);
    } finally {
      await dispatcher.destroy();
    }
  },
});

function newPayment(values: { amount?: string; currency?: string; token?: string; reference?: string }) {
  const { amount, currency, token, reference } = values;
  if (amount === undefined || currency === undefined) {
    throw new UsageError(`--amount and --currency are required.\n\n${HELP}`);
  }
  if (!/^[0-9]{1,15}$/.test(amount) || Number(amount) < 1) {
    throw new UsageError(
      "--amount must be a whole number of minor units, at least 1 (1999 SGD is 19.99 SGD).",
    );
  }
  if (currencyExponent(currency) === undefined) {
    throw new UsageError("--currency must be an active ISO 4217 code in upper case, e.g. SGD.");
  }
  return {
    amount: Number(amount),
    currency,
    payment_method: token ?? DEFAULT_TOKEN,
    ...(reference !== undefined && { reference }),
  };
}
