import { whyNotTakeOver, type Place, type ProtocolTimings, type WitnessReading } from "../domain/failover";
import type { Clock } from "../shared/clock";
import {
  peerProbeInput,
  type ConfirmResult,
  type OperationReference,
  type PeerProbeInput,
  type ProbeResult,
  type WitnessResult,
} from "../shared/failover/actions";
import { isUnderWay, type ExecutionReader } from "../shared/failover/executions";
import { parseAction } from "../shared/failover/parseAction";
import type { WitnessWatch } from "../shared/failover/WitnessWatch";
import type { Log } from "../shared/observability/logger";
import type { ProbeRecord } from "../shared/regions/observationRecords";
import type { OperationRepository } from "../shared/regions/operationRecord";
import type { RegionState, RoleRepository } from "../shared/regions/roleRecord";
import { tellOfLeftBehind, type OperationLeftBehindDetail } from "./leftBehind";
import type { Look } from "./look";

/** What watching the other Region works with. */
export interface PeerProbeDependencies {
  readonly place: Place;
  readonly regionCode: string;
  readonly timings: ProtocolTimings;
  readonly clock: Clock;
  readonly log: Log;
  readonly role: Pick<RoleRepository, "read">;
  readonly operations: Pick<OperationRepository, "read">;
  readonly executions: ExecutionReader;
  /** The record `probe`, which only this function writes. */
  readonly probes: { read(): Promise<ProbeRecord | undefined>; write(value: ProbeRecord): Promise<void> };
  readonly watch: WitnessWatch;
  /** One look at the peer. */
  readonly look: () => Promise<Look>;
  /** Why this Region could not take over, or undefined when it could. */
  readonly unfitness: () => Promise<string | undefined>;
  /** Publishes `PeerUnavailable` of this Region. */
  readonly publishMetric: (value: 0 | 1, at: Date) => Promise<void>;
  /** Tells the Region's bus what calls for an orchestrator. */
  readonly putEvent: PutProbeEvent;
}

/** The events that the probe sends, with their `detail-type`. */
export type PutProbeEvent = (
  ...event:
    | [type: "Peer Unavailable", detail: PeerUnavailableDetail]
    | [type: "Operation Left Behind", detail: OperationLeftBehindDetail]
) => Promise<void>;

/** The detail of the event `Peer Unavailable` of `payments.failover`. */
export interface PeerUnavailableDetail {
  /** Of the Region that looked. */
  readonly place: Place;
  readonly regionCode: string;
  readonly consecutiveFailures: number;
  /** ISO 8601, UTC. */
  readonly firstFailedAt: string;
  readonly reason: string;
}

/** Looks in a row that make a peer lost. */
const LOST_AFTER_FAILURES = 2;
/** Characters of a reason that are kept. */
const MAX_REASON = 500;

/**
 * Watches the active Region from the standby. On its schedule (no action) it looks, publishes the metric and, while the
 * peer is lost and nobody acts, says so again every time: an alarm changes its state only once. It also tells of an
 * operation that was killed in the middle. For the state machine it confirms a loss and watches the witness.
 */
export function createHandler(
  dependencies: PeerProbeDependencies,
): (event: unknown) => Promise<ProbeResult | ConfirmResult | WitnessResult> {
  return async (event) => {
    const input = parseAction(peerProbeInput, hasAction(event) ? event : { action: "probe" });
    const result = await run(dependencies, input);
    dependencies.log.info("looked", { action: input.action, result });
    return result;
  };
}

function hasAction(event: unknown): boolean {
  return typeof event === "object" && event !== null && "action" in event;
}

function run(
  dependencies: PeerProbeDependencies,
  input: PeerProbeInput,
): Promise<ProbeResult | ConfirmResult | WitnessResult> {
  switch (input.action) {
    case "probe":
      return probe(dependencies);
    case "confirm":
      return confirm(dependencies, input.operation);
    case "witness":
      return watchWitness(dependencies);
  }
}

async function probe(dependencies: PeerProbeDependencies): Promise<ProbeResult> {
  const { clock, probes, publishMetric } = dependencies;
  const role = await dependencies.role.read();
  const isLeftBehind = await tellOfLeftBehind(dependencies, role);
  if (!watches(role)) {
    const at = clock.now();
    const reason = `this Region is ${role.role}`;
    await probes.write({ consecutiveFailures: 0, lastCheckedAt: at, reason });
    // The alarm takes missing data for a loss.
    await publishMetric(0, at);
    return { unavailable: false, consecutiveFailures: 0, reason };
  }
  const { record } = await lookAndRemember(dependencies);
  const unavailable = record.consecutiveFailures > 0;
  await publishMetric(unavailable ? 1 : 0, record.lastCheckedAt);
  const isLost = record.consecutiveFailures >= LOST_AFTER_FAILURES;
  if (isLost && role.role === "STANDBY" && !isLeftBehind) {
    await tellUnlessUnderWay(dependencies, record);
  }
  return { unavailable, consecutiveFailures: record.consecutiveFailures, reason: record.reason };
}

