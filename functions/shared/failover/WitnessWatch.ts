import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import {
  observeWitness,
  takeoverWait,
  type Place,
  type ProtocolTimings,
  type TakeoverWait,
  type WitnessHistory,
  type WitnessReading,
} from "../../domain/failover";
import type { Clock } from "../clock";
import type { Environment } from "../environment";
import { witnessObservation, type WitnessRecord } from "../regions/observationRecords";
import { timingsOf, type ADMISSION_VARIABLES } from "../regions/regionState";
import type { RegionState } from "../regions/roleRecord";
import { DnsWitness, type Witness } from "../regions/witness";

/** What watching the witness works with. */
export interface WitnessWatchOptions {
  readonly place: Place;
  readonly timings: ProtocolTimings;
  readonly clock: Clock;
  readonly witness: Pick<Witness, "ask">;
  /** The record `witness` of the Region's own table. */
  readonly record: {
    read(): Promise<WitnessRecord | undefined>;
    write(value: WitnessRecord): Promise<void>;
  };
}

/** What one look at the witness gave. */
export interface WitnessLook {
  readonly reading: WitnessReading | undefined;
  readonly history: WitnessHistory | undefined;
}

/**
 * Asks the witness and keeps what it said in the Region's own table, so that every function that looks continues one
 * history. From latch to activation somebody must look at least every five TTLs, or the wait begins anew.
 */
export class WitnessWatch {
  readonly #options: WitnessWatchOptions;

  constructor(options: WitnessWatchOptions) {
    this.#options = options;
  }

  async look(): Promise<WitnessLook> {
    const { record, witness, timings } = this.#options;
    const [before, reading] = await Promise.all([record.read(), witness.ask()]);
    if (reading === undefined) return { reading, history: before };
    const history = observeWitness(before, reading, timings);
    await record.write({ ...history });
    return { reading, history };
  }

  /** How far the wait is for a Region that takes over, after a look. A missing answer is no gap yet, but it is not ready. */
  wait({ reading, history }: WitnessLook, role: RegionState): TakeoverWait {
    const { place, clock, timings } = this.#options;
    const now = clock.now();
    // The role has been so since it was latched; what is not latched has waited for nothing.
    const latchedAt = role.role === "TAKING_OVER" || role.role === "ACTIVE" ? role.updatedAt : now;
    const wait = takeoverWait({ place, history, latchedAt, now }, timings);
    const named = wait.named && reading?.named === place;
    return { ...wait, named, ready: wait.ready && named };
  }
}

/** The watch of the Region that the environment names. */
export function witnessWatchOf(
  client: DynamoDBDocumentClient,
  environment: Environment<(typeof ADMISSION_VARIABLES)[number]>,
  clock: Clock,
): WitnessWatch {
  const { PLACE, WITNESS_NAME, WITNESS_TTL_SECONDS, REGION_TABLE } = environment;
  return new WitnessWatch({
    place: PLACE,
    timings: timingsOf(environment),
    clock,
    witness: new DnsWitness({ name: WITNESS_NAME, ttlSeconds: WITNESS_TTL_SECONDS, clock }),
    record: witnessObservation({ client, table: REGION_TABLE }),
  });
}
