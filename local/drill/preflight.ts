import { freemem } from "node:os";
import { statfsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Place } from "../client";
import type { Faults } from "./platform/Faults";
import type { Observer } from "./platform/Observer";

/** A platform with its load takes up to 3 GB at its peak. */
const MEMORY_BYTES = 3e9;
const DISK_BYTES = 2e9;

/** Why this machine cannot hold a drill; empty when it can. */
export function machineReasons(
  directory: string,
  measured: { freeMemory: number; freeDisk: number } = {
    freeMemory: availableMemory(),
    freeDisk: freeDisk(directory),
  },
): string[] {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const reasons: string[] = [];
  if (measured.freeMemory < MEMORY_BYTES) {
    reasons.push(
      `${gigabytes(measured.freeMemory)} of memory are free; a drill needs ${gigabytes(MEMORY_BYTES)}`,
    );
  }
  if (measured.freeDisk < DISK_BYTES) {
    reasons.push(`${gigabytes(measured.freeDisk)} of disk are free; a drill needs ${gigabytes(DISK_BYTES)}`);
  }
  return reasons;
}

function availableMemory(): number {
  return process.availableMemory?.() ?? freemem();
}

function freeDisk(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** What a drill begins from, as it was found. `unknown` stands for "does not answer". */
export interface StartingState {
  readonly roles: Readonly<Record<Place, string>>;
  readonly dns: string;
  readonly witness: string;
  readonly serviceAlarms: Readonly<Record<Place, string>>;
  readonly peerAlarm: string;
  readonly openOperations: readonly string[];
  readonly faults: readonly string[];
}

/** Everything that keeps a drill from starting; empty in the normal state. */
export function startReasons(state: StartingState): string[] {
  const { roles, dns, witness, serviceAlarms, peerAlarm, openOperations, faults } = state;
  const reasons: string[] = [];
  if (!roles.primary.startsWith("ACTIVE ")) reasons.push(`primary is ${roles.primary}, not ACTIVE`);
  if (!roles.dr.startsWith("STANDBY ")) reasons.push(`dr is ${roles.dr}, not STANDBY`);
  if (dns !== "primary") reasons.push(`the public name leads to ${dns}, not to primary`);
  if (witness !== "primary") reasons.push(`the witness says ${witness}, not primary`);
  for (const [place, alarm] of Object.entries(serviceAlarms)) {
    if (alarm !== "OK") reasons.push(`the service alarm of ${place} is ${alarm}`);
  }
  if (peerAlarm !== "OK") reasons.push(`dr's alarm on the primary is ${peerAlarm}`);
  for (const operation of openOperations) reasons.push(`operation ${operation} has not ended`);
  for (const fault of faults) reasons.push(`the fault ${fault} is set`);
  return reasons;
}

const OPEN_STATES = ["RUNNING", "PAUSED", "AWAITING_APPROVAL"];
const POLL_MS = 500;

/**
 * Waits until a drill may start: a platform that has just come up needs its first health checks, probes and alarms.
 * @returns what still stands against it after `boundMs`; empty when it may start
 */
export async function awaitStart(
  parts: {
    readonly observer: Observer;
    readonly faults: Faults;
  },
  boundMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  const deadline = Date.now() + boundMs;
  for (;;) {
    const reasons = startReasons(await startingState(parts));
    if (reasons.length === 0 || Date.now() > deadline) return reasons;
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function startingState({ observer, faults }: Parameters<typeof awaitStart>[0]): Promise<StartingState> {
  const both = (read: (place: Place) => string) => ({ primary: read("primary"), dr: read("dr") });
  return {
    roles: both((place) => observer.role(place)),
    dns: observer.dnsAnswer,
    witness: observer.witnessAnswer,
    serviceAlarms: both((place) => observer.serviceAlarm(place)),
    peerAlarm: observer.peerAlarm("dr"),
    openOperations: observer.operations
      .filter(({ state }) => OPEN_STATES.includes(state))
      .map(({ operationId }) => operationId),
    faults: (await faults.current()).map(({ kind }) => kind),
  };
}
