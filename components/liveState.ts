import type { PaymentsConfig } from "./config";
import { peerOf, type Pair, type Place } from "./regions";

/**
 * Everything about one Region that a failover changes at run time and that templates take as parameters. All of it is
 * decided here, so that an `up` can never undo a failover by forgetting one place.
 */
export interface RegionLiveState {
  /** True in the Region that takes payments right now. */
  readonly active: boolean;
  /** Whether the payment queue's policy lets senders in. */
  readonly paymentQueueOpen: boolean;
  /** Whether the event sources of the queue's consumers are enabled. */
  readonly consumersEnabled: boolean;
  /** Whether the event source of the results table's stream is enabled. */
  readonly streamConsumersEnabled: boolean;
  /** Whether the outbox relay is scheduled. */
  readonly outboxRelayEnabled: boolean;
}

/** The state of both Regions, and where it was learnt. */
export interface LiveState extends Pair<RegionLiveState> {
  readonly activePlace: Place;
  /** Number of the current period of one active Region: odd while primary is active, even while dr is. */
  readonly epoch: number;
  /** `configuration`: what is expected. `control-record`: what the control table says. */
  readonly source: "configuration" | "control-record";
}

/** The same rule for each switch: only the active Region acts. */
function regionState(active: boolean): RegionLiveState {
  return {
    active,
    paymentQueueOpen: active,
    consumersEnabled: active,
    streamConsumersEnabled: active,
    outboxRelayEnabled: active,
  };
}

/**
 * State of both Regions when `activePlace` is active.
 * @throws RangeError when the epoch belongs to the other Region
 */
export function liveStateOf(activePlace: Place, epoch: number, source: LiveState["source"]): LiveState {
  const isOdd = epoch % 2 === 1;
  if (!Number.isInteger(epoch) || epoch < 1 || isOdd !== (activePlace === "primary")) {
    throw new RangeError(`epoch ${epoch} cannot be one in which ${activePlace} is active`);
  }
  const standby = peerOf(activePlace);
  const states = { [activePlace]: regionState(true), [standby]: regionState(false) };
  return { ...(states as Record<Place, RegionLiveState>), activePlace, epoch, source };
}

/**
 * The state that stacks are deployed with. The one place that decides it; whoever reads the control record answers
 * here, and nothing else in the program changes.
 */
export function liveState(config: Pick<PaymentsConfig, "activeRegion">): LiveState {
  // The first epoch of either Region: what a platform starts with that never failed over.
  return liveStateOf(config.activeRegion, config.activeRegion === "primary" ? 1 : 2, "configuration");
}
