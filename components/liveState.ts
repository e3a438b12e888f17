import * as pulumi from "@pulumi/pulumi";
import type { PaymentsConfig } from "./config";
import { controlRecord, ControlRecordUnreadable, newestActivation, type Activation } from "./controlRecord";
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

/**
 * The parameters, by template, that the program feeds from the live state. What changes only because of them is so already:
 * the failover has set it, and the update alters nothing that runs.
 */
export const LIVE_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  messaging: ["PaymentQueueOpen"],
  functions: ["ConsumersEnabled", "StreamConsumersEnabled", "OutboxRelayEnabled"],
  preparation: ["ActivePlace", "Epoch"],
};

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

/** The first epoch of either Region: what a platform starts with that never failed over. */
function expectedState({ activeRegion }: Pick<PaymentsConfig, "activeRegion">): LiveState {
  return liveStateOf(activeRegion, activeRegion === "primary" ? 1 : 2, "configuration");
}

/**
 * The state that configuration and control record come to.
 * @throws pulumi.RunError when they name different Regions: what is expected and what is must be brought together by a
 * person, never by an `up` that changes the Region that takes payments
 */
export function reconciledState(
  config: Pick<PaymentsConfig, "activeRegion">,
  activation: Activation | undefined,
): LiveState {
  if (activation === undefined) return expectedState(config);
  const { activePlace, epoch } = activation;
  if (activePlace !== config.activeRegion) {
    throw new pulumi.RunError(
      `configuration key payments:activeRegion says ${config.activeRegion}, but ${activePlace} is active (epoch ${epoch}).\n` +
        `  After a failover, accept it:   pulumi config set payments:activeRegion ${activePlace}\n` +
        `  then preview: what the failover changed shows as already live, and an up alters nothing of it.\n` +
        `  To go back to ${config.activeRegion}: npm run failover -- failback, never by this setting.`,
    );
  }
  return liveStateOf(activePlace, epoch, "control-record");
}

async function learn(config: LiveStateConfig): Promise<LiveState> {
  const answers = await controlRecord.readBoth({
    environmentSuffix: config.environmentSuffix,
    endpoint: config.endpoint,
  });
  for (const answer of answers) {
    if (answer.kind === "unreadable") await pulumi.log.warn(`control record not read in ${answer.reason}`);
  }
  try {
    const activation = newestActivation(answers);
    // A replica that has no record proves nothing about the one that did not answer, where a failover may have written it.
    const unread = answers.flatMap((answer) => (answer.kind === "unreadable" ? [answer.reason] : []));
    if (activation === undefined && unread.length > 0) throw new ControlRecordUnreadable(unread);
    return reconciledState(config, activation);
  } catch (error) {
    if (!(error instanceof ControlRecordUnreadable)) throw error;
    // A preview may run where no credentials are; it changes nothing.
    if (pulumi.runtime.isDryRun()) return expectedState(config);
    throw new pulumi.RunError(`${error.message}: without it an update might undo a failover`);
  }
}

type LiveStateConfig = Pick<PaymentsConfig, "activeRegion" | "environmentSuffix" | "endpoint">;

/** The live state as the program hands it on: each value of its own, known as soon as the control record was read. */
export interface LiveOutputs extends Pair<{ readonly [K in keyof RegionLiveState]: pulumi.Output<boolean> }> {
  readonly activePlace: pulumi.Output<Place>;
  readonly epoch: pulumi.Output<number>;
}

/**
 * The state that stacks are deployed with: what the live control record says, or what is expected where there is no
 * record yet. The one place that decides it.
 */
export function liveState(config: LiveStateConfig): LiveOutputs {
  const state = pulumi.output(learn(config));
  const region = (place: Place) => ({
    active: state.apply((live) => live[place].active),
    paymentQueueOpen: state.apply((live) => live[place].paymentQueueOpen),
    consumersEnabled: state.apply((live) => live[place].consumersEnabled),
    streamConsumersEnabled: state.apply((live) => live[place].streamConsumersEnabled),
    outboxRelayEnabled: state.apply((live) => live[place].outboxRelayEnabled),
  });
  return {
    primary: region("primary"),
    dr: region("dr"),
    activePlace: state.apply(({ activePlace }) => activePlace),
    epoch: state.apply(({ epoch }) => epoch),
  };
}
