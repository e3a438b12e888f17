import { peerOf, type Place, type RegionRole } from "./regions";

/** What could be learnt, or why not. What cannot be told is never taken for good. */
export type Fact<T> =
  { readonly known: true; readonly value: T } | { readonly known: false; readonly reason: string };

/** One thing in both Regions; absent where it is not there. */
export interface PairFact {
  readonly name: string;
  readonly own?: string | undefined;
  readonly peer?: string | undefined;
}

/** A stack in both Regions. */
export interface StackFact {
  readonly name: string;
  readonly ownStatus: string;
  readonly peerStatus: string;
  /** Whether both stand on the same template. */
  readonly isSame: boolean;
}

/** The database, as both Regions' RDS describes it. */
export interface DatabaseFacts {
  readonly globalStatus: string;
  /** A failover or switchover under way. */
  readonly isChanging: boolean;
  readonly writer: Place | undefined;
  readonly clusters: Readonly<Record<"own" | "peer", { readonly status: string; readonly version: string }>>;
  /** Of clusters that tell: whether their storage follows the writer's. */
  readonly isConnected: boolean;
  readonly instances: readonly { readonly id: string; readonly status: string; readonly zone: string }[];
}

/** Whether something is there and usable; the problem if not. */
export interface UsableFact {
  readonly name: string;
  readonly problem?: string | undefined;
}

/** What the last drift detection found; it is made from outside, by `npm run drift -- --record`. */
export interface DriftFact {
  readonly checkedAt: Date;
  /** What differs, each in a few words; empty when nothing does. */
  readonly findings: readonly string[];
}

/** Everything that the evaluation judges. */
export interface ReadinessFacts {
  readonly place: Place;
  readonly now: Date;
  readonly role: Fact<{ readonly role: RegionRole; readonly epoch: number }>;
  /** The peer as its own /status shows it. */
  readonly peer: Fact<{ readonly role: string; readonly epoch: number | null }>;
  readonly witness: Fact<Place>;
  /** The last activation; undefined when no Region ever took over. */
  readonly activation: Fact<{ readonly activePlace: Place; readonly epoch: number } | undefined>;
  readonly database: Fact<DatabaseFacts>;
  /** How far the secondary cluster is behind, in milliseconds. */
  readonly replicationLagMilliseconds: Fact<number>;
  readonly tables: Fact<readonly UsableFact[]>;
  /** Whether the payment queue's policy is exactly the one of an open, or of a closed Region. */
  readonly queue: Fact<"open" | "closed" | "other">;
  /** The states of the event sources, by function. */
  readonly consumers: Fact<readonly { readonly name: string; readonly states: readonly string[] }[]>;
  readonly outboxRelayEnabled: Fact<boolean>;
  /** The hash of each function's live code. */
  readonly code: Fact<readonly PairFact[]>;
  readonly stacks: Fact<readonly StackFact[]>;
  /** Undefined when no drift detection was ever recorded. */
  readonly drift: Fact<DriftFact | undefined>;
  readonly secrets: Fact<readonly UsableFact[]>;
  readonly keys: Fact<readonly UsableFact[]>;
  readonly certificate: Fact<{ readonly status: string; readonly notAfter: Date | undefined }>;
  readonly concurrency: Fact<{
    readonly limit: number;
    readonly unreserved: number;
    readonly peerLimit: number;
  }>;
}

/** One judgement. */
export interface Judgement {
  /** kebab-case, the same in every evaluation. */
  readonly name: string;
  readonly ok: boolean;
  /** For people. */
  readonly detail: string;
}

/** Most that the secondary may be behind, in milliseconds: a tenth of the recovery point that is required. */
export const MAX_LAG_MILLISECONDS = 30_000;
/** Days that a certificate must last at least. ACM renews 60 days before the end; later than that something is wrong. */
export const MIN_CERTIFICATE_DAYS = 30;
/** Days after which a drift detection says nothing any more: it is scheduled every day, and one may be missed. */
export const MAX_DRIFT_AGE_DAYS = 3;
/** What Lambda keeps unreserved at least; without it no function scales. */
export const MIN_UNRESERVED_CONCURRENCY = 100;

const DAY_MILLISECONDS = 86_400_000;

/** Why something is not as it should be, or what was found when it is. */
type Verdict = { readonly ok: boolean; readonly detail: string };
const good = (detail: string): Verdict => ({ ok: true, detail });
const bad = (detail: string): Verdict => ({ ok: false, detail });

