import type { LambdaClient } from "@aws-sdk/client-lambda";
import { PLACES } from "../../functions/domain/failover";
import { concurrencyFacts } from "../../functions/readiness/usableFacts";
import { codeFacts } from "../../functions/readiness/parityFacts";
import { REGIONS, type Pair, type Place } from "../../components/regions";
import type { DriftClients } from "./clients";
import { explain, liveParameters, switchedByFailover, type Explained } from "./explanations";
import {
  parameterDisparities,
  quotaDisparities,
  templateDisparity,
  withoutWiring,
  type Disparity,
} from "./parity";
import {
  deployedStack,
  detectDrifts,
  platformStacks,
  type DeployedStack,
  type DriftedResource,
  type DriftLimits,
  type StackDrift,
} from "./stackDrift";

/** Templates of which one Region has the only stack: the global tables, and the global services' (from dr). */
export const SINGLE_TEMPLATES: readonly string[] = ["tables", "dns", "edge"];

/** One stack with what differs from its template. */
export interface StackReport extends Omit<StackDrift, "resources"> {
  readonly drifted: readonly DriftedResource[];
  readonly explained: readonly Explained[];
}

/** The whole platform's drift and parity. */
export interface DriftReport {
  readonly checkedAt: Date;
  readonly stacks: Readonly<Record<Place, readonly StackReport[]>>;
  readonly parity: readonly Disparity[];
  /** What could not be told; then the absence of a finding proves nothing. */
  readonly problems: readonly string[];
  /** What this cloud does not have, and is therefore not compared. */
  readonly notes: readonly string[];
}

export interface DetectionOptions {
  readonly suffix: string;
  readonly signal: AbortSignal;
  readonly now?: Date;
  readonly limits?: DriftLimits;
}

type Deployed = Readonly<Record<Place, ReadonlyMap<string, DeployedStack>>>;

/**
 * Compares every stack of both Regions with what is there, and the two Regions with each other. It changes nothing. What a
 * failover has set is no drift: the next deployment takes it over.
 */
