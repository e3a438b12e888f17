import type { CloudFormationCustomResourceEvent, Context } from "aws-lambda";
import { placeOfEpoch } from "../domain/failover";
import type { Clock } from "../shared/clock";
import {
  serveCustomResource,
  type CustomResourceDependencies,
  type CustomResourceResult,
} from "../shared/customResource";
import type { RegionState } from "../shared/regions/roleRecord";

/** What seeding the role works with. */
export interface RegionRoleDependencies extends CustomResourceDependencies {
  readonly place: "primary" | "dr";
  readonly clock: Clock;
  /** Writes the record if there is none; false when there is one. */
  readonly seed: (state: RegionState) => Promise<boolean>;
}

/** The first epoch. Epochs are odd while primary is active. */
const FIRST_EPOCH = 1;

/**
 * The custom resource that gives a new Region its role record: primary ACTIVE, dr STANDBY. It never writes over a
 * record, or a deployment would undo a failover. Deleting it leaves the record to its table.
 *
 * When a Region is built anew after a failover, the properties `ActivePlace` and `Epoch` say what is live; without
 * them a rebuilt primary would believe that it is active.
 */
export function createHandler(
  dependencies: RegionRoleDependencies,
): (event: CloudFormationCustomResourceEvent, context: Context) => Promise<void> {
  return (event, context) =>
    serveCustomResource(event, context, () => work(dependencies, event), dependencies);
}

async function work(
  { place, clock, seed }: RegionRoleDependencies,
  event: CloudFormationCustomResourceEvent,
): Promise<CustomResourceResult> {
  if (event.RequestType === "Delete") return {};
  const properties: Record<string, unknown> = event.ResourceProperties;
  const activePlace = properties["ActivePlace"] ?? "primary";
  const epoch = Number(properties["Epoch"] ?? FIRST_EPOCH);
  if (activePlace !== "primary" && activePlace !== "dr") throw new Error("ActivePlace must be primary or dr");
  if (!Number.isSafeInteger(epoch) || epoch < FIRST_EPOCH || placeOfEpoch(epoch) !== activePlace) {
    throw new Error("Epoch must be a positive integer, odd while primary is active, even while dr is");
  }
  const now = clock.now();
  // The active Region starts with a lease, or it would be fenced until its peer can vouch for it.
  const state: RegionState =
    place === activePlace
      ? { role: "ACTIVE", epoch, updatedAt: now, leaseRenewedAt: now }
      : { role: "STANDBY", epoch, updatedAt: now };
  const written = await seed(state);
  return { data: { Seeded: written } };
}
