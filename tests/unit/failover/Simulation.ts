import {
  drawsTraffic,
  peerOf,
  type LeaseDecision,
  type Place,
  type RoleRecord,
  type WitnessReading,
} from "../../../functions/domain/failover";
import { randomNumbers, type History } from "./history";
import { HealthCheck, Region } from "./parts";
import { Orchestrator, type World } from "./Orchestrator";
import type { Rules } from "./rules";

/** What a run showed. */
export interface Verdict {
  /** The first time that safety was hurt, with what happened; undefined when never. */
  readonly unsafe: string | undefined;
  /** Whether in the healthy end one Region took writes all the time. */
  readonly endsWithOneWriter: boolean;
  /** How the Regions stood at the end. */
  readonly end: string;
  readonly takeovers: number;
}

const STEP_SECONDS = 5;
const START = Date.parse("2026-11-24T00:00:00.000Z");
/** Answers of the witness may be this old, in seconds. */
const MAX_LAG_SECONDS = 60;
const CHECK_SECONDS = 30;
const SCHEDULE_SECONDS = 60;
/** Time without faults at the end, in seconds, and its last part, in which exactly one must write. */
const HEALTHY_SECONDS = 2_100;
const JUDGED_SECONDS = 300;
const LOSS = 0.02;

/** Both Regions, DNS and the cut between them, in steps of five seconds, driven by the product's rules. */
export class Simulation implements World {
  readonly #history: History;
  readonly rules: Rules;
  readonly #random: () => number;
  readonly #orchestrator = new Orchestrator(this);
  readonly #primary: Region;
  readonly #dr: Region;
  readonly #primaryCheck = new HealthCheck(true);
  readonly #latchCheck = new HealthCheck(false);
  readonly #answers: Place[] = [];
  readonly #log: string[] = [];
  seconds = 0;
  #healthyFrom = 0;
  link = true;
  #topEpoch = 1;

  constructor(history: History, rules: Rules) {
    this.#history = history;
    this.rules = rules;
    this.#random = randomNumbers(history.seed);
    const updatedAt = new Date(START);
    this.#primary = new Region("primary", { role: "ACTIVE", epoch: 1, updatedAt, leaseRenewedAt: updatedAt });
    this.#dr = new Region("dr", { role: "STANDBY", epoch: 1, updatedAt });
    for (const region of this.#regions) region.lag = this.#newLag();
  }

  get promotionSeconds(): number {
    return this.#history.promotionSeconds;
  }

  get #regions(): readonly [Region, Region] {
    return [this.#primary, this.#dr];
  }

  run(): Verdict {
    const { faults, incidents } = this.#history;
    const ends = [
      ...faults.map(({ from, seconds }) => from + seconds),
      // A crashed orchestrator is started again within five minutes.
      ...incidents.map(({ at }) => at + 300),
    ];
    this.#healthyFrom = Math.max(300, ...ends);
    const end = this.#healthyFrom + HEALTHY_SECONDS;
    let stepsWithOne = 0;
    for (; this.seconds < end; this.seconds += STEP_SECONDS) {
      this.#step();
      const writers = this.#regions.filter((region) => this.#writes(region));
      const unsafe = this.#whyUnsafe(writers);
      if (unsafe !== undefined) return this.#verdict(unsafe, false);
      if (this.seconds >= end - JUDGED_SECONDS && writers.length === 1) stepsWithOne += 1;
    }
    return this.#verdict(undefined, stepsWithOne === JUDGED_SECONDS / STEP_SECONDS);
  }

  #verdict(unsafe: string | undefined, endsWithOneWriter: boolean): Verdict {
    const end = this.#regions
      .map(
        ({ place, record, operation: op }) =>
          `${place} ${record.role} ${record.epoch} ${op ? `${op.state}/${op.step}` : ""}`,
      )
      .join(", ");
    return {
      unsafe: unsafe && `${unsafe} at ${this.seconds} s\n${this.#log.slice(-40).join("\n")}`,
      endsWithOneWriter,
      end: `${end}\n${this.#log.slice(-40).join("\n")}`,
      takeovers: this.#orchestrator.takeovers,
    };
  }