/** Judges whether the standby of the two Regions could take over now. Pure; every check in every evaluation. */
export function evaluateReadiness(facts: ReadinessFacts): Judgement[] {
  const active = activePlace(facts);
  const isActive = active === facts.place;
  const judge = <T>(name: string, fact: Fact<T>, verdict: (value: T) => Verdict): Judgement => ({
    name,
    ...(fact.known ? verdict(fact.value) : bad(`cannot be told: ${fact.reason}`)),
  });
  return [
    judge("role", facts.role, ({ role, epoch }) =>
      role === "ACTIVE" || role === "STANDBY"
        ? good(`${role} in epoch ${epoch}`)
        : bad(`the role is ${role}`),
    ),
    judge("peer", facts.peer, (peer) => judgePeer(facts, peer)),
    judge("witness", facts.witness, (named) => judgeActive("the witness names", named, active)),
    judge("activation", facts.activation, (record) => judgeActivation(facts, record, active)),
    judge("database", facts.database, (database) => judgeDatabase(database, active)),
    judge("database-versions", facts.database, ({ clusters: { own, peer } }) =>
      own.version === peer.version ? good(own.version) : bad(`here ${own.version}, there ${peer.version}`),
    ),
    judge("replication-lag", facts.replicationLagMilliseconds, (lag) =>
      lag <= MAX_LAG_MILLISECONDS ? good(`${lag} ms`) : bad(`${lag} ms, more than ${MAX_LAG_MILLISECONDS}`),
    ),
    judge("tables", facts.tables, judgeUsable),
    judge("payment-queue", facts.queue, (state) => {
      const wanted = isActive ? "open" : "closed";
      return state === wanted ? good(state) : bad(`the policy is ${state}, not ${wanted}`);
    }),
    judge("consumers", facts.consumers, (consumers) => judgeConsumers(consumers, isActive)),
    judge("outbox-relay", facts.outboxRelayEnabled, (isEnabled) =>
      isEnabled === isActive
        ? good(onOrOff(isEnabled))
        : bad(`${onOrOff(isEnabled)} in ${roleWord(isActive)}`),
    ),
    judge("code-parity", facts.code, judgePairs),
    judge("template-parity", facts.stacks, judgeStacks),
    judge("drift", facts.drift, (drift) => judgeDrift(drift, facts.now)),
    judge("secrets", facts.secrets, judgeUsable),
    judge("keys", facts.keys, judgeUsable),
    judge("certificate", facts.certificate, (certificate) => judgeCertificate(certificate, facts.now)),
    judge("concurrency", facts.concurrency, judgeConcurrency),
  ];
}

/** Which place is the active one as far as this Region knows: it, or its peer. */
function activePlace({ place, role }: ReadinessFacts): Place {
  return role.known && role.value.role === "ACTIVE" ? place : peerOf(place);
}

function judgePeer(
  { role: own }: ReadinessFacts,
  peer: { readonly role: string; readonly epoch: number | null },
): Verdict {
  const wanted = own.known && own.value.role === "ACTIVE" ? "STANDBY" : "ACTIVE";
  if (peer.role !== wanted) return bad(`the other Region shows ${peer.role}, not ${wanted}`);
  if (own.known && own.value.epoch !== peer.epoch) {
    return bad(`epoch ${own.value.epoch} here, ${peer.epoch ?? "unknown"} there`);
  }
  return good(`${peer.role} in epoch ${peer.epoch}`);
}

function judgeActive(what: string, named: Place, active: Place): Verdict {
  return named === active ? good(`${what} ${named}`) : bad(`${what} ${named}, and ${active} is active`);
}

function judgeActivation(
  { role }: ReadinessFacts,
  record: { readonly activePlace: Place; readonly epoch: number } | undefined,
  active: Place,
): Verdict {
  if (record === undefined) return good("no Region ever took over");
  if (role.known && role.value.epoch !== record.epoch) {
    return bad(`the control record is of epoch ${record.epoch}, this Region of ${role.value.epoch}`);
  }
  return judgeActive("the control record names", record.activePlace, active);
}

function judgeDatabase(database: DatabaseFacts, active: Place): Verdict {
  const { globalStatus, isChanging, writer, clusters, isConnected, instances } = database;
  if (isChanging) return bad("a failover or switchover of the database is under way");
  if (globalStatus !== "available") return bad(`the global cluster is ${globalStatus}`);
  for (const [where, { status }] of Object.entries(clusters)) {
    if (status !== "available")
      return bad(`the ${where === "own" ? "own" : "other Region's"} cluster is ${status}`);
  }
  if (writer !== active) return bad(`the writer is in ${writer ?? "neither place"}, and ${active} is active`);
  if (!isConnected) return bad("the secondary cluster does not follow the writer");
  const down = instances.filter(({ status }) => status !== "available");
  if (down.length > 0) return bad(down.map(({ id, status }) => `${id} is ${status}`).join(", "));
  const zones = new Set(instances.map(({ zone }) => zone));
  if (instances.length < 2)
    return bad(`${instances.length} instance here: none would be left after a failure`);
  if (zones.size < 2) return bad("all instances here are in one Availability Zone");
  return good(`writer in ${active}, ${instances.length} instances here`);
}

