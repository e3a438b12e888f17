import { Resolver } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { REGIONS as PROGRAM_REGIONS } from "../../../components/regions";
import { awsConfig, type EmbeddedCloud, type FlatOutputs, type Place } from "../../client";
import type { Activation, Change, Moment, Observations, OperationFacts } from "../facts";
import type { TableReader } from "./TableReader";

/** Milliseconds between two looks. What a drill measures by looking is late by this much at most. */
export const OBSERVER_INTERVAL_MS = 250;
const ALARM_INTERVAL_MS = 500;
const ANSWER_TIMEOUT_MS = 1_500;

const PLACES: readonly Place[] = ["primary", "dr"];

/** Which place an address of the embedded cloud's gateway stands for. */
const PLACE_OF_ADDRESS: Readonly<Record<string, Place>> = { "127.0.1.1": "primary", "127.0.1.2": "dr" };

/** A value that is noted only when it changes. */
class Track {
  readonly changes: Change<string>[] = [];

  note(value: string, at: Moment = Date.now()): void {
    if (this.changes.at(-1)?.value !== value) this.changes.push({ at, value });
  }

  get last(): string | undefined {
    return this.changes.at(-1)?.value;
  }
}

const pair = (): Record<Place, Track> => ({ primary: new Track(), dr: new Track() });
const changesOf = (tracks: Record<Place, Track>) => ({
  primary: tracks.primary.changes,
  dr: tracks.dr.changes,
});

/** Looks at roles, alarms, DNS and the operations all the time, from outside, and keeps what changes. */
export class Observer {
  readonly #tables: Readonly<Record<Place, TableReader>>;
  readonly #alarms: Readonly<Record<Place, CloudWatchClient>>;
  readonly #suffix: string;
  readonly #resolver: Resolver;
  readonly #publicName: string;
  readonly #witnessName: string;
  readonly #stop = new AbortController();
  #running: Promise<unknown> | undefined;

  readonly #roles = pair();
  readonly #serviceAlarms = pair();
  readonly #peerAlarms = pair();
  readonly #redAlarms = pair();
  readonly #dns = new Track();
  readonly #witness = new Track();
  readonly #operations = new Map<string, OperationFacts>();
  readonly #activations = new Map<number, Activation>();

  constructor(cloud: EmbeddedCloud, outputs: FlatOutputs, tables: Readonly<Record<Place, TableReader>>) {
    this.#tables = tables;
    const alarms = (place: Place) => {
      const config = awsConfig(cloud, place);
      return new CloudWatchClient({ ...config, maxAttempts: 1 });
    };
    this.#alarms = { primary: alarms("primary"), dr: alarms("dr") };
    this.#suffix = outputs.suffix;
    this.#resolver = new Resolver({ timeout: ANSWER_TIMEOUT_MS, tries: 1 });
    this.#resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`]);
    this.#publicName = new URL(outputs.get("PrimaryPaymentsPublicApiUrl")).hostname;
    this.#witnessName = `witness.${this.#publicName.slice(this.#publicName.indexOf(".") + 1)}`;
  }

  start(): void {
    this.#running = Promise.all([
      // Each loop for itself: a Region that hangs must not keep the other one from being seen.
      ...PLACES.map((place) => this.#every(OBSERVER_INTERVAL_MS, () => this.#lookAtRecords(place))),
      ...PLACES.map((place) => this.#every(ALARM_INTERVAL_MS, () => this.#lookAtAlarms(place))),
      this.#every(OBSERVER_INTERVAL_MS, () => this.#lookAtNames()),
    ]);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#resolver.cancel();
  }