  #whyUnsafe(writers: readonly Region[]): string | undefined {
    if (writers.length > 1) return "two Regions write";
    for (const { record, place } of this.#regions) {
      if (record.role === "ACTIVE" && record.epoch > this.#topEpoch) {
        this.#topEpoch = record.epoch;
        this.note(place, `is active in epoch ${record.epoch}`);
      }
    }
    const late = writers.find(({ record }) => record.epoch < this.#topEpoch);
    return late && `${late.place} writes in epoch ${late.record.epoch} after epoch ${this.#topEpoch} began`;
  }

  #step(): void {
    this.#applyFaults();
    this.#applyIncidents();
    this.#checkHealth();
    for (const region of this.#regions) if (region.up) this.#readOnHotPath(region);
    for (const region of this.#regions) if (region.up) this.#keepLease(region);
    for (const region of this.#regions) if (region.up) this.#probe(region);
    for (const region of this.#regions) if (region.up) this.#orchestrator.operate(region);
  }

  #applyFaults(): void {
    for (const region of this.#regions) {
      region.up = region.world = region.dns = region.keeper = true;
      region.sick = false;
    }
    this.link = true;
    for (const { kind, place, from, seconds } of this.#history.faults) {
      if (this.seconds < from || this.seconds >= from + seconds) continue;
      const region = this.#of(place);
      if (kind === "link") this.link = false;
      else if (kind === "sick") region.sick = true;
      else if (kind === "isolated") {
        region.world = region.dns = false;
        this.link = false;
      } else if (kind === "down") region.up = false;
      else region[kind] = false;
    }
  }

  #applyIncidents(): void {
    for (const { kind, place, at } of this.#history.incidents) {
      if (at !== this.seconds) continue;
      const region = this.#of(place);
      if (kind === "crash")
        this.#orchestrator.crash(region, 30 + Math.floor(this.#random() * 54) * STEP_SECONDS);
      else if (region.up) this.#orchestrator.begin(region, "switchover");
    }
  }

  #checkHealth(): void {
    const [primaryPhase = 0, drPhase = 0] = this.#history.phases;
    if ((this.seconds + primaryPhase) % CHECK_SECONDS === 0) {
      this.#primaryCheck.look(this.#seenByWorld(this.#primary));
    }
    if ((this.seconds + drPhase) % CHECK_SECONDS === 0) this.#latchCheck.look(this.#seenByWorld(this.#dr));
    const isLatched = this.#latchCheck.healthy && this.rules.latch;
    const answer = this.#primaryCheck.healthy && !isLatched ? "primary" : "dr";
    if (this.#answers.length > 0 && this.#answers.at(-1) !== answer) this.note("dns", `names ${answer}`);
    this.#answers.push(answer);
  }

  #seenByWorld(region: Region): boolean {
    return region.up && region.world && this.#drawsTraffic(region) && !this.isLost();
  }

