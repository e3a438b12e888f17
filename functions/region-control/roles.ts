import { handedOver, placeOfEpoch, whyNotActivate, whyNotLatch } from "../domain/failover";
import type {
  AbortResult,
  ActivateResult,
  FencePeerResult,
  LatchResult,
  OperationReference,
} from "../shared/failover/actions";
import { PeerUnreachable, RoleChanged, WitnessLost } from "../shared/failover/errors";
import { within } from "../shared/failover/within";
import type { OperationRecord } from "../shared/regions/operationRecord";
import type { RegionState } from "../shared/regions/roleRecord";
import { ownRecord, reasonOf, type RegionControlDependencies } from "./dependencies";
import { reach } from "./progress";

/** Looks at a role before it is given up that others keep changing it. */
const ABORT_ATTEMPTS = 3;

/**
 * Takes the witness: while the role is TAKING_OVER, /status draws the traffic here. Again: the same answer.
 *
 * @throws RoleChanged when this Region is no standby, or a higher epoch became known
 */
export async function latch(
  dependencies: RegionControlDependencies,
  operation: OperationReference,
): Promise<LatchResult> {
  const { role: roles, clock, place } = dependencies;
  const record = await ownRecord(dependencies, operation);
  const role = await roles.read();
  const { operationId } = record;
  if (role.role === "ACTIVE" && role.epoch === record.targetEpoch) {
    return { since: role.updatedAt.toISOString() };
  }
  const objection = whyNotLatch(place, role, record.targetEpoch);
  if (objection !== undefined) throw new RoleChanged(objection);
  // Taken up from an operation before, the role has been so since then.
  const at = role.role === "TAKING_OVER" ? role.updatedAt : clock.now();
  if (role.role === "STANDBY" || role.operationId !== operationId) {
    const changed = await roles.change(role, { role: "TAKING_OVER", epoch: role.epoch, at, operationId });
    if (!changed) throw new RoleChanged(`the role changed from ${role.role} meanwhile`);
  }
  await reach(dependencies, record, "latch");
  return { since: at.toISOString() };
}

/** Fences the Region that is lost, if it can be reached after all. Safety does not rest on it: the lease does that. */
export async function fencePeer(
  dependencies: RegionControlDependencies,
  operation: OperationReference,
): Promise<FencePeerResult> {
  const record = await ownRecord(dependencies, operation);
  await reach(dependencies, record, "fence");
  try {
    return await within(dependencies.peerTimeoutMilliseconds, fence(dependencies, record));
  } catch (error) {
    return { fenced: false, reason: reasonOf(error) };
  }
}

async function fence(
  { peerRole, clock }: RegionControlDependencies,
  { operationId, targetEpoch }: OperationRecord,
): Promise<FencePeerResult> {
  const peer = await peerRole.read();
  if (peer.epoch >= targetEpoch) return { fenced: false, reason: `the peer is in epoch ${peer.epoch}` };
  if (peer.role !== "ACTIVE" && peer.role !== "TAKING_OVER") {
    return { fenced: true, reason: `the peer is ${peer.role}` };
  }
  const to = { role: "FENCED", epoch: peer.epoch, at: clock.now(), operationId } as const;
  const fenced = await peerRole.change(peer, to);
  return { fenced, reason: fenced ? `the peer was ${peer.role}` : "the peer's role changed meanwhile" };
}

/**
 * Planned: the active Region gives up its role and stops its consumers. From here until `activate` nobody writes.
 *
 * @throws RoleChanged when the peer is in no state to hand over
 * @throws PeerUnreachable when it does not answer
 */
export async function demotePeer(
  dependencies: RegionControlDependencies,
  operation: OperationReference,
): Promise<Record<string, never>> {
  const { peerRole, peerCapacity, clock } = dependencies;
  const record = await ownRecord(dependencies, operation);
  const { operationId, targetEpoch } = record;
  const peer = await peerRole.read().catch((cause: unknown) => {
    throw new PeerUnreachable(`the peer's role record cannot be read: ${reasonOf(cause)}`, { cause });
  });
  if (peer.epoch > targetEpoch || peer.role === "TAKING_OVER") {
    throw new RoleChanged(`the peer is ${peer.role} in epoch ${peer.epoch}`);
  }
  await reach(dependencies, record, "demote");
  // Also when it is a standby already: its lease keeper may be about to resume a role that nobody took, and must not.
  const to = { role: "STANDBY", epoch: peer.epoch, at: clock.now(), operationId } as const;
  const changed = await peerRole.change(peer, to).catch((cause: unknown) => {
    throw new PeerUnreachable(`the peer's role cannot be changed: ${reasonOf(cause)}`, { cause });
  });
  if (!changed) throw new RoleChanged(`the peer's role changed from ${peer.role} meanwhile`);
  await peerCapacity("close").catch((cause: unknown) => {
    throw new PeerUnreachable(`the peer's capacity cannot be closed: ${reasonOf(cause)}`, { cause });
  });
  return {};
}