/** An active or fenced Region has no peer to replace. */
function watches({ role }: RegionState): boolean {
  return role === "STANDBY" || role === "TAKING_OVER";
}

/** A look, and what is known after it. */
interface Sighting {
  readonly record: ProbeRecord;
  readonly peer: Look["peer"];
}

async function lookAndRemember({ probes, look, clock }: PeerProbeDependencies): Promise<Sighting> {
  const [before, seen] = await Promise.all([probes.read(), look()]);
  const at = clock.now();
  const reason = seen.reason.slice(0, MAX_REASON);
  const record: ProbeRecord = seen.ok
    ? { consecutiveFailures: 0, lastOkAt: at, lastCheckedAt: at, reason }
    : {
        consecutiveFailures: (before?.consecutiveFailures ?? 0) + 1,
        ...(before?.lastOkAt && { lastOkAt: before.lastOkAt }),
        firstFailedAt: before?.firstFailedAt ?? at,
        lastCheckedAt: at,
        reason,
      };
  await probes.write(record);
  return { record, peer: seen.peer };
}

async function tellUnlessUnderWay(dependencies: PeerProbeDependencies, record: ProbeRecord): Promise<void> {
  const { operations, executions, clock, log, place, regionCode, putEvent } = dependencies;
  const operation = await operations.read().catch((error: unknown) => {
    // The lock decides; a start too many is harmless, one too few is not.
    log.error("the operation's record cannot be read", { error });
    return undefined;
  });
  if (operation && !operation.dryRun && (await isUnderWay(operation, executions, clock.now()))) return;
  await putEvent("Peer Unavailable", {
    place,
    regionCode,
    consecutiveFailures: record.consecutiveFailures,
    firstFailedAt: (record.firstFailedAt ?? record.lastCheckedAt).toISOString(),
    reason: record.reason,
  });
}

/**
 * One look for the state machine. A failover is confirmed when probe and witness agree that the peer is lost; either mode
 * only when this Region can take the peer's place: nobody gives up a role for a Region that could not use it.
 */
async function confirm(
  dependencies: PeerProbeDependencies,
  operation: OperationReference,
): Promise<ConfirmResult> {
  const [role, own] = await Promise.all([dependencies.role.read(), dependencies.operations.read()]);
  const isOwn = own?.operationId === operation.operationId;
  const isDone = isOwn && role.role === "ACTIVE" && role.epoch === own.targetEpoch;
  const isPlanned = operation.mode === "switchover";
  // A peer that is asked to step down answers for itself; one that is lost cannot, and takes the whole time limit.
  const seen = isPlanned ? undefined : await lookAndRemember(dependencies);
  // After the peer: an old answer of the witness proves nothing.
  const { reading } = await dependencies.watch.look();
  const witness = reading?.named ?? "unreadable";
  const answer = (decided: boolean, confirmed: boolean, reason: string): ConfirmResult => ({
    ...{ confirmed, witness, reason, decided },
  });
  const open = (reason: string) => answer(false, false, reason);
  if (isDone) return answer(true, true, "this Region took over already");
  if (seen?.record.consecutiveFailures === 0) return answer(true, false, `the peer ${seen.record.reason}`);
  const objection = seen && whyNotLost(dependencies, operation, role, seen, reading);
  if (objection !== undefined) return open(objection);
  const unfitness = await dependencies.unfitness();
  if (unfitness !== undefined) return open(`this Region is not fit to take over: ${unfitness}`);
  return answer(true, true, seen?.record.reason ?? "this Region is fit");
}

/** Why the peer does not count as lost although a look failed, or undefined when it does. */
function whyNotLost(
  { place, timings, clock }: PeerProbeDependencies,
  { mode, trigger, approval }: OperationReference,
  record: RegionState,
  { record: seen, peer }: Awaited<ReturnType<typeof lookAndRemember>>,
  witness: WitnessReading | undefined,
): string | undefined {
  if (seen.consecutiveFailures < LOST_AFTER_FAILURES) return `one look failed: ${seen.reason}`;
  const decidedByOperator = trigger === "operator" || approval === "approval";
  const view = { place, mode, record, witness, peer, decidedByOperator, now: clock.now() };
  const objection = whyNotTakeOver(view, timings);
  if (objection === undefined) return undefined;
  return `lost to this Region (${seen.reason}), but ${objection} (witness: ${witness?.named ?? "unreadable"})`;
}

async function watchWitness({ watch, role: roles }: PeerProbeDependencies): Promise<WitnessResult> {
  const [role, look] = await Promise.all([roles.read(), watch.look()]);
  const { named, waitedSeconds, ready } = watch.wait(look, role);
  return { named, namedForSeconds: waitedSeconds, ready };
}
