import * as z from "zod";
import { GetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/**
 * The records of a failover as an operator reads them. What writes them is stricter; here a field that is absent or
 * unknown must not hide the rest at three in the morning.
 */
const roleRecord = z.looseObject({
  role: z.string(),
  epoch: z.number(),
  updatedAt: z.string().optional(),
  /** Instant of the last renewal; absent in a Region that never was active. */
  leaseRenewedAt: z.string().optional(),
  serviceAlarm: z.string().optional(),
  operationId: z.string().optional(),
});
export type RoleRecord = z.output<typeof roleRecord>;

const operationRecord = z.looseObject({
  operationId: z.string(),
  executionArn: z.string().optional(),
  mode: z.string().optional(),
  approval: z.string().optional(),
  trigger: z.string().optional(),
  dryRun: z.boolean().optional(),
  state: z.string(),
  step: z.string().optional(),
  targetEpoch: z.number().optional(),
  previousEpoch: z.number().optional(),
  startedAt: z.string().optional(),
  updatedAt: z.string().optional(),
  request: z.string().optional(),
  /** Of a Step Functions task that waits for an answer. Not for display: whoever has it may answer. */
  taskToken: z.string().optional(),
  reason: z.string().optional(),
  outageAt: z.string().optional(),
  timeline: z.array(z.looseObject({ step: z.string(), at: z.string() })).optional(),
});
export type OperationRecord = z.output<typeof operationRecord>;

const probeRecord = z.looseObject({
  consecutiveFailures: z.number(),
  lastOkAt: z.string().optional(),
  firstFailedAt: z.string().optional(),
  lastCheckedAt: z.string().optional(),
  reason: z.string().optional(),
});
export type ProbeRecord = z.output<typeof probeRecord>;

const activationRecord = z.looseObject({
  activePlace: z.enum(["primary", "dr"]),
  epoch: z.number(),
  activatedAt: z.string().optional(),
  operationId: z.string().optional(),
});
export type ActivationRecord = z.output<typeof activationRecord>;

/** Operations in these states are not over; only one of them may exist. */
export const OPEN_STATES: readonly string[] = ["RUNNING", "PAUSED", "AWAITING_APPROVAL"];

/** Whether an operation has not come to its end. */
export function isOpen(operation: Pick<OperationRecord, "state"> | undefined): boolean {
  return operation !== undefined && OPEN_STATES.includes(operation.state);
}

/** Everything that a Region's own tables say. */
export interface RegionRecords {
  readonly role?: RoleRecord;
  readonly operation?: OperationRecord;
  readonly probe?: ProbeRecord;
  /** The Region's replica of the control record: who was activated last, as far as this Region has heard. */
  readonly activation?: ActivationRecord;
}

/** Reads a Region's records, its own table strongly consistently. @throws what DynamoDB answers */
export async function readRegionRecords(
  client: Pick<DynamoDBDocumentClient, "send">,
  tables: { readonly region: string; readonly control: string },
  signal?: AbortSignal,
): Promise<RegionRecords> {
  const read = async <T>(table: string, recordId: string, schema: z.ZodType<T>): Promise<T | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: { recordId }, ConsistentRead: true }),
      { abortSignal: signal },
    );
    return schema.safeParse(Item).data;
  };
  const [role, operation, probe, activation] = await Promise.all([
    read(tables.region, "role", roleRecord),
    read(tables.region, "operation", operationRecord),
    read(tables.region, "probe", probeRecord),
    read(tables.control, "activation", activationRecord),
  ]);
  return { role, operation, probe, activation };
}

/** An operation without the token that only `approve` and `reject` may use. */
export function withoutToken(operation: OperationRecord): OperationRecord {
  const { taskToken: _taskToken, ...rest } = operation;
  return rest;
}