export async function detectPlatformDrift(
  clients: DriftClients,
  options: DetectionOptions,
): Promise<DriftReport> {
  const { suffix, signal, now = new Date() } = options;
  const problems: string[] = [];
  const tolerate = async <T>(what: string, fallback: T, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      problems.push(`${what}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
      return fallback;
    }
  };
  const names = await perPlace((place) =>
    tolerate(`stacks of ${REGIONS[place].name}`, [] as string[], () =>
      platformStacks(clients.stacks[place], new RegExp(`^stack-.+-${REGIONS[place].code}-${suffix}$`)),
    ),
  );
  for (const place of PLACES) {
    if (names[place].length === 0) problems.push(`${REGIONS[place].name} has no stack of this platform`);
  }
  const drifts = await perPlace((place) =>
    detectDrifts(clients.stacks[place], names[place], { signal, limits: options.limits }),
  );
  const deployed = await perPlace((place) => readStacks(clients, place, names[place], suffix, problems));
  const activation = await tolerate("the control record", undefined, clients.activation);
  const stacks = await perPlace((place) =>
    Promise.all(
      drifts[place].map((drift) =>
        reportOf(
          drift,
          templateOf(drift.stackName, place, suffix),
          deployed[place],
          liveParameters(activation, place),
        ),
      ),
    ),
  );
  for (const { stackName, problem } of [...stacks.primary, ...stacks.dr]) {
    if (problem !== undefined) problems.push(`${stackName}: ${problem}`);
  }
  const { quotas } = clients;
  const parity = [
    ...stackParity(deployed),
    ...(await tolerate("code", [], () => codeDisparities(clients, suffix))),
    ...(await tolerate("concurrency", [], () => concurrencyDisparity(clients))),
    ...(quotas === undefined ? [] : await tolerate("quotas", [], () => quotaDisparities(quotas))),
  ];
  const notes = quotas === undefined ? ["quotas: the embedded cloud has none but Lambda's concurrency"] : [];
  return { checkedAt: now, stacks, parity, problems, notes };
}

async function perPlace<T>(work: (place: Place) => Promise<T>): Promise<Pair<T>> {
  const [primary, dr] = await Promise.all([work("primary"), work("dr")]);
  return { primary, dr };
}

/** `stack-region-state-apse1-prod` → `region-state`. */
function templateOf(stackName: string, place: Place, suffix: string): string {
  return stackName.slice("stack-".length, -`-${REGIONS[place].code}-${suffix}`.length);
}

/** Every stack's template and parameters, by template; what cannot be read is a problem. */
async function readStacks(
  clients: DriftClients,
  place: Place,
  names: readonly string[],
  suffix: string,
  problems: string[],
): Promise<ReadonlyMap<string, DeployedStack>> {
  const found = new Map<string, DeployedStack>();
  for (const name of names) {
    try {
      found.set(templateOf(name, place, suffix), await deployedStack(clients.stacks[place], name));
    } catch (error) {
      problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return found;
}

async function reportOf(
  { resources, ...drift }: StackDrift,
  template: string,
  deployed: ReadonlyMap<string, DeployedStack>,
  live: Readonly<Record<string, string>>,
): Promise<StackReport> {
  const stack = deployed.get(template);
  const switched =
    stack === undefined || resources.length === 0
      ? new Set<string>()
      : await switchedByFailover(template, drift.stackName, stack, live);
  return { ...drift, ...explain(resources, switched) };
}

function stackParity(deployed: Deployed): Disparity[] {
  const templates = new Set([...deployed.primary.keys(), ...deployed.dr.keys()]);
  const outputs = {
    primary: outputValues(deployed.primary),
    dr: outputValues(deployed.dr),
  };
  return [...templates]
    .filter((template) => !SINGLE_TEMPLATES.includes(template))
    .sort()
    .flatMap((template) => {
      const [primary, dr] = [deployed.primary.get(template), deployed.dr.get(template)];
      const parameters =
        primary === undefined || dr === undefined ? [] : parameterDisparities(template, { primary, dr });
      return [...templateDisparity(template, { primary, dr }), ...withoutWiring(parameters, outputs)];
    });
}

function outputValues(stacks: ReadonlyMap<string, DeployedStack>): ReadonlySet<string> {
  return new Set([...stacks.values()].flatMap(({ outputs }) => Object.values(outputs)));
}

/** The same facts, by the same names, as the readiness evaluation has them. */
async function codeDisparities({ functions }: DriftClients, suffix: string): Promise<Disparity[]> {
  const naming = (place: Place) => (purpose: string) =>
    `function-${purpose}-${REGIONS[place].code}-${suffix}`;
  const facts = await codeFacts(
    { own: functions.primary as LambdaClient, peer: functions.dr as LambdaClient },
    { own: naming("primary"), peer: naming("dr") },
  );
  return facts
    .filter(({ own, peer }) => own === undefined || own !== peer)
    .map(({ name, own = "absent", peer = "absent" }) => ({ kind: "code", name, primary: own, dr: peer }));
}

async function concurrencyDisparity({ functions }: DriftClients): Promise<Disparity[]> {
  const own = functions.dr as LambdaClient;
  const { limit, peerLimit } = await concurrencyFacts({ own, peer: functions.primary as LambdaClient });
  if (limit >= peerLimit) return [];
  const name = "lambda concurrent executions";
  return [{ kind: "quota", name, primary: String(peerLimit), dr: String(limit) }];
}

/** Everything that was found, each in a few words: what the readiness evaluation tells of. */
export function findingsOf({ stacks, parity }: Pick<DriftReport, "stacks" | "parity">): string[] {
  return [
    ...[...stacks.primary, ...stacks.dr].flatMap(({ stackName, drifted }) =>
      drifted.map(({ logicalId, status }) => `${stackName}: ${logicalId} ${status.toLowerCase()}`),
    ),
    ...parity.map(({ kind, name }) => `${kind} ${name} differs between the Regions`),
  ];
}
