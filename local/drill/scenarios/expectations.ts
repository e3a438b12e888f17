import type { Place } from "../../client";
import { valueAt } from "../checker";
import type { Expectation, Outcome } from "../Scenario";

/** The bound on the whole recovery, in AWS seconds. */
export const RTO_BOUND_SECONDS = 900;

const some = (count: number, what: string, ids: readonly string[]) =>
  count === 0 ? undefined : `${count} ${what}: ${ids.slice(0, 5).join(", ")}${count > 5 ? ", …" : ""}`;

function expectNone(text: string, what: string, list: (outcome: Outcome) => readonly string[]): Expectation {
  return {
    text,
    shortfall: (outcome) => {
      const found = list(outcome);
      return some(found.length, what, found);
    },
  };
}

/** What must hold whatever happens. */
export const SAFE: readonly Expectation[] = [
  {
    text: "payments were made",
    shortfall: ({ findings }) =>
      findings.acknowledged >= 20 ? undefined : `${findings.acknowledged} acknowledged`,
  },
  expectNone("no payment was made twice", "duplicates", ({ findings }) =>
    findings.duplicates.map(({ idempotencyKey }) => idempotencyKey),
  ),
  expectNone("no card was charged twice", "double charges", ({ findings }) =>
    findings.doubleCharges.map(({ paymentId }) => paymentId),
  ),
  expectNone("no Region wrote after another had taken over", "split-brain writes", ({ findings }) =>
    findings.splitBrainWrites.map(({ subject }) => subject),
  ),
  expectNone("no payment was altered", "altered payments", ({ findings }) => findings.altered),
  {
    text: "the ledger balances",
    shortfall: ({ findings }) =>
      findings.ledgerDifference === 0 ? undefined : `off by ${findings.ledgerDifference} minor units`,
  },
  expectNone(
    "every surviving payment came to its end",
    "open payments",
    ({ findings }) => findings.unsettled,
  ),
  {
    text: "nothing led back without an operator",
    shortfall: ({ findings }) =>
      findings.failbackWithoutOperator ? "DNS, witness or role went back by itself" : undefined,
  },
];

/** A Region took over, once, and the service came back within the bound. */
export function takesOver(place: Place, boundSeconds = RTO_BOUND_SECONDS): readonly Expectation[] {
  return [
    {
      text: `${place} took over, and is the only active Region`,
      shortfall: ({ facts: { activations, survivor } }) =>
        activations.length === 1 && activations[0]!.place === place && survivor === place
          ? undefined
          : `activations: ${activations.map((each) => `${each.place} ${each.epoch}`).join(", ") || "none"}; ` +
            `active at the end: ${survivor ?? "none"}`,
    },
    {
      text: `the service was back within ${boundSeconds} s`,
      shortfall: ({ facts: { outageAt, clockFactor }, findings }) => {
        if (findings.recoveredAt === undefined || outageAt === undefined) return "it never was";
        const seconds = ((findings.recoveredAt - outageAt) / 1000) * clockFactor;
        return seconds <= boundSeconds ? undefined : `after ${Math.round(seconds)} s`;
      },
    },
    operationEnds("SUCCEEDED"),
  ];
}

/** The last operation of the Region that became active, or the last of all when none did, came to this end. */
export function operationEnds(state: string): Expectation {
  return {
    text: `the operation ended as ${state}`,
    shortfall: ({ facts: { operations, activations } }) => {
      const place = activations.at(-1)?.place;
      const last = operations.findLast((each) => place === undefined || each.place === place);
      if (last?.state === state) return undefined;
      if (last === undefined) return "there was none";
      return `${last.state}${last.reason === undefined ? "" : `: ${last.reason}`}`;
    },
  };
}

/** Every loss is inside what the standby's copies were behind, and is told of. */
export const LOSS_WITHIN_LAG: readonly Expectation[] = [
  {
    text: "no loss is older than the standby's copies were behind",
    shortfall: ({ facts, findings, settings }) => {
      // What reached DR through either copy survives, so the nearer one bounds the loss; half a second of it is ours.
      const lag = Math.min(settings.auroraLagSeconds, settings.dynamodbLagSeconds);
      const boundMs = (lag * 1000) / facts.clockFactor + 500;
      return findings.recoveryPointMs <= boundMs
        ? undefined
        : `${findings.recoveryPointMs} ms, where ${Math.round(boundMs)} ms were in flight`;
    },
  },
  expectNone(
    "every loss of which anything outside the lost Region tells is listed by the product's report",
    "losses unlisted",
    ({ findings }) =>
      findings.lost.filter(({ traceable, listed }) => traceable && !listed).map(({ paymentId }) => paymentId),
  ),
];

