import {
  decideLease,
  isLeaseLive,
  peerLookSeconds,
  type LeaseDecision,
  type PeerView,
  type Place,
  type ProtocolTimings,
  type ServiceAlarm,
  type WitnessReading,
} from "../domain/failover";
import type { CapacityControlInput } from "../shared/failover/actions";
import type { Clock } from "../shared/clock";
import type { Log } from "../shared/observability/logger";
import type { OperationRecord, OperationRepository } from "../shared/regions/operationRecord";
import type { PeerStatus } from "../shared/regions/peerStatus";
import type { RegionState, RoleRepository } from "../shared/regions/roleRecord";
import type { Witness } from "../shared/regions/witness";

/** What the lease keeper works with. */
export interface LeaseKeeperDependencies {
  readonly place: Place;
  readonly timings: ProtocolTimings;
  readonly clock: Clock;
  readonly log: Log;
  readonly role: RoleRepository;
  readonly operations: Pick<OperationRepository, "read">;
  readonly witness: Pick<Witness, "ask">;
  readonly peer: PeerStatus;
  /** The Region's service alarm as CloudWatch has it. */
  readonly serviceAlarm: () => Promise<ServiceAlarm>;
  /** Has the Region's capacity opened or closed; does not wait for it. */
  readonly capacity: (action: CapacityControlInput["action"]) => Promise<void>;
  /** Tells CloudWatch how the Region stands. */
  readonly publish: (standing: Standing, at: Date) => Promise<void>;
}

/** How the Region stands after a run. */
export interface Standing {
  /** ACTIVE with a lease. */
  readonly active: boolean;
  /** This Region was active last and has no lease: nobody writes, unless the peer took over. */
  readonly leaseLapsed: boolean;
}

/** What one run did. */
export interface LeaseReport {
  readonly decision: LeaseDecision["kind"];
  readonly reason: string;
  readonly role: RegionState["role"];
  readonly epoch: number;
}

/** How often the witness is asked before it counts as unreadable, and the peer before it counts as away. */
const WITNESS_ATTEMPTS = 3;
const PEER_ATTEMPTS = 2;

/**
 * Keeps the Region's lease and role, once a minute and whenever the service alarm changes. Every change is conditional on
 * the record that it was decided on: a run that comes too late changes nothing.
 *
 * @throws RegionStateUnreadable, RecordUnreadable: the next run comes in a minute, and the lease outlasts one.
 */
export function createHandler(dependencies: LeaseKeeperDependencies): () => Promise<LeaseReport> {
  return async () => {
    const { log } = dependencies;
    const alarm = noteAlarm(dependencies).catch((error: unknown) =>
      log.error("the service alarm could not be noted", { error }),
    );
    const decision = await keepLease(dependencies);
    await alarm;
    const { role, epoch } = await tellStanding(dependencies);
    const report = { decision: decision.kind, reason: decision.reason, role, epoch };
    log.info("lease", report);
    return report;
  };
}

async function keepLease(dependencies: LeaseKeeperDependencies): Promise<LeaseDecision> {
  const { role } = dependencies;
  const [record, witness] = await Promise.all([role.read(), askWitness(dependencies)]);
  const operation = await operationFor(dependencies, record);
  // What needs no peer does not wait for one: while the Regions are cut from each other it does not answer.
  const alone = decide(dependencies, record, operation, witness, undefined);
  if (alone.kind === "renew") await apply(dependencies, record, alone);
  const peer = await askPeer(dependencies);
  // The peer may have taken its time: what is decided now is decided on the lease as it was renewed, not as it was read.
  const renewed = alone.kind === "renew" ? { ...record, leaseRenewedAt: alone.leaseRenewedAt } : record;
  const decision = decide(dependencies, renewed, operation, witness, peer);
  // Nothing more came of the peer's word.
  if (alone.kind === "renew" && (decision.kind === "keep" || decision.kind === "renew")) return alone;
  await apply(dependencies, renewed, decision);
  return decision;
}

function decide(
  { place, timings, clock }: LeaseKeeperDependencies,
  record: RegionState,
  operation: OperationRecord | undefined,
  witness: WitnessReading | undefined,
  peer: PeerView | undefined,
): LeaseDecision {
  return decideLease({ place, record, witness, peer, operation, now: clock.now() }, timings);
}

/** The operation matters only to a Region that takes over, or was stood down. */
async function operationFor(
  { operations }: LeaseKeeperDependencies,
  { role }: RegionState,
): Promise<OperationRecord | undefined> {
  return role === "TAKING_OVER" || role === "STANDBY" ? operations.read() : undefined;
}

async function askWitness({ witness }: LeaseKeeperDependencies): Promise<WitnessReading | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const reading = await witness.ask();
    if (reading !== undefined || attempt === WITNESS_ATTEMPTS) return reading;
  }
}

async function askPeer({ peer, timings, log }: LeaseKeeperDependencies): Promise<PeerView | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await peer.look(peerLookSeconds(timings) * 1_000);
    if (answer.reachable) {
      const { role, epoch } = answer.status;
      return role === "UNKNOWN" || epoch === null ? undefined : { role, epoch };
    }
    if (attempt < PEER_ATTEMPTS) continue;
    log.info("the peer does not answer", { reason: answer.reason });
    return undefined;
  }
}

async function apply(
  dependencies: LeaseKeeperDependencies,
  record: RegionState,
  decision: LeaseDecision,
): Promise<void> {
  const { role, clock, capacity, log } = dependencies;
  const { epoch, operationId } = record;
  const at = clock.now();
  let isDone = true;
  switch (decision.kind) {
    case "keep":
      return;
    case "renew":
      isDone = await role.renewLease(epoch, decision.leaseRenewedAt);
      break;
    case "fence":
      isDone = await role.change(record, { role: "FENCED", epoch, at, operationId });
      break;
    case "resume": {
      const { leaseRenewedAt } = decision;
      isDone = await role.change(record, { role: "ACTIVE", epoch, at, leaseRenewedAt, operationId });
      if (isDone && decision.opens) await capacity("open");
      break;
    }
    case "stand_by":
      isDone = await role.change(record, { role: "STANDBY", epoch: decision.epoch, at, operationId });
      if (isDone && decision.closes) await capacity("close");
      break;
  }
  if (!isDone) log.warn("the role record changed meanwhile; nothing was done", { decision });
  else if (decision.kind !== "renew") log.warn("the role changes", { from: record.role, decision });
}

async function noteAlarm({ role, serviceAlarm, log }: LeaseKeeperDependencies): Promise<void> {
  const alarm = await serviceAlarm().catch((error: unknown): ServiceAlarm => {
    log.error("the service alarm cannot be read", { error });
    return "UNKNOWN";
  });
  await role.noteServiceAlarm(alarm);
}

async function tellStanding({
  role,
  timings,
  clock,
  publish,
  log,
}: LeaseKeeperDependencies): Promise<RegionState> {
  const record = await role.read();
  const now = clock.now();
  const active = record.role === "ACTIVE" && isLeaseLive(record, now, timings);
  const leaseLapsed = !active && (record.role === "ACTIVE" || record.role === "FENCED");
  // The alarm takes missing data for the worst.
  await publish({ active, leaseLapsed }, now).catch((error: unknown) =>
    log.error("the Region's standing could not be published", { error }),
  );
  return record;
}