  get observations(): Observations {
    return {
      roles: changesOf(this.#roles),
      serviceAlarms: changesOf(this.#serviceAlarms),
      peerAlarms: changesOf(this.#peerAlarms),
      redAlarms: changesOf(this.#redAlarms),
      dns: this.#dns.changes,
      witness: this.#witness.changes,
    };
  }

  /** Every operation seen, as it was seen last, by its start. */
  get operations(): OperationFacts[] {
    return [...this.#operations.values()].sort((left, right) => left.startedAt - right.startedAt);
  }

  /** Every take-over with an epoch above the given one, by its epoch. */
  activations(aboveEpoch: number): Activation[] {
    return [...this.#activations.values()]
      .filter(({ epoch }) => epoch > aboveEpoch)
      .sort((left, right) => left.epoch - right.epoch);
  }

  /** What was seen last: `ACTIVE 1`, or `unknown`. */
  role(place: Place): string {
    return this.#roles[place].last ?? "unknown";
  }

  serviceAlarm(place: Place): string {
    return this.#serviceAlarms[place].last ?? "unknown";
  }

  peerAlarm(place: Place): string {
    return this.#peerAlarms[place].last ?? "unknown";
  }

  isRed(place: Place, alarm: string): boolean {
    return this.#redAlarms[place].last?.split(",").includes(alarm) ?? false;
  }

  get dnsAnswer(): string {
    return this.#dns.last ?? "unknown";
  }

  get witnessAnswer(): string {
    return this.#witness.last ?? "unknown";
  }

  async #lookAtRecords(place: Place): Promise<void> {
    const tables = this.#tables[place];
    const [role, operation, activation] = await Promise.all([
      tables.role(),
      tables.operation(),
      tables.activation(),
    ]);
    this.#roles[place].note(role === undefined ? "unknown" : `${role.role} ${role.epoch}`);
    if (operation !== undefined) this.#operations.set(`${place} ${operation.operationId}`, operation);
    if (activation !== undefined) {
      const { activePlace, epoch, activatedAt } = activation;
      this.#noteActivation({ place: activePlace, epoch, at: activatedAt });
    }
    // The role's own record too: whoever calls itself active is a writer, whatever the control record says.
    if (role?.role === "ACTIVE" && !this.#activations.has(role.epoch)) {
      this.#noteActivation({ place, epoch: role.epoch, at: role.updatedAt ?? Date.now() });
    }
  }

  #noteActivation(activation: Activation): void {
    const known = this.#activations.get(activation.epoch);
    if (known === undefined || activation.at < known.at) this.#activations.set(activation.epoch, activation);
  }

  async #lookAtAlarms(place: Place): Promise<void> {
    const { code } = PROGRAM_REGIONS[place];
    try {
      const { MetricAlarms = [], CompositeAlarms = [] } = await this.#alarms[place].send(
        new DescribeAlarmsCommand({ AlarmTypes: ["MetricAlarm", "CompositeAlarm"], MaxRecords: 100 }),
        { abortSignal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) },
      );
      const states = new Map(
        [...MetricAlarms, ...CompositeAlarms].map((each) => [each.AlarmName ?? "", each.StateValue ?? ""]),
      );
      const stateOf = (purpose: string) =>
        states.get(`alarm-${purpose}-${code}-${this.#suffix}`) ?? "unknown";
      this.#serviceAlarms[place].note(stateOf("service"));
      this.#peerAlarms[place].note(stateOf("peer-unavailable"));
      const red = [...states].filter(([, state]) => state === "ALARM").map(([name]) => name);
      this.#redAlarms[place].note(red.sort().join(","));
    } catch {
      for (const tracks of [this.#serviceAlarms, this.#peerAlarms, this.#redAlarms]) {
        tracks[place].note("unknown");
      }
    }
  }

  async #lookAtNames(): Promise<void> {
    const [address, text] = await Promise.all([
      answerOf(this.#resolver.resolve4(this.#publicName), ([first]) => PLACE_OF_ADDRESS[first ?? ""]),
      answerOf(this.#resolver.resolveTxt(this.#witnessName), ([first]) => first?.join("")),
    ]);
    this.#dns.note(address);
    this.#witness.note(text);
  }

  async #every(intervalMs: number, look: () => Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await look();
      await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** DNS says that there is nothing of that name or type. */
const NO_DATA: readonly string[] = ["ENOTFOUND", "ENODATA"];

/** What DNS answered; `none` when it says that there is nothing, `unknown` when it did not answer in time. */
async function answerOf<Answer>(
  question: Promise<Answer>,
  read: (answer: Answer) => string | undefined,
): Promise<string> {
  try {
    return read(await question) ?? "none";
  } catch (error) {
    return NO_DATA.includes((error as NodeJS.ErrnoException).code ?? "") ? "none" : "unknown";
  }
}
