import { GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import {
  REGION_ROLES,
  SERVICE_ALARM_STATES,
  type RegionRole,
  type ServiceAlarm,
} from "../../domain/failover";
import { conditionally, recordTime, setExpression, type RecordPlace } from "./records";

/** The Region's role record is unreadable. A Region that cannot prove that it is active does not write. */
export class RegionStateUnreadable extends Error {
  override readonly name = "RegionStateUnreadable";
}

/** The key of the role record in the Region's own table. */
export const ROLE_RECORD_ID = "role";

const roleRecord = z.object({
  role: z.enum(REGION_ROLES),
  epoch: z.number().int().min(1),
  updatedAt: recordTime,
  leaseRenewedAt: recordTime.optional(),
  serviceAlarm: z.enum(SERVICE_ALARM_STATES).optional(),
  operationId: z.string().optional(),
});

/** The record `role` of a Region's own table: role, epoch, lease, and how the service was last seen. */
export type RegionState = z.output<typeof roleRecord>;

/** What a change of role writes. Without `leaseRenewedAt` the Region is left without a lease. */
export interface RoleChange {
  readonly role: RegionRole;
  readonly epoch: number;
  readonly at: Date;
  readonly leaseRenewedAt?: Date | undefined;
  readonly operationId?: string | undefined;
}

/** Reads and changes one Region's role record: the own one, or the peer's with a client of the peer's Region. */
export interface RoleRepository {
  /** @throws RegionStateUnreadable */
  read(): Promise<RegionState>;
  /** Writes the record if there is none, never over one: a deployment must not undo a failover. True when written. */
  seed(state: RegionState): Promise<boolean>;
  /** Changes the role, if the record is still the one that was read. False when it is not. */
  change(from: RegionState, to: RoleChange): Promise<boolean>;
  /** Renews the lease, if the Region is still ACTIVE in that epoch and the renewal is a later one. */
  renewLease(epoch: number, leaseRenewedAt: Date): Promise<boolean>;
  /** Notes the service alarm; false when there is no record. */
  noteServiceAlarm(alarm: ServiceAlarm): Promise<boolean>;
}

/** Role records in DynamoDB. Reads are strongly consistent: an eventual one could still say ACTIVE after a fence. */
export class DynamoRole implements RoleRepository {
  readonly #place: RecordPlace;

  constructor(place: RecordPlace) {
    this.#place = place;
  }

  async read(): Promise<RegionState> {
    const { client, table } = this.#place;
    const answer = await client
      .send(new GetCommand({ TableName: table, Key: { recordId: ROLE_RECORD_ID }, ConsistentRead: true }))
      .catch((cause: unknown) => {
        throw new RegionStateUnreadable("the role record cannot be read", { cause });
      });
    const parsed = roleRecord.safeParse(answer.Item);
    if (!parsed.success) throw new RegionStateUnreadable("the role record is absent or malformed");
    return parsed.data;
  }

  seed({ updatedAt, leaseRenewedAt, ...state }: RegionState): Promise<boolean> {
    const { client, table } = this.#place;
    const Item = {
      recordId: ROLE_RECORD_ID,
      ...state,
      updatedAt: updatedAt.toISOString(),
      ...(leaseRenewedAt && { leaseRenewedAt: leaseRenewedAt.toISOString() }),
    };
    return conditionally(
      client.send(
        new PutCommand({ TableName: table, Item, ConditionExpression: "attribute_not_exists(recordId)" }),
      ),
    );
  }

  change(from: RegionState, { at, leaseRenewedAt, operationId, ...to }: RoleChange): Promise<boolean> {
    const set = setExpression({ ...to, updatedAt: at, leaseRenewedAt, operationId });
    const removed = [
      ...(leaseRenewedAt === undefined ? ["leaseRenewedAt"] : []),
      ...(operationId === undefined ? ["operationId"] : []),
    ];
    return this.#update({
      ...set,
      UpdateExpression: `${set.UpdateExpression}${removed.length > 0 ? ` REMOVE ${removed.join(", ")}` : ""}`,
      ConditionExpression: "#role = :fromRole AND #epoch = :fromEpoch AND #updatedAt = :fromUpdatedAt",
      ExpressionAttributeValues: {
        ...set.ExpressionAttributeValues,
        ":fromRole": from.role,
        ":fromEpoch": from.epoch,
        ":fromUpdatedAt": from.updatedAt.toISOString(),
      },
    });
  }

  renewLease(epoch: number, leaseRenewedAt: Date): Promise<boolean> {
    return this.#update({
      UpdateExpression: "SET #leaseRenewedAt = :leaseRenewedAt",
      ConditionExpression:
        "#role = :active AND #epoch = :epoch AND (attribute_not_exists(#leaseRenewedAt) OR #leaseRenewedAt < :leaseRenewedAt)",
      ExpressionAttributeNames: {
        "#role": "role",
        "#epoch": "epoch",
        "#leaseRenewedAt": "leaseRenewedAt",
      },
      ExpressionAttributeValues: {
        ":active": "ACTIVE",
        ":epoch": epoch,
        ":leaseRenewedAt": leaseRenewedAt.toISOString(),
      },
    });
  }

  noteServiceAlarm(alarm: ServiceAlarm): Promise<boolean> {
    return this.#update({
      ...setExpression({ serviceAlarm: alarm }),
      ConditionExpression: "attribute_exists(recordId)",
    });
  }

  #update(input: Omit<UpdateCommand["input"], "TableName" | "Key">): Promise<boolean> {
    const { client, table } = this.#place;
    return conditionally(
      client.send(new UpdateCommand({ ...input, TableName: table, Key: { recordId: ROLE_RECORD_ID } })),
    );
  }
}
