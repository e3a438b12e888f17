import { GetCommand, PutCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";

/** The Region's role record is unreadable. A Region that cannot prove that it is active does not write. */
export class RegionStateUnreadable extends Error {
  override readonly name = "RegionStateUnreadable";
}

/** The Region is not active: it must not write. */
export class RegionNotActive extends Error {
  override readonly name = "RegionNotActive";
  readonly role: RegionRole | "UNKNOWN";

  constructor(role: RegionRole | "UNKNOWN") {
    super(`this Region is ${role}`);
    this.role = role;
  }
}

const roleRecord = z.object({
  role: z.enum(["ACTIVE", "STANDBY", "TAKING_OVER", "FENCED"]),
  epoch: z.number().int().min(1),
  updatedAt: z.string(),
});

/** The record `role` of the Region's own table. */
export type RegionState = z.output<typeof roleRecord>;
/** What a Region is right now. */
export type RegionRole = RegionState["role"];

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

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async read(): Promise<RegionState> {
    const answer = await this.#client
      .send(new GetCommand({ TableName: this.#table, Key: { recordId: ROLE_RECORD_ID }, ConsistentRead: true }))
      .catch((cause: unknown) => {
        throw new RegionStateUnreadable("the role record cannot be read", { cause });
      });
    const parsed = roleRecord.safeParse(answer.Item);
    if (!parsed.success) throw new RegionStateUnreadable("the role record is absent or malformed");
    return parsed.data;
  }

  async requireActive(): Promise<RegionState> {
    const state = await this.read().catch((error: unknown) => {
      if (error instanceof RegionStateUnreadable) throw new RegionNotActive("UNKNOWN");
      throw error;
    });
    if (state.role !== "ACTIVE") throw new RegionNotActive(state.role);
    return state;
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
