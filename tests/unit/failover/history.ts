import fc from "fast-check";
import type { Place } from "../../../functions/domain/failover";

/** What a fault takes away while it lasts. */
export const FAULTS = ["down", "world", "dns", "sick", "isolated", "keeper", "link"] as const;
export type FaultKind = (typeof FAULTS)[number];

/** A fault of one Region (`link`: between both), in seconds. */
export interface Fault {
  readonly kind: FaultKind;
  readonly place: Place;
  readonly from: number;
  readonly seconds: number;
}

/** What an operator or a crash does at one moment, in seconds. */
export interface Incident {
  readonly kind: "switchover" | "crash";
  readonly place: Place;
  readonly at: number;
}

/** One history to run: everything that happens to the two Regions. */
export interface History {
  readonly faults: readonly Fault[];
  readonly incidents: readonly Incident[];
  /** Of the small accidents: lost messages, late answers, delays. */
  readonly seed: number;
  /** How answers of the witness lag: always the same, now and then another, each time another, or none and all by turns. */
  readonly lag: "steady" | "drifting" | "jumping" | "extreme";
  /** Seconds of clock offset for `[hot path, lease keeper, orchestrator]` of primary, then of dr. */
  readonly skews: readonly number[];
  /** Seconds of offset of the schedules: both checks, both keepers, both probes. */
  readonly phases: readonly number[];
  /** Seconds that a promotion takes. */
  readonly promotionSeconds: number;
}

/** Nothing begins before this second: the Regions are in their steady state. */
export const CALM_SECONDS = 240;
const FAULTS_UNTIL_SECONDS = 2_400;

const place = fc.constantFrom<Place>("primary", "primary", "dr");
const moment = fc.integer({ min: CALM_SECONDS / 5, max: FAULTS_UNTIL_SECONDS / 5 }).map((steps) => steps * 5);

const fault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom(...FAULTS),
  place,
  from: moment,
  seconds: fc.oneof(
    fc.constantFrom(20, 60, 90, 120, 200, 400, 900, 1_500),
    fc.integer({ min: 1, max: 120 }).map((steps) => steps * 5),
  ),
});

const incident: fc.Arbitrary<Incident> = fc.record({
  kind: fc.constantFrom("switchover" as const, "crash" as const),
  place,
  at: moment,
});

const circumstances = {
  incidents: fc.array(incident, { maxLength: 3 }),
  seed: fc.nat(),
  lag: fc.constantFrom("steady" as const, "drifting" as const, "jumping" as const, "extreme" as const),
  skews: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 6, maxLength: 6 }),
  phases: fc.array(
    fc.integer({ min: 0, max: 11 }).map((steps) => steps * 5),
    { minLength: 6, maxLength: 6 },
  ),
  promotionSeconds: fc.constantFrom(5, 5, 30, 60, 240),
};

/** Whatever may happen. */
const anything: fc.Arbitrary<History> = fc.record({
  faults: fc.array(fault, { maxLength: 6 }),
  ...circumstances,
});

const steps = (min: number, max: number) =>
  fc.integer({ min: min / 5, max: max / 5 }).map((count) => count * 5);

/**
 * What is hard: the Regions do not hear each other, and the world loses sight of primary for about as long as it takes
 * to notice, perhaps twice, and perhaps of dr too.
 */
const contested: fc.Arbitrary<History> = fc
  .record({
    lost: fc.constantFrom<FaultKind>("world", "world", "sick", "down", "isolated"),
    lostSeconds: steps(60, 300),
    again: fc.option(fc.record({ after: steps(30, 200), seconds: steps(60, 300) })),
    blind: fc.option(fc.record({ after: steps(0, 300), seconds: steps(30, 300) })),
    cut: fc.record({ before: steps(0, 120), seconds: steps(400, 1_200) }),
    dns: fc.option(fc.record({ place, after: steps(0, 300), seconds: steps(20, 200) })),
    ...circumstances,
  })
  .map(({ lost, lostSeconds, again, blind, cut, dns, ...rest }) => {
    const from = CALM_SECONDS + 200;
    const fault = (kind: FaultKind, place: Place, after: number, seconds: number): Fault[] => [
      { kind, place, from: from + after, seconds },
    ];
    return {
      ...rest,
      faults: [
        ...fault(lost, "primary", 0, lostSeconds),
        ...fault("link", "primary", -cut.before, cut.before + cut.seconds),
        ...(again ? fault(lost, "primary", lostSeconds + again.after, again.seconds) : []),
        ...(blind ? fault("world", "dr", blind.after, blind.seconds) : []),
        ...(dns ? fault("dns", dns.place, dns.after, dns.seconds) : []),
      ],
    };
  });

/**
 * What is hardest: the witness turns to dr and back while a take-over waits, late for both, and the world does not see
 * dr's latch.
 */
export const turning: fc.Arbitrary<History> = fc
  .record({
    ...circumstances,
    lag: fc.constantFrom("extreme" as const, "jumping" as const),
    lost: fc.constantFrom<FaultKind>("sick", "world", "isolated"),
    lostSeconds: steps(90, 200),
    again: fc.record({ after: steps(60, 200), seconds: steps(90, 300) }),
    blind: fc.record({ after: steps(-30, 120), seconds: steps(100, 320) }),
  })
  .map(({ lost, lostSeconds, again, blind, ...rest }) => {
    const from = CALM_SECONDS + 200;
    return {
      ...{ ...rest, incidents: [], promotionSeconds: 5 },
      faults: [
        { kind: lost, place: "primary", from, seconds: lostSeconds },
        { kind: "link", place: "primary", from: from - 10, seconds: 1_000 },
        { kind: lost, place: "primary", from: from + lostSeconds + again.after, seconds: again.seconds },
        { kind: "world", place: "dr", from: from + blind.after, seconds: blind.seconds },
      ],
    };
  });

/** Any history; most of them are hard ones. */
export const histories: fc.Arbitrary<History> = fc.oneof(anything, contested, turning);

/** Numbers from 0 to below 1 that follow from the seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
