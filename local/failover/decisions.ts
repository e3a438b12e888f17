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

/**
 * The operation that is under way in either Region.
 * @param rehearsalsToo a dry run stands in the way of another one, and is in the way of nothing else
 */
export function openOperation(
  { regions }: Pick<FailoverStatus, "regions">,
  rehearsalsToo = true,
): { place: Place; operation: OperationRecord } | undefined {
  for (const place of ["primary", "dr"] as const) {
    const operation = valueOf(regions[place].records)?.operation;
    if (operation !== undefined && isOpen(operation) && (rehearsalsToo || operation.dryRun !== true)) {
      return { place, operation };
    }
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
  request: { readonly mode: Mode; readonly place?: Place; readonly dryRun: boolean },
  executionRuns: (operation: OperationRecord) => boolean,
): StartDecision {
  const open = openOperation(status, request.dryRun);
  const crashedPlace = open !== undefined && !executionRuns(open.operation) ? open.place : undefined;
  const unfinished = (place: Place) => unfinishedOperation(status.regions[place], crashedPlace === place);
  const half = (["primary", "dr"] as const).find((place) => unfinished(place) !== undefined);
  const place = request.place ?? half ?? standbyOf(status);
  const resumes = unfinished(place);
  const target = status.regions[place];
  const peer = status.regions[peerOf(place)];
  // What stopped half-way has been through the checks: it must be possible to finish it as things are now.
  const reasons =
    resumes === undefined
      ? [...targetReasons(target), ...(request.mode === "switchover" ? peerReasons(peer) : [])]
      : [];
  if (open !== undefined && open.place !== crashedPlace) {
    const { operationId, mode, state } = open.operation;
    reasons.push(`operation ${operationId} (${mode}) is ${state} in ${nameOf(open.place)}`);
  }
  if (resumes !== undefined && resumes.mode !== request.mode) {
    reasons.push(`operation ${resumes.operationId} is a ${resumes.mode} and must be finished as one`);
  }
  if (reasons.length > 0) {
    throw new Refused(`A ${request.mode} to ${nameOf(place)} cannot start:\n${bullets(reasons)}`);
  }
  return { place, resumes: resumes?.operationId, warnings: resumes ? [] : warningsFor(request, peer) };
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
  return role === "ACTIVE"
    ? []
    : [`${name} is ${role ?? "without a role"}; a switchover needs an active peer`];
}

/** An operation that stopped after it had begun to take over, or whose execution is gone: it is taken up by its own id. */
function unfinishedOperation(target: RegionReport, crashed: boolean): OperationRecord | undefined {
  const records = valueOf(target.records);
  const operation = records?.operation;
  if (operation === undefined || operation.dryRun === true) return undefined;
  if (crashed) return operation;
  const role = records?.role;
  const begun =
    role?.role === "TAKING_OVER" || (role?.role === "ACTIVE" && role.epoch === operation.targetEpoch);
  return begun && operation.state === "FAILED" ? operation : undefined;
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
