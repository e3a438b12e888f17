import { GetCommand, PutCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import {
  mayAcceptWrites,
  REGION_ROLES,
  standbyProblem,
  type AdmissionRule,
} from "../../domain/regionAdmission";
import type { ProblemError } from "../../domain/problems";
import type { Clock } from "../clock";

/** The Region's role record is unreadable. A Region that cannot prove that it is active does not write. */
export class RegionStateUnreadable extends Error {
  override readonly name = "RegionStateUnreadable";
}

/** The Region must not write. `problem` is the answer for an API's caller. */
export class RegionNotActive extends Error {
  override readonly name = "RegionNotActive";
  readonly problem: ProblemError;

  constructor(reason: string, problem: ProblemError) {
    super(`this Region does not write: ${reason}`);
    this.problem = problem;
  }
}

const roleRecord = z.object({
  role: z.enum(REGION_ROLES),
  epoch: z.number().int().min(1),
  updatedAt: z.string(),
});

/** The record `role` of the Region's own table. */
export type RegionState = z.output<typeof roleRecord>;
/** The key of the role record in the Region's own table. */
export const ROLE_RECORD_ID = "role";

/** Reads the Region's role; `requireActive` is what every writer calls before it writes anything anywhere. */
export interface RegionStateReader {
  /** @throws RegionStateUnreadable */
  read(): Promise<RegionState>;
  /** @throws RegionNotActive, also when the record is unreadable. */
  requireActive(): Promise<RegionState>;
}

/** Reads the record strongly consistently: an eventually consistent read could still say ACTIVE after a fence. */
export class DynamoRegionState implements RegionStateReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #rules: readonly AdmissionRule[];

  /** @param rules further conditions for writing, e.g. the lease. */
  constructor(client: DynamoDBDocumentClient, table: string, rules: readonly AdmissionRule[] = []) {
    this.#client = client;
    this.#table = table;
    this.#rules = rules;
  }

  async read(): Promise<RegionState> {
    const answer = await this.#client
      .send(
        new GetCommand({ TableName: this.#table, Key: { recordId: ROLE_RECORD_ID }, ConsistentRead: true }),
      )
      .catch((cause: unknown) => {
        throw new RegionStateUnreadable("the role record cannot be read", { cause });
      });
    const parsed = roleRecord.safeParse(answer.Item);
    if (!parsed.success) throw new RegionStateUnreadable("the role record is absent or malformed");
    return parsed.data;
  }

  async requireActive(): Promise<RegionState> {
    const state = await this.read().catch((error: unknown) => {
      if (error instanceof RegionStateUnreadable) return undefined;
      throw error;
    });
    const admission = mayAcceptWrites(state, this.#rules);
    if (!admission.admitted) throw new RegionNotActive(admission.reason, standbyProblem(admission));
    return state as RegionState;
  }

  /** Writes the record if there is none, never over one: a deployment must not undo a failover. True when written. */
  async seed(state: RegionState): Promise<boolean> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: { recordId: ROLE_RECORD_ID, ...state },
          ConditionExpression: "attribute_not_exists(recordId)",
        }),
      );
      return true;
    } catch (error) {
      if ((error as Error).name === "ConditionalCheckFailedException") return false;
      throw error;
    }
  }
}

/** How long `RememberedRegionState` keeps what it read, in milliseconds. */
const REMEMBERED_MILLISECONDS = 1_000;

/**
 * Keeps the record for a second. Only for what writes nothing and decides nothing about writing: the function behind it
 * reads the record itself. A refusal is not kept.
 */
export class RememberedRegionState implements RegionStateReader {
  readonly #reader: RegionStateReader;
  readonly #clock: Clock;
  #known: { readonly state: Promise<RegionState>; readonly readAt: number } | undefined;

  constructor(reader: RegionStateReader, clock: Clock) {
    this.#reader = reader;
    this.#clock = clock;
  }

  read(): Promise<RegionState> {
    return this.#reader.read();
  }

  async requireActive(): Promise<RegionState> {
    const now = this.#clock.now().getTime();
    // A clock that was set back must not make it last longer.
    const age = this.#known && now - this.#known.readAt;
    if (this.#known && age !== undefined && age >= 0 && age < REMEMBERED_MILLISECONDS)
      return this.#known.state;
    const known = { state: this.#reader.requireActive(), readAt: now };
    this.#known = known;
    return known.state.catch((error: unknown) => {
      if (this.#known === known) this.#known = undefined;
      throw error;
    });
  }
}
