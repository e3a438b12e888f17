import { peerOf, REGIONS, type Place } from "../../components/regions";
import { Refused } from "../cli";
import { valueOf } from "./bounded";
import type { FailoverStatus, RegionReport } from "./failoverStatus";
import { isOpen, type OperationRecord, type RoleRecord } from "./records";

/** A planned change without loss, or an unplanned one. */
export type Mode = "failover" | "switchover";

/** What an operator may start, and where. */
export interface StartDecision {
  readonly place: Place;
  /** An operation that stopped half-way and is taken up again. */
  readonly resumes?: string;
  /** What the operator should know before it goes on. */
  readonly warnings: readonly string[];
}

function nameOf(place: Place): string {
  return `${REGIONS[place].name} (${place})`;
}

function roleOf(report: RegionReport): RoleRecord | undefined {
  return valueOf(report.records)?.role;
}

/** The Region to which an operation would go: the one that is not active. @throws Refused when that is not clear */
export function standbyOf({ regions }: Pick<FailoverStatus, "regions">): Place {
  const roles = { primary: roleOf(regions.primary)?.role, dr: roleOf(regions.dr)?.role };
  const places: readonly Place[] = ["primary", "dr"];
  const candidates = places.filter((place) => ["STANDBY", "TAKING_OVER"].includes(roles[place] ?? ""));
  const [only, second] = candidates;
  if (only !== undefined && second === undefined) return only;
  if (only !== undefined) {
    const takingOver = candidates.filter((place) => roles[place] === "TAKING_OVER");
    if (takingOver.length === 1) return takingOver[0]!;
    throw new Refused("Both Regions are standby. Say which one shall become active: --region primary|dr.");
  }
  const silent = places.filter((place) => !regions[place].records.answered);
  const fenced = places.filter((place) => roles[place] === "FENCED");
  if (fenced.length > 0) {
    throw new Refused(
      `${fenced.map(nameOf).join(" and ")} is FENCED and the other Region is no standby that answers: ` +
        "see docs/runbook.md#fenced-region.",
    );
  }
  if (silent.length > 0) {
    throw new Refused(
      `No Region is a standby that answers; ${silent.map(nameOf).join(" and ")} does not answer.`,
    );
  }
  throw new Refused("No Region is standby: see npm run failover -- status.");
}

/** The operation that is under way in either Region. */
export function openOperation({
  regions,
}: Pick<FailoverStatus, "regions">): { place: Place; operation: OperationRecord } | undefined {
  for (const place of ["primary", "dr"] as const) {
    const operation = valueOf(regions[place].records)?.operation;
    if (operation !== undefined && isOpen(operation)) return { place, operation };
  }
  return undefined;
}

/**
 * Whether an operation may start.
 * @param executionRuns whether the execution of the operation that is under way is alive; unknown counts as alive
 * @throws Refused with every reason
 */
export function decideStart(
  status: Pick<FailoverStatus, "regions">,
  request: { readonly mode: Mode; readonly place?: Place; readonly dryRun?: boolean },
  executionRuns: (operation: OperationRecord) => boolean,
): StartDecision {
  const place = request.place ?? standbyOf(status);
  const target = status.regions[place];
  const peer = status.regions[peerOf(place)];
  const reasons = [...targetReasons(target), ...(request.mode === "switchover" ? peerReasons(peer) : [])];
  const open = openOperation(status);
  const crashed = open !== undefined && !executionRuns(open.operation);
  if (open !== undefined && !(crashed && open.place === place)) {
    const { operationId, mode, state } = open.operation;
    reasons.push(`operation ${operationId} (${mode}) is ${state} in ${nameOf(open.place)}`);
  }
  if (reasons.length > 0) {
    throw new Refused(`A ${request.mode} to ${nameOf(place)} cannot start:\n${bullets(reasons)}`);
  }
  return { place, resumes: resumable(target, crashed), warnings: warningsFor(request, peer) };
}

function bullets(reasons: readonly string[]): string {
  return reasons.map((reason) => `  - ${reason}`).join("\n");
}

