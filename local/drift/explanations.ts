import { LIVE_PARAMETERS, liveStateOf, type LiveState } from "../../components/liveState";
import type { Activation } from "../../components/controlRecord";
import { estimateChanges } from "../../components/preview";
import type { Place } from "../../components/regions";
import type { DeployedStack, DriftedProperty, DriftedResource } from "./stackDrift";

/** Why a difference is no drift. */
export interface Explained {
  readonly resource: DriftedResource;
  readonly reason: string;
}

/** Properties that something else than a deployment changes, by design. */
const EXPECTED: readonly { readonly type: string; readonly path: RegExp; readonly reason: string }[] = [
  {
    type: "AWS::Lambda::Alias",
    path: /^\/ProvisionedConcurrencyConfig/,
    reason: "Application Auto Scaling moves the provisioned concurrency",
  },
  {
    type: "AWS::KMS::Key",
    path: /^\/PendingWindowInDays/,
    reason: "only a deletion has this value",
  },
];

/** What a failover sets in a Region: the parameters that the next deployment would give, by template. */
export function liveParameters(
  activation: Activation | undefined,
  place: Place,
): Readonly<Record<string, string>> {
  if (activation === undefined) return {};
  const state: LiveState = liveStateOf(activation.activePlace, activation.epoch, "control-record");
  const { paymentQueueOpen, consumersEnabled, streamConsumersEnabled, outboxRelayEnabled } = state[place];
  return {
    PaymentQueueOpen: String(paymentQueueOpen),
    ConsumersEnabled: String(consumersEnabled),
    StreamConsumersEnabled: String(streamConsumersEnabled),
    OutboxRelayEnabled: String(outboxRelayEnabled),
    ActivePlace: activation.activePlace,
    Epoch: String(activation.epoch),
  };
}

/**
 * The resources that a failover has changed behind the template's back, as it should: those that differ only by the
 * parameters which the next deployment takes from the control record.
 */
export async function switchedByFailover(
  template: string,
  stackName: string,
  stack: DeployedStack,
  live: Readonly<Record<string, string>>,
): Promise<ReadonlySet<string>> {
  const names = (LIVE_PARAMETERS[template] ?? []).filter((name) => name in live && name in stack.parameters);
  if (names.every((name) => live[name] === stack.parameters[name])) return new Set();
  const parameters = { ...stack.parameters, ...Object.fromEntries(names.map((name) => [name, live[name]])) };
  const changes = await estimateChanges({
    stackName,
    before: stack,
    after: { body: stack.body, parameters: parameters as Record<string, string>, tags: stack.tags },
    liveParameters: names,
  });
  return new Set(changes.filter((change) => change.live === true).map(({ logicalId }) => logicalId));
}

/** Cuts drifted resources into what is drift and what is explained. */
export function explain(
  resources: readonly DriftedResource[],
  switched: ReadonlySet<string>,
): { readonly drifted: DriftedResource[]; readonly explained: Explained[] } {
  const drifted: DriftedResource[] = [];
  const explained: Explained[] = [];
  for (const resource of resources) {
    if (resource.status === "MODIFIED" && switched.has(resource.logicalId)) {
      explained.push({ resource, reason: "the failover has set it; the next deployment takes it over" });
      continue;
    }
    const reasons = resource.properties.map((property) => expectation(resource.type, property));
    const left = resource.properties.filter((_, index) => reasons[index] === undefined);
    if (resource.status === "MODIFIED" && left.length === 0 && reasons.length > 0) {
      explained.push({ resource, reason: [...new Set(reasons)].join("; ") });
    } else {
      drifted.push({ ...resource, properties: left });
    }
  }
  return { drifted, explained };
}

function expectation(type: string, { path }: DriftedProperty): string | undefined {
  return EXPECTED.find((expected) => expected.type === type && expected.path.test(path))?.reason;
}