function judgeConsumers(
  consumers: readonly { readonly name: string; readonly states: readonly string[] }[],
  isActive: boolean,
): Verdict {
  const wanted = isActive ? "Enabled" : "Disabled";
  const wrong = consumers.filter(
    ({ states }) => states.length === 0 || states.some((state) => state !== wanted),
  );
  return wrong.length === 0
    ? good(wanted)
    : bad(
        wrong
          .map(({ name, states }) => `${name} is ${states.join("/") || "absent"}, not ${wanted}`)
          .join(", "),
      );
}

function judgePairs(pairs: readonly PairFact[]): Verdict {
  const wrong = pairs.filter(({ own, peer }) => own === undefined || own !== peer);
  return wrong.length === 0 && pairs.length > 0
    ? good(`${pairs.length} functions alike`)
    : bad(`different or absent: ${wrong.map(({ name }) => name).join(", ") || "all"}`);
}

function judgeStacks(stacks: readonly StackFact[]): Verdict {
  const unsettled = stacks.flatMap(({ name, ownStatus, peerStatus }) => [
    ...(isSettled(ownStatus) ? [] : [`${name} is ${ownStatus} here`]),
    ...(isSettled(peerStatus) ? [] : [`${name} is ${peerStatus} there`]),
  ]);
  const different = stacks.filter(({ isSame }) => !isSame).map(({ name }) => `${name} differs`);
  const wrong = [...unsettled, ...different];
  return wrong.length === 0 && stacks.length > 0
    ? good(`${stacks.length} stacks alike`)
    : bad(wrong.join(", ") || "no stacks");
}

/** What was changed by hand in one Region is not there after a failover. */
function judgeDrift(drift: DriftFact | undefined, now: Date): Verdict {
  if (drift === undefined) return good("no drift detection was recorded");
  const { checkedAt, findings } = drift;
  const when = checkedAt.toISOString().slice(0, 16);
  if (findings.length > 0) return bad(`found at ${when}: ${findings.join(", ")}`);
  const days = Math.floor((now.getTime() - checkedAt.getTime()) / DAY_MILLISECONDS);
  return days <= MAX_DRIFT_AGE_DAYS
    ? good(`none at ${when}`)
    : bad(`last looked for ${days} days ago: the schedule has stopped`);
}

/** A stack that was rolled back runs, but not on what was last deployed. */
function isSettled(status: string): boolean {
  return status === "CREATE_COMPLETE" || status === "UPDATE_COMPLETE" || status === "IMPORT_COMPLETE";
}

function judgeUsable(all: readonly UsableFact[]): Verdict {
  const wrong = all.filter(({ problem }) => problem !== undefined);
  return wrong.length === 0 && all.length > 0
    ? good(`${all.length} usable`)
    : bad(wrong.map(({ name, problem }) => `${name}: ${problem}`).join(", ") || "none is known");
}

function judgeCertificate(
  { status, notAfter }: { readonly status: string; readonly notAfter: Date | undefined },
  now: Date,
): Verdict {
  if (status !== "ISSUED") return bad(`the certificate is ${status}`);
  if (notAfter === undefined) return bad("the certificate does not say when it ends");
  const days = Math.floor((notAfter.getTime() - now.getTime()) / DAY_MILLISECONDS);
  return days >= MIN_CERTIFICATE_DAYS ? good(`${days} days left`) : bad(`${days} days left`);
}

function judgeConcurrency({
  limit,
  unreserved,
  peerLimit,
}: {
  readonly limit: number;
  readonly unreserved: number;
  readonly peerLimit: number;
}): Verdict {
  if (limit < peerLimit) return bad(`${limit} at once here, ${peerLimit} in the other Region`);
  if (unreserved < MIN_UNRESERVED_CONCURRENCY) return bad(`only ${unreserved} of ${limit} are unreserved`);
  return good(`${limit} at once, ${unreserved} unreserved`);
}

function onOrOff(isEnabled: boolean): string {
  return isEnabled ? "enabled" : "disabled";
}

function roleWord(isActive: boolean): string {
  return isActive ? "the active Region" : "the standby";
}