/**
 * Makes this Region the active one: role and lease first, then the control record, which deployments read. The lease
 * starts at a reading of the witness, as every renewal does, and the wait for the old lease must still hold: while the
 * database was promoted, the world may have turned back to the peer.
 *
 * @throws WitnessLost when the witness has not named this Region for long enough, up to now
 * @throws RoleChanged when the role was lost, the peer took its own back, or a higher epoch is recorded
 */
export async function activate(
  dependencies: RegionControlDependencies,
  operation: OperationReference,
): Promise<ActivateResult> {
  const { role: roles, control, place } = dependencies;
  const record = await ownRecord(dependencies, operation);
  const { operationId, targetEpoch: epoch } = record;
  const role = await roles.read();
  const isActive = role.role === "ACTIVE" && role.epoch === epoch;
  const activatedAt = isActive ? role.updatedAt : await takeRole(dependencies, record, role);
  if (!(await control.activate({ activePlace: place, epoch, activatedAt, operationId }))) {
    throw new RoleChanged(`a higher epoch than ${epoch} is recorded`);
  }
  await reach(dependencies, record, "activate");
  return { epoch, activatedAt: activatedAt.toISOString() };
}

async function takeRole(
  { role: roles, clock, place, watch, timings, peerRole, peerTimeoutMilliseconds }: RegionControlDependencies,
  { operationId, targetEpoch: epoch, mode }: OperationRecord,
  role: RegionState,
): Promise<Date> {
  if (role.role !== "TAKING_OVER" || role.epoch >= epoch) {
    throw new RoleChanged(`the role is ${role.role} in epoch ${role.epoch}`);
  }
  const look = await watch.look();
  let wait = watch.wait(look, role);
  if (mode === "switchover" && !wait.ready) {
    const peer = await within(peerTimeoutMilliseconds, peerRole.read()).catch(() => undefined);
    // Only a peer that is known to have handed over leaves no lease to outlast.
    if (peer?.role === "STANDBY" && peer.epoch < epoch) wait = handedOver(wait, timings);
  }
  const objection = whyNotActivate(place, role, epoch, wait);
  if (objection !== undefined || look.reading === undefined) {
    throw new WitnessLost(objection ?? "the witness cannot be read");
  }
  const at = clock.now();
  const to = { role: "ACTIVE", epoch, at, leaseRenewedAt: look.reading.readAt, operationId } as const;
  if (!(await roles.change(role, to))) throw new RoleChanged("the role changed meanwhile");
  return at;
}

/**
 * Ends an operation before its promotion and gives the role back. An operation that is not the lock's holder any more
 * changes nothing.
 */
export async function abort(
  dependencies: RegionControlDependencies,
  operation: OperationReference,
  reason: string,
): Promise<AbortResult> {
  const { operations, clock, log } = dependencies;
  const record = await operations.read();
  if (record?.operationId !== operation.operationId) return { state: "ABORTED", reason };
  const state = record.state === "CANCELLED" || record.request === "cancel" ? "CANCELLED" : "ABORTED";
  const note = record.dryRun ? "" : await giveBack(dependencies, record);
  const changes = { state, request: "none" as const, taskToken: "", reason: `${reason}${note}` } as const;
  if (!(await operations.update(record.operationId, changes, clock.now()))) {
    log.warn("another operation took this one's place before it was aborted", { operation });
  }
  return { state, reason: changes.reason };
}

/** Own role first: the peer may only resume beside a standby. Returns what could not be given back, as text. */
async function giveBack(dependencies: RegionControlDependencies, record: OperationRecord): Promise<string> {
  const { role: roles, clock, log, peerTimeoutMilliseconds } = dependencies;
  for (let attempt = 1; ; attempt += 1) {
    const role = await roles.read();
    if (role.role !== "TAKING_OVER") break;
    const { operationId } = record;
    const to = { role: "STANDBY", epoch: role.epoch, at: clock.now(), operationId } as const;
    if (await roles.change(role, to)) break;
    if (attempt === ABORT_ATTEMPTS) throw new RoleChanged("the role keeps changing");
  }
  try {
    await within(peerTimeoutMilliseconds, releasePeer(dependencies, record));
    return "";
  } catch (error) {
    log.error("the peer was not released", { reason: reasonOf(error) });
    return record.mode === "switchover" ? `; the peer was not released (${reasonOf(error)})` : "";
  }
}

/**
 * A peer that gave up its role for nothing gets it back: not ACTIVE at once but FENCED, from where its lease keeper
 * resumes by the rule that holds for every lost lease. A peer that never gave it up is not touched.
 */
async function releasePeer(
  { peerRole, peerCapacity, role: roles, place, clock }: RegionControlDependencies,
  { operationId }: OperationRecord,
): Promise<void> {
  const [own, peer] = await Promise.all([roles.read(), peerRole.read()]);
  const isItsEpoch = own.role === "STANDBY" && peer.epoch === own.epoch && placeOfEpoch(peer.epoch) !== place;
  if (!isItsEpoch || (peer.role !== "STANDBY" && peer.operationId !== operationId)) return;
  if (peer.role === "STANDBY") {
    const to = { role: "FENCED", epoch: peer.epoch, at: clock.now(), operationId } as const;
    if (!(await peerRole.change(peer, to))) return;
  }
  await peerCapacity("open");
}