export const NO_LOSS: Expectation = expectNone("no acknowledged payment was lost", "lost", ({ findings }) =>
  findings.lost.map(({ paymentId }) => paymentId),
);

/** Nothing moved: no take-over, no other answer of DNS, the same active Region. */
export const NO_FAILOVER: readonly Expectation[] = [
  {
    text: "no Region took over",
    shortfall: ({ facts: { activations, survivor } }) =>
      activations.length === 0 && survivor === "primary"
        ? undefined
        : `${activations.length} take-overs; active at the end: ${survivor ?? "none"}`,
  },
  expectNone("DNS never led elsewhere", "answers", ({ facts: { observations, outageAt = 0 } }) => {
    const before = valueAt(observations.dns, outageAt);
    const after = observations.dns.filter(({ at }) => at > outageAt).map(({ value }) => value);
    // An answer that came too late led nobody anywhere.
    const led = [...(before === undefined ? [] : [before]), ...after].filter((value) => value !== "unknown");
    return led.filter((value) => value !== "primary");
  }),
];

/** Both databases hold the same payments at the end. */
export const CAUGHT_UP: Expectation = expectNone(
  "both databases hold the same payments in the end",
  "payments in one database only",
  ({ findings, facts }) =>
    facts.databases.primary === undefined || facts.databases.dr === undefined
      ? ["a database does not answer"]
      : findings.databaseDifferences,
);

/** Payments went on: no pause between two successful writes was longer than this. */
export function pausesAtMost(seconds: number): Expectation {
  return {
    text: `payments never paused for more than ${seconds} s`,
    shortfall: ({ findings: { writePause }, facts: { clockFactor } }) => {
      if (writePause === undefined) return "there were no two payments";
      const pause = (writePause.milliseconds / 1000) * clockFactor;
      return pause <= seconds ? undefined : `they did for ${Math.round(pause)} s`;
    },
  };
}

/** An alarm whose name matches was red in a place, after the fault. */
export function alarmed(place: Place, alarm: RegExp): Expectation {
  return {
    text: `an alarm ${alarm.source} of ${place} was red`,
    shortfall: ({ facts: { observations, outageAt = 0 } }) => {
      const red = observations.redAlarms[place].filter(({ at }) => at >= outageAt).map(({ value }) => value);
      return red.some((names) => alarm.test(names)) ? undefined : `red were: ${red.join("; ") || "none"}`;
    },
  };
}

/** Some operation ended without a take-over, and its reason says why. */
export function abortedBecause(reason: RegExp): Expectation {
  return {
    text: `an operation was aborted because of ${reason.source}`,
    shortfall: ({ facts: { operations } }) =>
      operations.some((each) => each.state === "ABORTED" && reason.test(each.reason ?? ""))
        ? undefined
        : `operations: ${operations.map((each) => `${each.state} (${each.reason ?? "no reason"})`).join("; ") || "none"}`,
  };
}

/** A place was in a role at some time after the fault, and no later than before a take-over when there was one. */
export function hadRole(place: Place, role: string): Expectation {
  return {
    text: `${place} was ${role}`,
    shortfall: ({ facts: { observations, outageAt = 0 } }) => {
      const seen = observations.roles[place].filter(({ at }) => at >= outageAt).map(({ value }) => value);
      return seen.some((value) => value.startsWith(`${role} `))
        ? undefined
        : `it was ${seen.join(", ") || "never seen"}`;
    },
  };
}

/** The role that a place has at the end. */
export function endsAs(place: Place, role: string): Expectation {
  return {
    text: `${place} is ${role} at the end`,
    shortfall: ({ facts: { observations, endedAt } }) => {
      const last = valueAt(observations.roles[place], endedAt) ?? "never seen";
      return last.startsWith(`${role} `) ? undefined : `it is ${last}`;
    },
  };
}
