import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, Refused, say, step } from "../cli";
import type { MerchantWithKey } from "../client";
import { check } from "./checker";
import { Drill, DrillTimeout } from "./Drill";
import type { Facts } from "./facts";
import { Payers } from "./load/Payers";
import { Random } from "./load/random";
import { paymentSender } from "./load/sendPayment";
import type { DrillPlatform, OpenPlatform } from "./platform/DrillPlatform";
import { activePlace, gatherFacts } from "./platform/gatherFacts";
import type { Observer } from "./platform/Observer";
import { Operator } from "./platform/Operator";
import { awaitStart } from "./preflight";
import { buildReport, type AwsBudget } from "./report/buildReport";
import type { DrillReport } from "./report/report";
import { DEFAULT_SETTINGS, type DrillSettings, type Scenario } from "./Scenario";

/** How the payers behave, in AWS seconds; what computing takes does not shrink, so an answer gets some time in any case. */
const ANSWER_TIMEOUT_SECONDS = 20;
const LEAST_ANSWER_TIMEOUT_MS = 3_000;
const FIRST_BACKOFF_SECONDS = 2;
const LONGEST_BACKOFF_SECONDS = 20;

/** For a platform that has just come up, in AWS seconds, and at least so long on the wall. */
const START_BOUND_SECONDS = 600;
const LEAST_START_MS = 90_000;
const SETTLE_BOUND_MS = 60_000;

export interface DrillOptions {
  readonly seed: number;
  readonly clockFactor: number;
  readonly budget: AwsBudget | undefined;
  readonly settings?: Partial<DrillSettings>;
  /** Leaves the platform running whatever state it is in. */
  readonly keep?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Rehearses one scenario: load, fault, waiting, judgement.
 * @throws Refused when the platform is not in the normal state, with every reason
 */
export async function runScenario(
  platform: DrillPlatform,
  scenario: Scenario,
  options: DrillOptions,
): Promise<DrillReport> {
  const open = await platform.ready(options.signal);
  const observer = open.newObserver();
  observer.start();
  let isNormal = false;
  try {
    await preflight(open, observer, options);
    const report = await rehearse(platform, open, observer, scenario, options);
    isNormal = report.verdict === "as expected" && scenario.leavesNormalState === true;
    return report;
  } finally {
    await observer.stop();
    if (!isNormal && !(options.keep && !options.signal.aborted)) await platform.discard();
  }
}

async function preflight(open: OpenPlatform, observer: Observer, options: DrillOptions): Promise<void> {
  const boundMs = Math.max(LEAST_START_MS, (START_BOUND_SECONDS * 1000) / options.clockFactor);
  const reasons = await step("Waiting for the normal state", () =>
    awaitStart({ observer, faults: open.faults }, boundMs, options.signal),
  );
  if (reasons.length > 0) {
    throw new Refused(`The drill does not start:\n${reasons.map((reason) => `  ${reason}`).join("\n")}`);
  }
}

async function rehearse(
  platform: DrillPlatform,
  open: OpenPlatform,
  observer: Observer,
  scenario: Scenario,
  options: DrillOptions,
): Promise<DrillReport> {
  const { seed, clockFactor, budget, signal } = options;
  const settings = { ...DEFAULT_SETTINGS, ...scenario.settings, ...options.settings };
  const merchants = await open.newMerchants(settings.merchants);
  const wallMs = (seconds: number) => Math.round((seconds * 1000) / clockFactor);
  await open.faults.delayReplication({
    auroraMs: wallMs(settings.auroraLagSeconds),
    dynamodbMs: wallMs(settings.dynamodbLagSeconds),
    s3Ms: wallMs(settings.s3LagSeconds),
  });
  const initialEpoch = (await open.tables.primary.role())?.epoch;
  if (initialEpoch === undefined) throw new CommandError("The primary's role record cannot be read.");
  const random = new Random(seed);
  const operator = new Operator(platform.own, signal);
  const drill = new Drill({
    ...{ clockFactor, random, observer, operator, signal },
    faults: open.faults,
    databases: open.databases,
    merchantIds: merchants.map(({ merchantId }) => merchantId),
    suffix: open.outputs.suffix,
  });
  const payers = payersOf(open, merchants, settings, random, clockFactor);
  const startedAt = Date.now();
  let failure: string | undefined;
  payers.start();
  try {
    await sleep(settings.warmUpSeconds * 1000, undefined, { signal });
    failure = await outcomeOf(scenario.run(drill), signal);
  } finally {
    await payers.stop();
  }
  await settle(open, drill);
  const facts: Facts = await gatherFacts(open, drill, payers, initialEpoch);
  if (!options.keep) await open.faults.clear();
  await open.faults.setPsp();
  return buildReport({
    ...{ scenario, seed, startedAt, failure, budget },
    outcome: { facts, findings: check(facts), settings },
    marks: drill.marks,
    operatorActions: operator.actions,
  });
}

function payersOf(
  open: OpenPlatform,
  merchants: readonly MerchantWithKey[],
  settings: DrillSettings,
  random: Random,
  clockFactor: number,
): Payers {
  const wallMs = (seconds: number) => (seconds * 1000) / clockFactor;
  return new Payers({
    random,
    merchantIds: merchants.map(({ merchantId }) => merchantId),
    paymentsPerSecond: settings.paymentsPerSecond,
    firstBackoffMs: wallMs(FIRST_BACKOFF_SECONDS),
    longestBackoffMs: wallMs(LONGEST_BACKOFF_SECONDS),
    send: paymentSender({
      baseUrl: open.outputs.get("PrimaryPaymentsPublicApiUrl"),
      dispatcher: open.dispatcher,
      apiKeys: new Map(merchants.map(({ merchantId, apiKey }) => [merchantId, apiKey])),
      timeoutMs: Math.max(LEAST_ANSWER_TIMEOUT_MS, wallMs(ANSWER_TIMEOUT_SECONDS)),
    }),
  });
}

/** Why the scenario did not come to its end. Whatever it broke is judged all the same. */
async function outcomeOf(running: Promise<void>, signal: AbortSignal): Promise<string | undefined> {
  try {
    await running;
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof DrillTimeout ? error.message : String((error as Error).stack ?? error);
    say(`  ${reason}`);
    return reason;
  }
}

const OPEN_STATUSES = ["accepted", "processing"];

/** Waits until the surviving database has no open payment, or long enough to call those that are left open. */
async function settle(open: OpenPlatform, drill: Drill): Promise<void> {
  const deadline = Date.now() + SETTLE_BOUND_MS;
  await step("Waiting until every payment has come to its end", async () => {
    while (Date.now() < deadline) {
      const place = await activePlace(open);
      if (place === undefined) return;
      const facts = await open.databases[place].read(drill.parts.merchantIds);
      if (facts?.payments.every(({ status }) => !OPEN_STATUSES.includes(status))) return;
      await sleep(500, undefined, { signal: drill.parts.signal });
    }
  });
}
