import { capacityControlInput, type CapacityResult } from "../shared/failover/actions";
import { CapacityUnsettled } from "../shared/failover/errors";
import { parseAction } from "../shared/failover/parseAction";
import type { Log } from "../shared/observability/logger";
import type { EventSource, RegionCapacity } from "./RegionCapacity";

/** What opening and closing a Region works with. */
export interface CapacityControlDependencies {
  readonly log: Log;
  readonly capacity: RegionCapacity;
  readonly regionCode: string;
  readonly environmentSuffix: string;
  /** Environments kept warm for each function of the hot path, as template functions has it; 0 for none. */
  readonly provisionedConcurrency: number;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** One look at the witness: this is the last step before a Region that takes over becomes active. */
  readonly watchWitness: () => Promise<unknown>;
}

/** The functions with an event source: queue and stream. */
const CONSUMERS = ["processor", "payment-events"] as const;
/** The functions that template functions keeps warm. */
const HOT_PATH = ["authorizer", "intake", "query"] as const;
/** How often an event source that is just changing is tried, and the pause between (milliseconds): 12 s at most. */
const ATTEMPTS = 7;
const PAUSE_MS = 2_000;

/**
 * Gives the Region's queue, consumers, relay and warm capacity the state that the templates give an active Region
 * (`open`) or a standby (`close`): a later deployment with the parameters of components/liveState.ts alters nothing.
 *
 * @throws CapacityUnsettled naming what did not take its state; the rest has it
 */
export function createHandler(
  dependencies: CapacityControlDependencies,
): (event: unknown) => Promise<CapacityResult> {
  return async (event) => {
    const { action } = parseAction(capacityControlInput, event);
    const changed: string[] = [];
    const failed: string[] = [];
    const watching = dependencies
      .watchWitness()
      .catch((error: unknown) => dependencies.log.warn("no look at the witness", { error }));
    await Promise.all(
      switches(dependencies, action === "open").map(async ({ name, set }) => {
        try {
          if (await set()) changed.push(name);
        } catch (error) {
          dependencies.log.error("not switched", { name, action, error });
          failed.push(`${name} (${error instanceof Error ? error.name : "unknown failure"})`);
        }
      }),
    );
    await watching;
    dependencies.log.info("switched", { action, changed, failed });
    if (failed.length > 0) throw new CapacityUnsettled(`${action}: ${failed.sort().join(", ")}`);
    return { changed: changed.sort() };
  };
}

interface Switch {
  readonly name: string;
  readonly set: () => Promise<boolean>;
}

function switches(dependencies: CapacityControlDependencies, isOpen: boolean): readonly Switch[] {
  const { capacity, provisionedConcurrency } = dependencies;
  const named = (kind: string, purpose: string): string =>
    `${kind}-${purpose}-${dependencies.regionCode}-${dependencies.environmentSuffix}`;
  return [
    { name: "payment-queue", set: () => capacity.setQueueOpen(isOpen) },
    { name: "outbox-relay", set: () => capacity.setRule(named("rule", "outbox-relay"), isOpen) },
    ...CONSUMERS.map((consumer) => ({
      name: consumer,
      set: () => setConsumer(dependencies, named("function", consumer), isOpen),
    })),
    // A standby stays as warm as the active Region: the templates keep it so. Opening makes sure of it.
    ...(isOpen && provisionedConcurrency > 0 ? HOT_PATH : []).map((purpose) => ({
      name: `warm-${purpose}`,
      set: () => capacity.setWarm(named("function", purpose), provisionedConcurrency),
    })),
  ];
}

/** An event source that is changing takes no other change; it is waited for. */
async function setConsumer(
  dependencies: CapacityControlDependencies,
  functionName: string,
  isEnabled: boolean,
): Promise<boolean> {
  const { capacity, pause } = dependencies;
  for (let attempt = 1; ; attempt += 1) {
    const sources = await capacity.eventSources(functionName);
    if (sources.length === 0) throw new Error(`${functionName}:live has no event source`);
    const wrong = sources.filter((source) => !isOrBecomes(source, isEnabled));
    if (wrong.length === 0) return attempt > 1;
    const taken = await Promise.all(wrong.map(({ id }) => trySet(dependencies, id, isEnabled)));
    if (taken.every(Boolean)) return true;
    if (attempt === ATTEMPTS) throw new CapacityUnsettled(`${functionName} stays ${wrong[0]?.state}`);
    await pause(PAUSE_MS);
  }
}

function isOrBecomes({ state }: EventSource, isEnabled: boolean): boolean {
  return isEnabled
    ? state === "Enabled" || state === "Enabling"
    : state === "Disabled" || state === "Disabling";
}

async function trySet(
  { capacity }: CapacityControlDependencies,
  id: string,
  isEnabled: boolean,
): Promise<boolean> {
  try {
    await capacity.setEventSource(id, isEnabled);
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceInUseException") return false;
    throw error;
  }
}
