import {
  handedOver,
  hasBegunPromotion,
  nextEpoch,
  observeWitness,
  whyNotLatch,
  type OperationMode,
  type OperationStep,
  type PeerView,
  type TakeoverWait,
  type WitnessReading,
} from "../../../functions/domain/failover";
import type { Operation, Region } from "./parts";
import type { Rules } from "./rules";

/** What the orchestrators see of the world. */
export interface World {
  readonly rules: Rules;
  /** Of the simulation. */
  readonly seconds: number;
  /** Whether the Regions can speak to each other. */
  readonly link: boolean;
  readonly promotionSeconds: number;
  lookAtPeer(region: Region): (PeerView & { readonly traffic: boolean }) | undefined;
  askWitness(region: Region, clock: number): WitnessReading | undefined;
  clock(region: Region, which: number): Date;
  isLost(part?: number): boolean;
  peerOf(region: Region): Region;
  note(who: string, what: string): void;
}

const CONFIRM_BOUND_SECONDS = 240;
const DEMOTE_BOUND_SECONDS = 60;
const WAIT_BOUND_SECONDS = 360;
/** Messages of a fence that do not arrive. */
const FENCE_LOSS = 0.2;

/** Both Regions' orchestrators, in the order of the state machine's steps. */
export class Orchestrator {
  readonly #world: World;
  #operations = 0;
  takeovers = 0;

  constructor(world: World) {
    this.#world = world;
  }

  begin(region: Region, mode: OperationMode): void {
    const { operation, record } = region;
    if (operation && (operation.state === "RUNNING" || operation.state === "FAILED")) return;
    if (record.role !== "STANDBY") return;
    this.#operations += 1;
    region.operation = {
      operationId: String(this.#operations),
      mode,
      targetEpoch: nextEpoch(region.place, record.epoch),
      ...{
        state: "RUNNING",
        step: "confirm",
        updatedAt: this.#world.clock(region, 2),
        stepAt: this.#world.seconds,
      },
      ...{ alive: true, restartAt: 0, latchedAt: undefined },
    };
    region.history = undefined;
  }

  /** One step of the orchestrator. */
  operate(region: Region): void {
    const { operation } = region;
    if (!operation || operation.state !== "RUNNING") return;
    if (!operation.alive) {
      if (this.#world.seconds < operation.restartAt) return;
      operation.alive = true;
      operation.stepAt = this.#world.seconds;
      if (!hasBegunPromotion(operation.step)) operation.step = "confirm";
    }
    operation.updatedAt = this.#world.clock(region, 2);
    const { step } = operation;
    if (step === "confirm") this.#confirm(region, operation);
    else if (step === "demote") this.#demote(region, operation);
    else if (step === "latch") this.#latch(region, operation);
    else if (step === "wait") this.#wait(region, operation);
    else if (step === "promote") this.#promote(region, operation);
    else this.#activate(region, operation);
  }

  /** @param seconds until it is started again. */
  crash(region: Region, seconds: number): void {
    const { operation } = region;
    if (!operation?.alive) return;
    operation.alive = false;
    operation.restartAt = this.#world.seconds + seconds;
    this.#world.note(region.place, `operation crashes in ${operation.step}`);
  }

  #confirm(region: Region, operation: Operation): void {
    const { place, record } = region;
    const { mode } = operation;
    // Started again after a crash: the role is taken already.
    if (record.role === "TAKING_OVER") return this.#to(operation, mode === "switchover" ? "demote" : "latch");
    const peer = this.#world.lookAtPeer(region);
    const reason = this.#world.rules.whyNotTakeOver(
      {
        ...{ place, mode, record, peer, decidedByOperator: mode === "switchover" },
        witness: this.#world.askWitness(region, 2),
        now: this.#world.clock(region, 2),
      },
      this.#world.rules.timings,
    );
    if (reason === undefined) this.#to(operation, mode === "switchover" ? "demote" : "latch");
    else if (peer?.traffic || this.#elapsed(operation) > CONFIRM_BOUND_SECONDS)
      this.#abort(region, operation);
  }

  #demote(region: Region, operation: Operation): void {
    const peer = this.#world.peerOf(region);
    if (this.#world.link && peer.up) {
      const { role, epoch } = peer.record;
      if (epoch > region.record.epoch || role === "TAKING_OVER") return this.#abort(region, operation);
      if (peer.record.role !== "STANDBY") this.#setPeer(peer, "STANDBY");
      this.#to(operation, "latch");
    } else if (this.#elapsed(operation) > DEMOTE_BOUND_SECONDS) this.#abort(region, operation);
  }

  #latch(region: Region, operation: Operation): void {
    const { role, epoch } = region.record;
    if (whyNotLatch(region.place, region.record, operation.targetEpoch))
      return this.#abort(region, operation);
    if (role === "STANDBY") {
      const updatedAt = this.#world.clock(region, 2);
      region.record = { role: "TAKING_OVER", epoch, updatedAt };
      operation.latchedAt = updatedAt;
      this.#world.note(region.place, `takes over (${operation.mode})`);
    }
    // Fencing is best effort.
    const peer = this.#world.peerOf(region);
    const canFence =
      operation.mode === "failover" && this.#world.link && peer.up && !this.#world.isLost(FENCE_LOSS);
    if (canFence && peer.record.role === "ACTIVE" && peer.record.epoch <= epoch)
      this.#setPeer(peer, "FENCED");
    this.#to(operation, "wait");
  }

