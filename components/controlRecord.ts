import type { Agent } from "node:https";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { DynamoControl } from "../functions/shared/regions/controlRecord";
import type { PaymentsConfig } from "./config";
import { REGIONS, type Place } from "./regions";

/** What the control record says of the last change of active Region. */
export interface Activation {
  readonly activePlace: Place;
  readonly epoch: number;
}

/** What one Region's replica of the control table answered. */
export type ControlAnswer =
  /** No table, or no record in it: this platform is new, or never failed over. */
  | { readonly kind: "absent" }
  | { readonly kind: "activation"; readonly activation: Activation }
  | { readonly kind: "unreadable"; readonly reason: string };

/** Settings of a client whose connections are described, not made. */
type ClientSettings = Omit<DynamoDBClientConfig, "requestHandler"> & {
  readonly requestHandler?: { readonly httpsAgent?: Agent };
};

/** Where the control record is read. */
export type ControlRecordPlace = Pick<PaymentsConfig, "environmentSuffix"> & {
  /** The embedded cloud's address; absent on AWS. */
  readonly endpoint?: string | undefined;
  /** Credentials and the like, where the environment does not give them. */
  readonly clientOf?: ((place: Place) => ClientSettings) | undefined;
};

/** A lost Region must not hold a deployment up (milliseconds). */
const LIMITS = { connectionTimeout: 2_000, requestTimeout: 4_000 } as const;

async function readAt(place: Place, where: ControlRecordPlace): Promise<ControlAnswer> {
  const { environmentSuffix, endpoint, clientOf } = where;
  const settings = clientOf?.(place);
  const dynamodb = new DynamoDBClient({
    region: REGIONS[place].name,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...settings,
    maxAttempts: 2,
    requestHandler: { ...settings?.requestHandler, ...LIMITS },
  });
  const client = DynamoDBDocumentClient.from(dynamodb);
  try {
    const record = await new DynamoControl({ client, table: `table-control-${environmentSuffix}` }).read();
    if (record === undefined) return { kind: "absent" };
    return { kind: "activation", activation: { activePlace: record.activePlace, epoch: record.epoch } };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (cause instanceof Error && cause.name === "ResourceNotFoundException") return { kind: "absent" };
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : "unknown failure";
    return { kind: "unreadable", reason: `${REGIONS[place].name}: ${reason}` };
  }
}

/** Reads the control record. An object, so that a test of the program can put its own reader in the place of AWS. */
export const controlRecord = {
  /** Both Regions' replicas are asked at once; neither failure ends the other. */
  readBoth: (place: ControlRecordPlace): Promise<ControlAnswer[]> =>
    Promise.all([readAt("primary", place), readAt("dr", place)]),
};

/**
 * What both answers come to: the highest epoch, since replication may lag; undefined when no replica has a record.
 * @throws ControlRecordUnreadable when no replica could be read
 */
export function newestActivation(answers: readonly ControlAnswer[]): Activation | undefined {
  const reasons = answers.flatMap((answer) => (answer.kind === "unreadable" ? [answer.reason] : []));
  if (reasons.length === answers.length) throw new ControlRecordUnreadable(reasons);
  return answers
    .flatMap((answer) => (answer.kind === "activation" ? [answer.activation] : []))
    .sort((a, b) => b.epoch - a.epoch)[0];
}

/** No replica of the control table that answered has a record, and one did not answer. */
export class ControlRecordUnreadable extends Error {
  override readonly name = "ControlRecordUnreadable";

  constructor(reasons: readonly string[]) {
    super(`the control record cannot be read (${reasons.join("; ")})`);
  }
}
