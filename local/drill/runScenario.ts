import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, Refused, say, step } from "../cli";
import type { Dispatcher } from "undici";
import type { MerchantWithKey, Place } from "../client";
import { check } from "./checker";
import { Drill, DrillTimeout } from "./Drill";
import type { Facts } from "./facts";
import { Payers, type SendPayment } from "./load/Payers";
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

/** Of the warm-up, until all payers are at work. */
const RAMP_SHARE = 0.6;

const INSIDE_PAYMENTS_PER_SECOND = 4;
/** Their random numbers are not those of any other payer. */
const INSIDE_FORK = 1_000_000;

/** For a platform that has just come up, in AWS seconds, and at least so long on the wall. */
const START_BOUND_SECONDS = 600;
const LEAST_START_MS = 90_000;
const SETTLE_BOUND_MS = 60_000;
const CATCH_UP_BOUND_MS = 15_000;

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
  const { faults, databases, tables, cloud } = open;
  const inside: Payers[] = [];
  const payers = payersOf(open, merchants, settings, random, clockFactor);
  const drill = new Drill({
    ...{ clockFactor, payers, random, observer, operator, signal, faults, databases, tables, cloud },
    insidePayers: (place) => {
      inside.push(insidePayersOf(open, place, merchants, random, clockFactor));
      return inside.at(-1)!;
    },
    merchantIds: merchants.map(({ merchantId }) => merchantId),
    suffix: open.outputs.suffix,
  });
  const startedAt = Date.now();
  let failure: string | undefined;
  payers.start();
  try {
    await sleep(settings.warmUpSeconds * 1000, undefined, { signal });
    failure = await outcomeOf(scenario.run(drill), signal);
  } finally {
    await Promise.all([payers, ...inside].map((each) => each.stop()));
  }
  await settle(open, drill);
  const facts: Facts = await gatherFacts(open, drill, [payers, ...inside], initialEpoch);
  if (!options.keep) await open.faults.clear();
  await open.faults.setPsp();
  return buildReport({
    ...{ scenario, seed, startedAt, failure, budget },
    outcome: { facts, findings: check(facts), settings, operatorActions: operator.actions },
    marks: drill.marks,
  });
}

function payersOf(
  open: OpenPlatform,
  merchants: readonly MerchantWithKey[],
  settings: DrillSettings,
  random: Random,
  clockFactor: number,
): Payers {
  return new Payers({
    random,
    paymentsPerSecond: settings.paymentsPerSecond,
    rampMs: RAMP_SHARE * settings.warmUpSeconds * 1000,
    ...behaviourOf(merchants, clockFactor),
    send: senderOf(open.outputs.get("PrimaryPaymentsPublicApiUrl"), open.dispatcher, merchants, clockFactor),
  });
}

/** A few payers whom nothing outside the Region concerns. */
function insidePayersOf(
  open: OpenPlatform,
  place: Place,
  merchants: readonly MerchantWithKey[],
  random: Random,
  clockFactor: number,
): Payers {
  const baseUrl = open.outputs.get(`${place === "primary" ? "Primary" : "Dr"}PaymentsApiUrl`);
  return new Payers({
    random: random.fork(INSIDE_FORK),
    paymentsPerSecond: INSIDE_PAYMENTS_PER_SECOND,
    ...behaviourOf(merchants, clockFactor),
    keyPrefix: `inside-${place}`,
    isInside: true,
    send: senderOf(baseUrl, open.insideDispatcher(place), merchants, clockFactor),
  });
}

function behaviourOf(merchants: readonly MerchantWithKey[], clockFactor: number) {
  return {
    merchantIds: merchants.map(({ merchantId }) => merchantId),
    firstBackoffMs: (FIRST_BACKOFF_SECONDS * 1000) / clockFactor,
    longestBackoffMs: (LONGEST_BACKOFF_SECONDS * 1000) / clockFactor,
  };
}

function senderOf(
  baseUrl: string,
  dispatcher: Dispatcher,
  merchants: readonly MerchantWithKey[],
  clockFactor: number,
): SendPayment {
  return paymentSender({
    baseUrl,
    dispatcher,
    apiKeys: new Map(merchants.map(({ merchantId, apiKey }) => [merchantId, apiKey])),
    timeoutMs: Math.max(LEAST_ANSWER_TIMEOUT_MS, (ANSWER_TIMEOUT_SECONDS * 1000) / clockFactor),
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

/** Waits until the surviving database has no open payment and the other one has caught up, as far as either can be. */
async function settle(open: OpenPlatform, drill: Drill): Promise<void> {
  const { merchantIds, signal } = drill.parts;
  const until = async (boundMs: number, isSo: () => Promise<boolean>) => {
    for (const deadline = Date.now() + boundMs; Date.now() < deadline;) {
      if (await isSo()) return;
      await sleep(500, undefined, { signal });
    }
  };
  await step("Waiting until every payment has come to its end", () =>
    until(SETTLE_BOUND_MS, async () => {
      const place = await activePlace(open);
      const facts = place === undefined ? undefined : await open.databases[place].read(merchantIds);
      return facts?.payments.every(({ status }) => !OPEN_STATUSES.includes(status)) ?? true;
    }),
  );
  await until(CATCH_UP_BOUND_MS, async () => {
    const [primary, dr] = await Promise.all(
      (["primary", "dr"] as const).map((place) => open.databases[place].read(merchantIds)),
    );
    return primary === undefined || dr === undefined || primary.payments.length === dr.payments.length;
  });
}