  #setPeer(peer: Region, role: "STANDBY" | "FENCED"): void {
    peer.record = {
      role,
      epoch: peer.record.epoch,
      updatedAt: this.#world.clock(this.#world.peerOf(peer), 2),
    };
    this.#world.note(peer.place, `is made ${role} by its peer`);
  }

  #wait(region: Region, operation: Operation): void {
    if (region.record.role !== "TAKING_OVER") return this.#abort(region, operation);
    const wait = this.#waitOf(region, operation);
    const isReady =
      operation.mode === "switchover" ? handedOver(wait, this.#world.rules.timings).ready : wait.ready;
    if (isReady) this.#to(operation, "promote");
    else if (this.#elapsed(operation) > WAIT_BOUND_SECONDS) this.#abort(region, operation);
  }

  /** Reads the witness, every ten seconds from the latch until the activation. */
  #waitOf(region: Region, operation: Operation): TakeoverWait {
    const { timings } = this.#world.rules;
    if (this.#world.seconds % 10 === 0) {
      const reading = this.#world.askWitness(region, 2);
      if (reading) region.history = observeWitness(region.history, reading, timings);
    }
    return this.#world.rules.takeoverWait(
      {
        place: region.place,
        history: region.history,
        latchedAt: operation.latchedAt ?? region.record.updatedAt,
        now: this.#world.clock(region, 2),
      },
      timings,
    );
  }

  #promote(region: Region, operation: Operation): void {
    this.#waitOf(region, operation);
    if (this.#elapsed(operation) >= this.#world.promotionSeconds) this.#to(operation, "activate");
  }

  #activate(region: Region, operation: Operation): void {
    const { targetEpoch } = operation;
    if (region.record.role !== "TAKING_OVER") {
      operation.state = "ABORTED";
      return;
    }
    let wait = this.#waitOf(region, operation);
    const peer = this.#world.peerOf(region);
    const canSeePeer = this.#world.link && peer.up && !this.#world.isLost();
    const gaveUp = canSeePeer && peer.record.role === "STANDBY" && peer.record.epoch < targetEpoch;
    if (operation.mode === "switchover" && gaveUp) wait = handedOver(wait, this.#world.rules.timings);
    if (this.#world.rules.whyNotActivate(region.place, region.record, targetEpoch, wait) !== undefined)
      return;
    const updatedAt = this.#world.clock(region, 2);
    region.record = { role: "ACTIVE", epoch: targetEpoch, updatedAt, leaseRenewedAt: updatedAt };
    operation.state = "SUCCEEDED";
    this.takeovers += 1;
  }

  #abort(region: Region, operation: Operation): void {
    operation.state = "ABORTED";
    this.#world.note(region.place, `aborts in ${operation.step}`);
    const { role, epoch } = region.record;
    if (role === "TAKING_OVER")
      region.record = { role: "STANDBY", epoch, updatedAt: this.#world.clock(region, 2) };
  }

  #to(operation: Operation, step: OperationStep): void {
    operation.step = step;
    operation.stepAt = this.#world.seconds;
  }

  #elapsed(operation: Operation): number {
    return this.#world.seconds - operation.stepAt;
  }
}