  #drawsTraffic(region: Region): boolean {
    const now = this.clock(region, 0);
    const shown = this.rules.shownRole(region.record, now, this.rules.timings);
    return drawsTraffic(shown, region.sick ? "unreachable" : "writable", "OK");
  }

  #readOnHotPath(region: Region): void {
    const reading = this.askWitness(region, 0);
    if (reading?.named === region.place) region.permissive = reading;
  }

  askWitness(region: Region, clock: number): WitnessReading | undefined {
    const { lag } = this.#history;
    if (lag === "jumping" || (lag === "drifting" && this.#random() < 0.02)) region.lag = this.#newLag();
    if (lag === "extreme" && this.#random() < 0.05) region.lag = region.lag === 0 ? MAX_LAG_SECONDS : 0;
    const readAt = this.clock(region, clock);
    if (!region.dns || this.isLost()) {
      return this.rules.staleReadings ? { named: region.lastNamed, readAt } : undefined;
    }
    const index = this.#answers.length - 1 - region.lag / STEP_SECONDS;
    region.lastNamed = this.#answers[Math.max(0, index)] ?? "primary";
    return { named: region.lastNamed, readAt };
  }

  /** Messages are lost now and then, until all is healthy. */
  isLost(part = LOSS): boolean {
    return this.#random() < part && this.seconds < this.#healthyFrom;
  }

  #newLag(): number {
    if (this.#history.lag === "extreme") return this.#random() < 0.5 ? 0 : MAX_LAG_SECONDS;
    return Math.floor(this.#random() * (MAX_LAG_SECONDS / STEP_SECONDS + 1)) * STEP_SECONDS;
  }

  #keepLease(region: Region): void {
    if (region.pending && region.pending.at <= this.seconds) {
      region.pending.apply();
      region.pending = undefined;
    }
    if (!region.keeper || !this.#isDue(region, 2)) return;
    const { record } = region;
    const decision = this.rules.decideLease(
      {
        place: region.place,
        record,
        // The keeper asks again when nothing comes back.
        witness: this.askWitness(region, 1) ?? this.askWitness(region, 1),
        peer: this.lookAtPeer(region) ?? this.lookAtPeer(region),
        operation: region.operation,
        now: this.clock(region, 1),
      },
      this.rules.timings,
    );
    const delay = this.#random() < 0.1 ? Math.floor(this.#random() * 3) * STEP_SECONDS : 0;
    const apply = (): void => this.#applyDecision(region, record, decision);
    if (delay === 0) apply();
    else region.pending = { at: this.seconds + delay, apply };
  }

  #applyDecision(region: Region, from: RoleRecord, decision: LeaseDecision): void {
    const { record } = region;
    const isUnchanged =
      record.role === from.role && record.epoch === from.epoch && record.updatedAt === from.updatedAt;
    if (!isUnchanged || decision.kind === "keep") return;
    if (decision.kind === "renew") {
      const { leaseRenewedAt } = decision;
      if (record.leaseRenewedAt === undefined || record.leaseRenewedAt < leaseRenewedAt)
        region.record = { ...record, leaseRenewedAt };
      return;
    }
    this.note(region.place, `${decision.kind}: ${decision.reason}`);
    const updatedAt = this.clock(region, 1);
    const { epoch } = record;
    if (decision.kind === "fence") region.record = { role: "FENCED", epoch, updatedAt };
    else if (decision.kind === "stand_by")
      region.record = { role: "STANDBY", epoch: decision.epoch, updatedAt };
    else region.record = { role: "ACTIVE", epoch, updatedAt, leaseRenewedAt: decision.leaseRenewedAt };
  }

  /** What the peer's /status says, if the Regions can speak to each other. */
  lookAtPeer(region: Region) {
    const peer = this.peerOf(region);
    if (!this.link || !peer.up || this.isLost()) return undefined;
    const role = this.rules.shownRole(peer.record, this.clock(peer, 0), this.rules.timings);
    return { role, epoch: peer.record.epoch, traffic: this.#drawsTraffic(peer) };
  }

  /** The standby's probe; two looks in a row that fail raise the alarm, and every further one says so again. */
  #probe(region: Region): void {
    if (!this.#isDue(region, 4)) return;
    if (region.record.role !== "STANDBY") {
      region.failedLooks = 0;
      return;
    }
    region.failedLooks = this.lookAtPeer(region)?.traffic ? 0 : region.failedLooks + 1;
    if (region.failedLooks >= 2) this.#orchestrator.begin(region, "failover");
  }

  /** Whether any environment of the Region could accept a write right now. */
  #writes(region: Region): boolean {
    if (!region.up) return false;
    const { place, record, permissive: witness } = region;
    const now = this.clock(region, 0);
    return this.rules.mayAcceptWrite({ place, record, witness, now }, this.rules.timings).admitted;
  }

  /** @param which 0 the hot path, 1 the lease keeper, 2 the orchestrator. */
  clock(region: Region, which: number): Date {
    const skew = this.#history.skews[(region === this.#primary ? 0 : 3) + which] ?? 0;
    return new Date(START + (this.seconds + skew) * 1_000);
  }

  /** @param first index of the schedule's phase: of primary; dr's is the next. */
  #isDue(region: Region, first: number): boolean {
    const phase = this.#history.phases[first + (region === this.#primary ? 0 : 1)] ?? 0;
    return (this.seconds + phase) % SCHEDULE_SECONDS === 0;
  }

  #of(place: Place): Region {
    return place === "primary" ? this.#primary : this.#dr;
  }

  peerOf(region: Region): Region {
    return this.#of(peerOf(region.place));
  }

  note(who: string, what: string): void {
    this.#log.push(`${this.seconds} s ${who} ${what}`);
  }
}
