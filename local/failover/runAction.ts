import { peerOf, REGIONS, type Place } from "../../components/regions";
import { CommandError, Refused } from "../cli";
import { valueOf } from "./bounded";
import type { FailoverRequest } from "./commandLine";
import {
  decideStart,
  detachReasons,
  openOperation,
  refuseIf,
  resumeWritesReasons,
  standbyOf,
  type Mode,
} from "./decisions";
import { findReport, reportText } from "./failoverReport";
import { readFailoverStatus, withoutTokens, type FailoverStatus } from "./failoverStatus";
import { followOperation, type Outcome } from "./followOperation";
import { detachCluster, resumeEpoch, resumeWrites, waitForWrites } from "./interventions";
import {
  answerApproval,
  executionRuns,
  operationInHand,
  requestOfOperation,
  startOperation,
  type OperationRequest,
} from "./operations";
import { assertAccount, type Platform } from "./Platform";
import { evaluateReadiness } from "./readiness";
import { statusText } from "./statusText";

/** Where an action's words go. */
export interface ActionOutput {
  /** The result: a document for programs, a text for people. */
  readonly show: (value: unknown, text: string) => void;
  /** Progress, for people. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const DONE = 0;
const REFUSED = 2;
const FAILED = 3;

/**
 * Does what the operator asked of a platform.
 * @returns the exit code
 * @throws Refused when it must not be done now, CommandError when it could not be done
 */
export async function runAction(
  platform: Platform,
  request: FailoverRequest,
  output: ActionOutput,
): Promise<number> {
  switch (request.action) {
    case "status":
      return showStatus(platform, output);
    case "report":
      return showReport(platform, request, output);
    case "start":
      return start(platform, request, output);
    case "failback":
      return failback(platform, request, output);
    case "approve":
    case "reject":
      return answer(platform, request, output);
    case "pause":
    case "resume":
    case "cancel":
      return ask(platform, request.action, output);
    case "resume-writes":
      return resume(platform, request, output);
    case "detach":
      return detach(platform, request, output);
    case "plan":
      throw new Error("plan needs no platform");
  }
}

function nameOf(place: Place): string {
  return `${REGIONS[place].name} (${place})`;
}

// --- Watching -------------------------------------------------------------------------------------------------------

async function showStatus(platform: Platform, { show }: ActionOutput): Promise<number> {
  const status = await readFailoverStatus(platform);
  show(withoutTokens(status), statusText(status));
  const { primary, dr } = status.regions;
  return primary.records.answered || dr.records.answered ? DONE : FAILED;
}

async function showReport(
  platform: Platform,
  { operationId }: FailoverRequest,
  { show }: ActionOutput,
): Promise<number> {
  const found = await findReport(platform, operationId);
  show(found.report, reportText(found));
  return DONE;
}

// --- Starting -------------------------------------------------------------------------------------------------------

interface Beginning {
  readonly place: Place;
  readonly mode: Mode;
  readonly approval: boolean;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly resumes?: string;
}

async function start(platform: Platform, request: FailoverRequest, output: ActionOutput): Promise<number> {
  const mode = request.mode!;
  const status = await readFailoverStatus(platform);
  const open = openOperation(status, request.dryRun);
  const runs = open === undefined || (await executionRuns(platform, open.place, open.operation));
  const decision = decideStart(status, { ...request, mode }, () => runs);
  decision.warnings.forEach((warning) => output.say(`Warning: ${warning}`));
  if (decision.resumes !== undefined) output.say(`Taking up operation ${decision.resumes} again.`);
  return begin(platform, { ...request, ...decision, mode }, output);
}

async function begin(platform: Platform, beginning: Beginning, output: ActionOutput): Promise<number> {
  const { place, mode, approval, dryRun, resumes } = beginning;
  await assertAccount(platform, place);
  const started = await startOperation(platform, place, {
    mode,
    approval: approval ? "approval" : "automatic",
    dryRun,
    resumes,
  });
  const what = `${dryRun ? "dry run of a " : ""}${mode} to ${nameOf(place)}`;
  output.say(`Operation ${started.operationId}: ${what} started.`);
  if (!beginning.wait) {
    output.show(
      { ...started, mode, dryRun },
      `Execution ${started.executionArn}\nFollow it with: npm run failover -- status`,
    );
    return DONE;
  }
  const outcome = await followOperation(platform, started, {
    signal: output.signal,
    onProgress: (line) => output.say(`  ${line}`),
  });
  output.show(outcome, outcomeText(outcome, what));
  return exitCodeOf(outcome);
}

function outcomeText({ operationId, state, reason }: Outcome, what: string): string {
  const lines = [`Operation ${operationId}: ${what} ${state}${reason === undefined ? "" : `: ${reason}`}`];
  if (state === "SUCCEEDED") lines.push("See the report with: npm run failover -- report");
  if (state === "FAILED")
    lines.push("What to do next: docs/runbook.md, the section of the step that failed.");
  return lines.join("\n");
}

/** These leave everything as it was: the operation was refused by what it found, or by an operator. */
const WITHOUT_CHANGE: readonly string[] = ["ABORTED", "CANCELLED", "REFUSED", "SUPERSEDED"];

function exitCodeOf({ state }: Outcome): number {
  if (state === "SUCCEEDED") return DONE;
  return WITHOUT_CHANGE.includes(state) ? REFUSED : FAILED;
}

async function failback(platform: Platform, request: FailoverRequest, output: ActionOutput): Promise<number> {
  const status = await readFailoverStatus(platform);
  const primary = valueOf(status.regions.primary.records)?.role;
  const dr = valueOf(status.regions.dr.records)?.role;
  if (primary?.role === "ACTIVE")
    throw new Refused("Primary is active already: there is nothing to bring back.");
  const reasons: string[] = [];
  if (dr?.role !== "ACTIVE") reasons.push(`${nameOf("dr")} is ${dr?.role ?? "silent"}, not ACTIVE`);
  if (primary !== undefined && dr !== undefined && primary.epoch !== dr.epoch) {
    reasons.push(
      `${nameOf("primary")} is in epoch ${primary.epoch}, ${nameOf("dr")} in ${dr.epoch}: primary has not yet seen ` +
        "that it was replaced",
    );
  }
  refuseIf(reasons, "Primary cannot take over again");
  const decision = decideStart(
    status,
    { mode: "switchover", place: "primary", dryRun: request.dryRun },
    () => true,
  );
  const readiness = await evaluateReadiness(platform, "primary");
  const red = readiness.checks
    .filter(({ ok }) => !ok)
    .map(({ name, detail }) => `${name}: ${detail ?? "not ok"}`);
  refuseIf(
    readiness.ready ? [] : red.length > 0 ? red : ["the readiness evaluation says no"],
    `${nameOf("primary")} is not ready (docs/runbook.md#readiness)`,
  );
  output.say(`${nameOf("primary")} is a standby and ready (${readiness.checks.length} checks).`);
  return begin(platform, { ...request, ...decision, mode: "switchover" }, output);
}

// --- Steering -------------------------------------------------------------------------------------------------------

async function answer(
  platform: Platform,
  { action, reason }: FailoverRequest,
  { show }: ActionOutput,
): Promise<number> {
  const placed = operationInHand(await readFailoverStatus(platform));
  await assertAccount(platform, placed.place);
  const approved = action === "approve";
  await answerApproval(platform, placed, { approved, reason });
  const { operationId } = placed.operation;
  show({ operationId, approved }, `Operation ${operationId}: ${approved ? "approved" : "rejected"}.`);
  return DONE;
}

const ANSWERS: Record<OperationRequest, string> = {
  pause: "will pause before its next step",
  resume: "goes on",
  cancel: "will end before its next step and leave everything as it was",
};

async function ask(platform: Platform, action: OperationRequest, { show }: ActionOutput): Promise<number> {
  const placed = operationInHand(await readFailoverStatus(platform));
  await assertAccount(platform, placed.place);
  await requestOfOperation(platform, placed, action);
  const { operationId } = placed.operation;
  show({ operationId, request: action }, `Operation ${operationId} ${ANSWERS[action]}.`);
  return DONE;
}

// --- Last resorts ---------------------------------------------------------------------------------------------------

function fencedPlace(status: FailoverStatus): Place {
  const places: readonly Place[] = ["primary", "dr"];
  const fenced = places.filter((place) => {
    const region = status.regions[place];
    return valueOf(region.records)?.role?.role === "FENCED" || valueOf(region.api)?.role === "FENCED";
  });
  if (fenced.length === 1) return fenced[0]!;
  throw new Refused(
    fenced.length === 0
      ? "No Region that answers is FENCED."
      : "Both Regions are FENCED. Say which one shall write: --region primary|dr. See docs/runbook.md#double-failure.",
  );
}

async function resume(platform: Platform, request: FailoverRequest, output: ActionOutput): Promise<number> {
  const status = await readFailoverStatus(platform);
  const place = request.place ?? fencedPlace(status);
  const peer = status.regions[peerOf(place)];
  refuseIf(resumeWritesReasons(status.regions[place], peer), `${nameOf(place)} may not write again`);
  const epoch = resumeEpoch(place, status);
  const facts = [
    `${nameOf(place)} would become ACTIVE in epoch ${epoch.epoch} and accept payments.`,
    `${nameOf(peer.place)} ${peer.records.answered ? `is ${peer.records.value.role?.role ?? "without a role"}` : `does not answer (${peer.records.reason})`}.`,
    "Payments that only the other Region had stay there. Be sure that it does not write: docs/runbook.md#fenced-region.",
  ];
  if (!request.yes) throw new Refused(`${facts.join("\n")}\nIf that is what you want, add --yes.`);
  await assertAccount(platform, place);
  await resumeWrites(platform, place, epoch);
  const done = `${nameOf(place)} is ACTIVE in epoch ${epoch.epoch}.`;
  if (!request.wait) {
    output.show(
      { place, ...epoch },
      `${done} It accepts payments once the witness names it, within about two minutes: npm run failover -- status`,
    );
    return DONE;
  }
  output.say(`${done} Waiting until the witness names it …`);
  const outcome = await waitForWrites(platform, place, epoch.epoch, { signal: output.signal });
  output.show(
    { place, ...epoch, ...outcome },
    outcome.writes
      ? `${nameOf(place)} takes payments.`
      : `${nameOf(place)} does not take payments yet: it shows ${outcome.role}, the witness says ${outcome.witness}.`,
  );
  return outcome.writes ? DONE : FAILED;
}

/** What an operator does after a detachment; none of it can be done by a program alone. */
const AFTER_DETACH = [
  "The cluster is being promoted to one of its own. Next:",
  "  1. wait until it is available:    npm run failover -- status",
  "  2. take over with it:             npm run failover -- start --mode failover --wait",
  "  3. reconcile what had not arrived: docs/runbook.md#reconcile",
  "  4. rebuild the global cluster before you rely on the other Region again: docs/runbook.md#after-a-detach",
];

async function detach(platform: Platform, request: FailoverRequest, output: ActionOutput): Promise<number> {
  const status = await readFailoverStatus(platform);
  const place = request.place ?? standbyOf(status);
  const target = status.regions[place];
  refuseIf(
    detachReasons(target, status.regions[peerOf(place)]),
    `The database of ${nameOf(place)} stays attached`,
  );
  if (!request.yes) {
    throw new Refused(
      `This cuts ${platform.names(place).clusterArn} out of the global cluster. Payments that have not been ` +
        "replicated to it are lost there, and the other Region's cluster must be rebuilt.\n" +
        "A failover does not need it: try npm run failover -- start --mode failover first.\n" +
        "If that is what you want, add --yes.",
    );
  }
  await assertAccount(platform, place);
  const membership = await detachCluster(platform, place);
  output.show(
    { place, ...membership },
    [`${membership.clusterArn} left ${membership.globalCluster}.`, ...AFTER_DETACH].join("\n"),
  );
  return DONE;
}

/** What a program reads when an action was refused or failed. */
export function failureDocument(error: CommandError): object {
  return { refused: error instanceof Refused, error: error.message };
}
