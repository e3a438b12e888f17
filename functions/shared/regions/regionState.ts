import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import {
  mayAcceptWrite,
  mayServeReads,
  type Admission,
  type Place,
  type ProtocolTimings,
} from "../../domain/failover";
import { standbyProblem } from "../../domain/regionAdmission";
import type { ProblemError } from "../../domain/problems";
import { systemClock, type Clock } from "../clock";
import type { Environment, VariableName } from "../environment";
import { DynamoRole, RegionStateUnreadable, type RegionState, type RoleRepository } from "./roleRecord";
import { DnsWitness, type Witness } from "./witness";

export { RegionStateUnreadable, type RegionState };

/** The Region must not serve this request. `problem` is the answer for an API's caller. */
export class RegionNotActive extends Error {
  override readonly name = "RegionNotActive";
  readonly problem: ProblemError = standbyProblem();

  constructor(reason: string) {
    super(`this Region does not write: ${reason}`);
  }
}

/** Reads the Region's role, for what writes nothing. */
export interface RegionRoleReader {
  /** @throws RegionStateUnreadable */
  read(): Promise<RegionState>;
  /** Whether payments may be read here. @throws RegionNotActive, also when the record is unreadable. */
  requireServing(): Promise<RegionState>;
}

/** `requireActive` is what every writer calls before it writes anything anywhere. */
export interface RegionStateReader extends RegionRoleReader {
  /** By role, witness and lease. @throws RegionNotActive, also when the record or the witness is unreadable. */
  requireActive(): Promise<RegionState>;
}

/** Reads the role from the Region's own table. */
export class RegionRoleOnly implements RegionRoleReader {
  readonly #role: Pick<RoleRepository, "read">;

  constructor(role: Pick<RoleRepository, "read">) {
    this.#role = role;
  }

  read(): Promise<RegionState> {
    return this.#role.read();
  }

  async requireServing(): Promise<RegionState> {
    const state = await readable(this.#role.read());
    return admitted(state, mayServeReads(state));
  }
}

/** What admission of writes works with. */
export interface AdmissionDependencies {
  readonly role: Pick<RoleRepository, "read">;
  readonly witness: Witness;
  readonly place: Place;
  readonly timings: ProtocolTimings;
  readonly clock: Clock;
}

/** Admits writes by role, witness and lease. Costs one read of the table; the witness is asked once in its TTL. */
export class AdmittedRegionState extends RegionRoleOnly implements RegionStateReader {
  readonly #dependencies: AdmissionDependencies;

  constructor(dependencies: AdmissionDependencies) {
    super(dependencies.role);
    this.#dependencies = dependencies;
  }

  async requireActive(): Promise<RegionState> {
    const { witness: reader, place, timings, clock } = this.#dependencies;
    const [record, witness] = await Promise.all([readable(this.read()), reader.read()]);
    // The time after both answers: what was fresh when it was asked for may have grown old.
    return admitted(record, mayAcceptWrite({ place, record, witness, now: clock.now() }, timings));
  }
}

/** An unreadable record is none; anything else is a fault. */
function readable(state: Promise<RegionState>): Promise<RegionState | undefined> {
  return state.catch((error: unknown) => {
    if (error instanceof RegionStateUnreadable) return undefined;
    throw error;
  });
}

function admitted(state: RegionState | undefined, admission: Admission): RegionState {
  if (state === undefined || !admission.admitted) {
    throw new RegionNotActive(admission.admitted ? "the role record cannot be read" : admission.reason);
  }
  return state;
}

/** The variables of the protocol's timings. */
export const TIMING_VARIABLES = [
  "WITNESS_TTL_SECONDS",
  "WITNESS_FRESH_SECONDS",
  "LEASE_SECONDS",
  "TAKEOVER_WAIT_SECONDS",
] as const satisfies readonly VariableName[];

/** The variables that every function that writes needs for its admission. */
export const ADMISSION_VARIABLES = [
  "REGION_TABLE",
  "PLACE",
  "WITNESS_NAME",
  ...TIMING_VARIABLES,
] as const satisfies readonly VariableName[];

/** The protocol's timings as the environment says. */
export function timingsOf(environment: Environment<(typeof TIMING_VARIABLES)[number]>): ProtocolTimings {
  return {
    witnessTtlSeconds: environment.WITNESS_TTL_SECONDS,
    witnessFreshSeconds: environment.WITNESS_FRESH_SECONDS,
    leaseSeconds: environment.LEASE_SECONDS,
    takeoverWaitSeconds: environment.TAKEOVER_WAIT_SECONDS,
  };
}

/** Admission of writes as the environment says; one for a worker, because it keeps the witness's answer. */
export function admittedRegionState(
  client: DynamoDBDocumentClient,
  environment: Environment<(typeof ADMISSION_VARIABLES)[number]>,
): RegionStateReader {
  return new AdmittedRegionState({
    role: new DynamoRole({ client, table: environment.REGION_TABLE }),
    witness: new DnsWitness({
      name: environment.WITNESS_NAME,
      ttlSeconds: environment.WITNESS_TTL_SECONDS,
      clock: systemClock,
    }),
    place: environment.PLACE,
    timings: timingsOf(environment),
    clock: systemClock,
  });
}

/** The Region's role alone, for what writes nothing. */
export function regionRole(client: DynamoDBDocumentClient, table: string): RegionRoleReader {
  return new RegionRoleOnly(new DynamoRole({ client, table }));
}

/** How long `RememberedRegionRole` keeps what it read, in milliseconds. */
const REMEMBERED_MILLISECONDS = 1_000;

/**
 * Keeps the record for a second. Only for what writes nothing and decides nothing about writing: the function behind it
 * reads the record itself. A refusal is not kept.
 */
export class RememberedRegionRole implements RegionRoleReader {
  readonly #reader: RegionRoleReader;
  readonly #clock: Clock;
  #known: { readonly state: Promise<RegionState>; readonly readAt: number } | undefined;

  constructor(reader: RegionRoleReader, clock: Clock) {
    this.#reader = reader;
    this.#clock = clock;
  }

  read(): Promise<RegionState> {
    return this.#reader.read();
  }

  async requireServing(): Promise<RegionState> {
    const now = this.#clock.now().getTime();
    // A clock that was set back must not make it last longer.
    const age = this.#known && now - this.#known.readAt;
    if (this.#known && age !== undefined && age >= 0 && age < REMEMBERED_MILLISECONDS)
      return this.#known.state;
    const known = { state: this.#reader.requireServing(), readAt: now };
    this.#known = known;
    return known.state.catch((error: unknown) => {
      if (this.#known === known) this.#known = undefined;
      throw error;
    });
  }
}
