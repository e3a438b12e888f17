import { setTimeout as sleep } from "node:timers/promises";
import { REGIONS } from "../../components/regions";
import { say } from "../cli";
import type { EmbeddedCloud, Place } from "../client";
import { placeOfEpoch } from "./checker";
import type { DatabaseFacts, Moment } from "./facts";
import type { Payers } from "./load/Payers";
import type { Random } from "./load/random";
import type { DatabaseReader } from "./platform/DatabaseReader";
import type { Fault, Faults } from "./platform/Faults";
import type { Observer } from "./platform/Observer";
import type { Operator } from "./platform/Operator";
import type { TableReader } from "./platform/TableReader";

/** What a scenario waited for did not come; the drill is judged all the same. */
export class DrillTimeout extends Error {
  override readonly name = "DrillTimeout";
}

/** A thing that happened, for the timeline. */
export interface Mark {
  readonly at: Moment;
  readonly text: string;
}

/** What a drill is made of. */
export interface DrillParts {
  readonly clockFactor: number;
  readonly random: Random;
  readonly faults: Faults;
  readonly observer: Observer;
  readonly operator: Operator;
  readonly databases: Readonly<Record<Place, DatabaseReader>>;
  readonly tables: Readonly<Record<Place, TableReader>>;
  readonly cloud: EmbeddedCloud;
  /** Those who pay through the public name. */
  readonly payers: Pick<Payers, "attempts">;
  /** Payers inside a Region, who do not go by the public name. */
  readonly insidePayers: (place: Place) => Payers;
  readonly merchantIds: readonly string[];
  /** Ends every name of the platform. */
  readonly suffix: string;
  readonly signal: AbortSignal;
}

const POLL_MS = 100;
/** Payments that may be on their way between the databases while payers are at work. */
const CAUGHT_UP_LAG = 40;
const ACCEPTS_WITHIN_MS = 2_000;

/** A drill under way, as its scenario acts on it. Times are AWS seconds: they pass faster by the clock factor. */
export class Drill {
  readonly parts: DrillParts;
  readonly marks: Mark[] = [];
  readonly earlierDatabases: DatabaseFacts[] = [];
  outageAt: Moment | undefined;
  operatorAt: Moment | undefined;
  failbackAskedAt: Moment | undefined;
  /** Ids of the operations that ended before this drill began. */
  readonly earlierOperations: ReadonlySet<string>;

  constructor(parts: DrillParts) {
    this.parts = parts;
    this.earlierOperations = new Set(parts.observer.operations.map(({ operationId }) => operationId));
  }

  get observer(): Observer {
    return this.parts.observer;
  }

  get faults(): Faults {
    return this.parts.faults;
  }

  mark(text: string): void {
    this.marks.push({ at: Date.now(), text });
    say(`  ${text}`);
  }

  /** The fault whose consequences are measured: from now on the service counts as disturbed. */
  async breakDown(text: string, breaking: () => Promise<void>): Promise<void> {
    this.mark(text);
    const at = Date.now();
    await breaking();
    this.outageAt ??= at;
  }

  /** Faults of the emulator, in place of those that are set. */
  async setFaults(text: string, faults: readonly Fault[]): Promise<void> {
    this.mark(text);
    await this.faults.set(faults);
  }

  /** Everything of the emulator is whole again. What a database holds is noted before, as long as it can be. */
  async mend(text: string): Promise<void> {
    await this.noteDatabases();
    this.mark(text);
    await this.faults.clear();
  }

  /** Notes what the servers hold, e.g. before the old writer becomes a copy of the new one. */
  async noteDatabases(): Promise<void> {
    const { databases, merchantIds } = this.parts;
    const all = await Promise.all(Object.values(databases).map((reader) => reader.read(merchantIds)));
    this.earlierDatabases.push(...all.filter((facts) => facts !== undefined));
  }

  /** Lets AWS seconds pass. */
  async pass(seconds: number): Promise<void> {
    await sleep((seconds * 1000) / this.parts.clockFactor, undefined, { signal: this.parts.signal });
  }

  /**
   * Waits until something is so.
   * @param boundSeconds in AWS seconds
   * @throws DrillTimeout when it does not come
   */
  async until(what: string, boundSeconds: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + (boundSeconds * 1000) / this.parts.clockFactor;
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new DrillTimeout(`${what} did not come within ${boundSeconds} s`);
      await sleep(POLL_MS, undefined, { signal: this.parts.signal });
    }
    this.mark(what);
  }

  /** Waits until a place has a role: `ACTIVE`, `STANDBY`, `FENCED`, `TAKING_OVER`. */
  async untilRole(place: Place, role: string, boundSeconds: number): Promise<void> {
    await this.until(`${place} is ${role}`, boundSeconds, () =>
      this.observer.role(place).startsWith(`${role} `),
    );
  }

  /** Waits until both databases hold the same payments, but for those that are on their way right now. */
  async untilCaughtUp(boundSeconds: number): Promise<void> {
    const { databases, merchantIds } = this.parts;
    await this.until("both databases have caught up", boundSeconds, async () => {
      const [primary, dr] = await Promise.all([
        databases.primary.read(merchantIds),
        databases.dr.read(merchantIds),
      ]);
      if (primary === undefined || dr === undefined) return false;
      const lag = Math.abs(primary.payments.length - dr.payments.length);
      return primary.isWriter !== dr.isWriter && lag <= CAUGHT_UP_LAG;
    });
  }

  /** Whether a place has accepted a payment through the public name in the last moments. */
  acceptsNow(place: Place): boolean {
    const since = Date.now() - ACCEPTS_WITHIN_MS;
    return this.parts.payers.attempts.some(
      ({ outcome, endedAt, epoch }) =>
        outcome === "accepted" && endedAt > since && epoch !== undefined && placeOfEpoch(epoch) === place,
    );
  }

  /** Waits until the last operation that was seen has ended, in whichever state. */
  async untilOperationEnds(boundSeconds: number): Promise<void> {
    await this.until("the operation has ended", boundSeconds, () => {
      const last = this.observer.operations.at(-1);
      return (
        last !== undefined &&
        !this.earlierOperations.has(last.operationId) &&
        !OPEN_STATES.includes(last.state)
      );
    });
  }

  /** A Region's function, by its purpose: `intake`. */
  functionName(place: Place, purpose: string): string {
    return `function-${purpose}-${REGIONS[place].code}-${this.parts.suffix}`;
  }

  /** An alarm of a Region, by its purpose: `peer-unavailable`. */
  alarmName(place: Place, purpose: string): string {
    return `alarm-${purpose}-${REGIONS[place].code}-${this.parts.suffix}`;
  }

  /** The operator acts; what the command answers is for the scenario to judge. */
  async operate(...args: string[]): Promise<number> {
    this.mark(`operator: failover ${args.join(" ")}`);
    this.operatorAt ??= Date.now();
    const { code } = await this.parts.operator.failover(...args);
    this.mark(`  exit code ${code}`);
    return code;
  }
}

const OPEN_STATES = ["RUNNING", "PAUSED", "AWAITING_APPROVAL"];
