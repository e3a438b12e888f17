import { promises as dns } from "node:dns";
import { PLACES, secondsBetween, type Place, type WitnessReading } from "../../domain/failover";
import type { Clock } from "../clock";

/** Asks which place may write. */
export interface Witness {
  /** The last reading, renewed when it is older than the record's TTL; undefined when there was never one. */
  read(): Promise<WitnessReading | undefined>;
  /** Asks now, whatever is known; undefined when no understandable answer came in time. */
  ask(): Promise<WitnessReading | undefined>;
}

/** What the DNS witness works with. */
export interface DnsWitnessOptions {
  /** The TXT record's name. */
  readonly name: string;
  readonly ttlSeconds: number;
  readonly clock: Clock;
  /** For tests; the default is the machine's resolver. */
  readonly resolveTxt?: (name: string) => Promise<string[][]>;
}

/** Milliseconds for an answer. A resolver that is slower would take the API's 500 ms with it for nothing. */
const TIMEOUT_MILLISECONDS = 1_000;
/** After a failure it is asked again no sooner than this part of the TTL: not every request shall wait for the timeout. */
const RETRY_PART = 0.2;

/** The witness as a TXT failover record. One worker's readings; questions that overlap are one. */
export class DnsWitness implements Witness {
  readonly #options: DnsWitnessOptions;
  readonly #resolveTxt: (name: string) => Promise<string[][]>;
  #reading: WitnessReading | undefined;
  #failedAt: Date | undefined;
  #question: Promise<WitnessReading | undefined> | undefined;

  constructor(options: DnsWitnessOptions) {
    this.#options = options;
    // Absolute: a search domain must not answer for it.
    const absolute = options.name.endsWith(".") ? options.name : `${options.name}.`;
    const resolveTxt = options.resolveTxt ?? ((name: string) => dns.resolveTxt(name));
    this.#resolveTxt = () => resolveTxt(absolute);
  }

  async read(): Promise<WitnessReading | undefined> {
    const { clock, ttlSeconds } = this.#options;
    const now = clock.now();
    if (this.#reading && isYounger(this.#reading.readAt, now, ttlSeconds)) return this.#reading;
    if (this.#failedAt && isYounger(this.#failedAt, now, ttlSeconds * RETRY_PART)) return this.#reading;
    await this.ask();
    // Without an answer the old reading stays; the protocol judges its age.
    return this.#reading;
  }

  ask(): Promise<WitnessReading | undefined> {
    this.#question ??= this.#ask().finally(() => {
      this.#question = undefined;
    });
    return this.#question;
  }

  async #ask(): Promise<WitnessReading | undefined> {
    // Before the question is sent: the answer is at least as young as this.
    const readAt = this.#options.clock.now();
    const named = await this.#named().catch(() => undefined);
    if (named === undefined) {
      this.#failedAt = this.#options.clock.now();
      return undefined;
    }
    this.#failedAt = undefined;
    this.#reading = { named, readAt };
    return this.#reading;
  }

  async #named(): Promise<Place | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, fail) => {
      timer = setTimeout(() => fail(new Error("the witness did not answer in time")), TIMEOUT_MILLISECONDS);
    });
    try {
      const records = await Promise.race([this.#resolveTxt(this.#options.name), timeout]);
      // A failover pair answers with exactly one of its records.
      const text = records.length === 1 ? records[0]?.join("") : undefined;
      return PLACES.find((place) => place === text);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A clock that was set back makes nothing younger. */
function isYounger(at: Date, now: Date, limitSeconds: number): boolean {
  const age = secondsBetween(at, now);
  return age >= 0 && age < limitSeconds;
}
