import type { Place } from "../../client";
import type { Activation, Change, DatabaseFacts, Facts, Moment } from "../facts";

/** A write that a Region accepted after another one had taken a higher epoch. */
export interface SplitBrainWrite {
  /** The payment; for a database that went on changing, the place of its server. */
  readonly subject: string;
  readonly epoch: number | undefined;
  readonly at: Moment;
  /** Who had taken over by then, and when. */
  readonly activation: Activation;
}

/** The place whose epochs have this number's parity. */
export function placeOfEpoch(epoch: number): Place {
  return epoch % 2 === 1 ? "primary" : "dr";
}

type WriterFacts = Pick<Facts, "attempts" | "databases" | "earlierDatabases" | "tables" | "activations">;

/**
 * Writes that a Region accepted after another one took a higher epoch. A payment was accepted at the earliest moment
 * that anything tells of: a re-driven one has a young row, and an old session.
 */
export function splitBrainWrites(facts: WriterFacts): SplitBrainWrite[] {
  const found: SplitBrainWrite[] = [];
  for (const [subject, { epoch, at }] of acceptances(facts)) {
    const activation = facts.activations.find((each) => each.epoch > epoch && each.at < at);
    if (activation !== undefined) found.push({ subject, epoch, at, activation });
  }
  for (const database of [...facts.earlierDatabases, ...Object.values(facts.databases)]) {
    const write = changeAfterTakeover(database, facts.activations);
    if (write !== undefined) found.push(write);
  }
  return found;
}

/** A server that accepts writes of its own and has changed since the other place took over. */
function changeAfterTakeover(
  { place, isWriter, lastChangeAt, at: seenAt }: DatabaseFacts,
  activations: readonly Activation[],
): SplitBrainWrite | undefined {
  const current = activations.filter(({ at }) => at < seenAt).at(-1);
  if (!isWriter || lastChangeAt === undefined || current === undefined || current.place === place)
    return undefined;
  return lastChangeAt > current.at
    ? { subject: `database of ${place}`, epoch: undefined, at: lastChangeAt, activation: current }
    : undefined;
}

/** When and in which epoch each payment was accepted, by the earliest trace of it. */
function acceptances(facts: WriterFacts): Map<string, { epoch: number; at: Moment }> {
  const found = new Map<string, { epoch: number; at: Moment }>();
  const note = (paymentId: string, epoch: number, at: Moment) => {
    const known = found.get(paymentId);
    if (known === undefined || at < known.at) found.set(paymentId, { epoch, at });
  };
  for (const { outcome, replayed, paymentId, epoch, startedAt } of facts.attempts) {
    // A replayed answer repeats the first one's epoch, and accepts nothing.
    if (outcome === "accepted" && !replayed && paymentId !== undefined && epoch !== undefined) {
      note(paymentId, epoch, startedAt);
    }
  }
  for (const { payments } of [...facts.earlierDatabases, ...Object.values(facts.databases)]) {
    for (const { paymentId, epoch, createdAt } of payments) note(paymentId, epoch, createdAt);
  }
  for (const { sessions } of Object.values(facts.tables)) {
    for (const { paymentId, epoch, at } of sessions) note(paymentId, epoch, at);
  }
  return found;
}

/**
 * Whether anything led back to the place that had lost its role before an operator asked for it: another activation, or
 * an answer of DNS or of the witness that had already named the new place.
 */
export function failbackWithoutOperator(
  facts: Pick<
    Facts,
    "activations" | "observations" | "outageAt" | "operatorAt" | "failbackAskedAt" | "endedAt"
  >,
): boolean {
  const [first, ...later] = facts.activations;
  if (first === undefined) return false;
  const until = facts.failbackAskedAt ?? facts.endedAt;
  // A platform that has just come up names DR until the first health checks have passed.
  const from = facts.outageAt ?? facts.operatorAt ?? first.at;
  if (later.some(({ place, at }) => place !== first.place && at < until)) return true;
  return [facts.observations.dns, facts.observations.witness].some((changes) =>
    leftAgain(
      changes.filter(({ at }) => at >= from),
      first.place,
      until,
    ),
  );
}

/** Whether the value was once the place and became the other place afterwards, before `until`. */
function leftAgain(changes: readonly Change<string>[], place: Place, until: Moment): boolean {
  const arrived = changes.findIndex(({ value }) => value === place);
  return (
    arrived >= 0 &&
    changes.slice(arrived + 1).some(({ value, at }) => value === otherPlace(place) && at < until)
  );
}

export function otherPlace(place: Place): Place {
  return place === "primary" ? "dr" : "primary";
}