function targetReasons(target: RegionReport): string[] {
  const name = nameOf(target.place);
  if (!target.records.answered) return [`${name} does not answer: ${target.records.reason}`];
  const role = target.records.value.role?.role;
  if (role === "ACTIVE") return [`${name} is already active`];
  if (role === "FENCED") return [`${name} is FENCED: see docs/runbook.md#fenced-region`];
  return role === undefined ? [`${name} has no role record`] : [];
}

function peerReasons(peer: RegionReport): string[] {
  const name = nameOf(peer.place);
  if (!peer.records.answered) {
    return [`${name} does not answer (${peer.records.reason}); a switchover needs both Regions`];
  }
  const role = peer.records.value.role?.role;
  // After a switchover that stopped half-way both are standby; the same operation goes on from there.
  return role === "ACTIVE" || role === "STANDBY"
    ? []
    : [`${name} is ${role ?? "without a role"}; a switchover needs an active peer`];
}

/** An operation that failed after it had begun to take over is taken up by its own id. */
function resumable(target: RegionReport, crashed: boolean): string | undefined {
  const records = valueOf(target.records);
  const operation = records?.operation;
  if (operation === undefined) return undefined;
  if (crashed) return operation.operationId;
  return records?.role?.role === "TAKING_OVER" && operation.state === "FAILED"
    ? operation.operationId
    : undefined;
}

function warningsFor({ mode }: { mode: Mode }, peer: RegionReport): string[] {
  return mode === "failover" && valueOf(peer.api)?.traffic === true
    ? [
        `${nameOf(peer.place)} answers that it takes payments: the confirmation will end this failover, unless it ` +
          "is lost by then. For a planned change use --mode switchover.",
      ]
    : [];
}

/** Why a fenced Region may not be told to write again; empty when it may. */
export function resumeWritesReasons(target: RegionReport, peer: RegionReport): string[] {
  if (!target.records.answered) {
    return [`${nameOf(target.place)} does not answer: ${target.records.reason}`];
  }
  const role = roleOf(target)?.role;
  // A lease that ran out shows as FENCED before the lease keeper has written it down.
  const lapsed = role === "ACTIVE" && valueOf(target.api)?.role === "FENCED";
  const reasons: string[] = [];
  if (role !== "FENCED" && !lapsed) {
    reasons.push(`${nameOf(target.place)} is ${role ?? "without a role"}, not FENCED`);
  }
  const peerRole = roleOf(peer)?.role;
  const peerShown = valueOf(peer.api)?.role;
  for (const claim of ["ACTIVE", "TAKING_OVER"]) {
    if (peerShown === claim || (peerRole === claim && peerShown === undefined)) {
      reasons.push(`${nameOf(peer.place)} is ${claim}: two Regions would take payments`);
    }
  }
  const operation = valueOf(peer.records)?.operation;
  if (isOpen(operation)) {
    reasons.push(`operation ${operation!.operationId} is ${operation!.state} in ${nameOf(peer.place)}`);
  }
  return reasons;
}

/** Why a Region's cluster may not be cut out of the global cluster; empty when it may. */
export function detachReasons(target: RegionReport, peer: RegionReport): string[] {
  const reasons: string[] = [];
  const role = roleOf(target)?.role;
  if (!target.records.answered) {
    reasons.push(`${nameOf(target.place)} does not answer: ${target.records.reason}`);
  } else if (role !== "STANDBY" && role !== "TAKING_OVER") {
    reasons.push(
      `${nameOf(target.place)} is ${role ?? "without a role"}: only a standby's cluster is detached`,
    );
  }
  if (valueOf(peer.api)?.traffic === true) {
    reasons.push(`${nameOf(peer.place)} takes payments: both databases would accept writes`);
  }
  return reasons;
}

/** Refuses with all the reasons at once. @throws Refused when there is any */
export function refuseIf(reasons: readonly string[], what: string): void {
  if (reasons.length > 0) throw new Refused(`${what}:\n${bullets(reasons)}`);
}
