import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { BareFunction } from "../bench/BareFunction";
import { measurePayments } from "../bench/measurePayments";
import { describeMachine } from "../bench/machine";
import { measureDeployment } from "../bench/measureDeployment";
import { measureFunctions } from "../bench/measureFunctions";
import { measureLoad } from "../bench/measureLoad";
import { shortcomings, type BenchResult } from "../bench/result";
import { runParallel } from "../bench/runParallel";
import { summarize } from "../bench/statistics";
import { verifyPayments } from "../bench/verifyPayments";
import {
  connectDatabase,
  embeddedDispatcher,
  FlatOutputs,
  PaymentsClient,
  PspClient,
  readDemoMerchant,
  readEmbeddedCloud,
} from "../client";
import { CommandError, runCommand, step, UsageError } from "../cli";

const HELP = `Usage: npm run bench -- [payments] [--payments N] [--parallel N] [--check] [--json FILE]
       npm run bench -- load|functions|deployment [--runs N] [--json FILE]

payments    measures POST /v1/payments on the running platform, follows every payment to its final state, and holds the
            result against the database and the payment service provider's own ledger. Beside it, in the same run: a bare
            function that does two inserts, through the same API Gateway (a stack of its own, deleted afterwards)
  --payments  how many payments are measured (default 2000), after a warm-up of a tenth, at least ten per connection
  --parallel  how many at once (default 20)
  --check     fails unless p99 is under 500 ms, every payment succeeded, and none was lost or charged twice
load        payments at rising load, each step beside bare inserts into the same PostgreSQL
functions   the size of each function's code, and how long a new process takes to initialise it
deployment  pulumi preview and up beside CreateStack for the same templates one after another; on an embedded cloud of its
            own, which is removed. Minutes
  --runs      how often everything is made by pulumi up (default 1)

  --json      where the result is recorded (default docs/bench/latest.json, or docs/bench/<kind>.json)

Exit codes: 0 measured (and checked), 1 failed or not satisfied, 2 usage, 130 interrupted.`;

const FOLDER = "docs/bench";

runCommand({
  name: "npm run bench",
  help: HELP,
  positionals: 1,
  options: {
    payments: { type: "string", default: "2000" },
    parallel: { type: "string", default: "20" },
    runs: { type: "string", default: "1" },
    check: { type: "boolean" },
    json: { type: "string" },
  },
  async run({ values, positionals: [kind = "payments"], signal }) {
    if (kind === "load") return record(values.json ?? `${FOLDER}/load.json`, await measureLoad(signal));
    if (kind === "functions")
      return record(values.json ?? `${FOLDER}/functions.json`, await measureFunctions(signal));
    if (kind === "deployment") {
      const runs = wholeNumber("--runs", values.runs, 10);
      return record(values.json ?? `${FOLDER}/deployment.json`, await measureDeployment(runs, signal));
    }
    if (kind !== "payments") throw new UsageError(`There is no benchmark ${kind}.\n\n${HELP}`);
    const payments = wholeNumber("--payments", values.payments, 100_000);
    const parallel = wholeNumber("--parallel", values.parallel, 200);
    const result = await measure(payments, parallel, signal);
    record(values.json ?? `${FOLDER}/latest.json`, result);
    print(result);
    const reasons = shortcomings(result);
    if (values.check && reasons.length > 0) throw new CommandError(`Not satisfied: ${reasons.join("; ")}.`);
  },
});

function record(file: string, result: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, undefined, 2)}\n`);
  process.stdout.write(`Recorded in ${file}. \`npm run -s documents\` puts it into docs/bench/README.md.\n`);
}

async function measure(payments: number, parallel: number, signal: AbortSignal): Promise<BenchResult> {
  const cloud = readEmbeddedCloud();
  const outputs = FlatOutputs.read();
  const dispatcher = embeddedDispatcher(cloud);
  const database = await connectDatabase(cloud, outputs, "primary");
  try {
    const psp = await PspClient.open(cloud, outputs, dispatcher);
    const pspStart = (await psp.ledger()).at(-1)?.sequence ?? 0;
    const client = new PaymentsClient({
      baseUrl: outputs.get("PrimaryPaymentsPublicApiUrl"),
      apiKey: readDemoMerchant(cloud.directory).apiKey,
      dispatcher,
    });
    const measured = await measurePayments(client, { payments, parallel, signal });
    const outcome = await step("Checking the database and the PSP's ledger", async () =>
      verifyPayments(database, await psp.ledger({ after: pspStart }), measured.finalStatuses),
    );
    const bare = new BareFunction(cloud, outputs, database);
    try {
      await step("Deploying the bare function", () => bare.create());
      await runParallel(10 * parallel, parallel, () => bare.call(dispatcher), signal);
      const series = await step("Measuring the bare function", () =>
        runParallel(payments, parallel, () => bare.call(dispatcher), signal),
      );
      const bareFunction = summarize(series.latencies, series.elapsedMilliseconds);
      return {
        recordedAt: new Date().toISOString(),
        machine: describeMachine(),
        parallel,
        cold: measured.cold,
        payments: measured.payments,
        bareFunction,
        medianRatio: Math.round((measured.payments.p50 / bareFunction.p50) * 100) / 100,
        secondsUntilAllFinal: measured.secondsUntilAllFinal,
        outcome,
      };
    } finally {
      await step("Removing the bare function", () => bare.remove());
    }
  } finally {
    await database.end();
    await dispatcher.destroy();
  }
}

function print({
  cold,
  payments,
  bareFunction,
  medianRatio,
  outcome,
  secondsUntilAllFinal,
}: BenchResult): void {
  const row = (name: string, { count, p50, p99, max, perSecond }: BenchResult["payments"]) =>
    `${name.padEnd(24)}${[count, p50, p99, max, perSecond].map((value) => String(value).padStart(10)).join("")}`;
  process.stdout.write(
    [
      `${"".padEnd(24)}${["count", "p50 ms", "p99 ms", "max ms", "per s"].map((text) => text.padStart(10)).join("")}`,
      row("first requests (cold)", cold),
      row("POST /v1/payments", payments),
      row("bare function", bareFunction),
      `median ratio ${medianRatio}; all final after ${secondsUntilAllFinal} s; ` +
        `${outcome.succeeded} of ${outcome.acknowledged} succeeded, ${outcome.missingAtPsp} never charged, ` +
        `${outcome.chargedTwice} charged twice`,
      "",
    ].join("\n"),
  );
}

function wholeNumber(name: string, text: string | undefined, maximum: number): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text ?? "") || value < 1 || value > maximum) {
    throw new UsageError(`${name} must be a whole number from 1 to ${maximum}.`);
  }
  return value;
}
