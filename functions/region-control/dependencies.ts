import type { Place, ProtocolTimings } from "../domain/failover";
import type { Clock } from "../shared/clock";
import type { OperationReference } from "../shared/failover/actions";
import { OperationInProgress } from "../shared/failover/errors";
import type { ExecutionReader } from "../shared/failover/executions";
import type { WitnessWatch } from "../shared/failover/WitnessWatch";
import type { Log } from "../shared/observability/logger";
import type { ControlRepository } from "../shared/regions/controlRecord";
import type { ProbeRecord } from "../shared/regions/observationRecords";
import type { OperationRecord, OperationRepository } from "../shared/regions/operationRecord";
import type { RoleRepository } from "../shared/regions/roleRecord";

/** What changing a Region's role works with. */
export interface RegionControlDependencies {
  readonly place: Place;
  readonly timings: ProtocolTimings;
  readonly clock: Clock;
  readonly log: Log;
  readonly role: RoleRepository;
  /** The other Region's role record, by a client of that Region. */
  readonly peerRole: RoleRepository;
  readonly operations: OperationRepository;
  readonly control: ControlRepository;
  readonly probe: { read(): Promise<ProbeRecord | undefined> };
  readonly watch: WitnessWatch;
  readonly executions: ExecutionReader;
  /** Closes the other Region's capacity and waits for it, or has it opened without waiting. */
  readonly peerCapacity: (action: "open" | "close") => Promise<void>;
  /** Tells the on-call engineer. */
  readonly notify: (subject: string, text: string) => Promise<void>;
  /** Milliseconds that the other Region is given where it may fail to answer. */
  readonly peerTimeoutMilliseconds: number;
}

/**
 * The record of the operation that asks.
 * @throws OperationInProgress when another one took its place
 */
export async function ownRecord(
  { operations }: RegionControlDependencies,
  { operationId }: OperationReference,
): Promise<OperationRecord> {
  const record = await operations.read();
  if (record?.operationId === operationId) return record;
  throw new OperationInProgress(
    record === undefined
      ? `operation ${operationId} never took the lock`
      : `operation ${record.operationId} took the place of ${operationId}`,
  );
}

/** The text of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : "unknown failure";
}
