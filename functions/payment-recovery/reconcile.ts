import {
  MAX_LOST_IN_ANSWER,
  type LostPayment,
  type PspStatus,
  type ReconcileResult,
} from "../shared/failover/recoveryActions";
import { knownOperations, liftVersion, paymentVersions } from "../shared/repositories/recovery";
import type { PaymentResult } from "../shared/tables/ResultRepository";
import type { Session } from "../shared/tables/SessionRepository";
import {
  beginRecovery,
  isOver,
  requireSameEpoch,
  type Recovery,
  type RecoveryDependencies,
} from "./dependencies";
import { missingSessions } from "./missingSessions";
import { redriveSession } from "./redrive";
import { minuteAfter, recoveryWindow, startOf, type RecoveryWindow } from "./window";

/** How long the invocation goes on, in milliseconds. */
const RUN_MILLISECONDS = 45_000;

/** What is known so far. */
interface Findings {
  readonly lost: Map<string, LostPayment>;
  redriven: number;
  complete: boolean;
  /** Once the PSP did not answer it is not asked again: each question would wait for its time-out. */
  pspSilent: boolean;
}

/**
 * Lists every acknowledged request that did not reach this Region's database, as far as anything here knows of it: a
 * session that cannot be driven again, a result that names an operation which is not there, an operation that the PSP
 * performed and nobody here asked for. Each with what the PSP says. The whole list lies in the transaction bucket.
 *
 * @param until requests accepted after it are not looked at; by default all until now are
 * @throws RegionNotActive, StaleEpoch
 */
export async function reconcile(
  dependencies: RecoveryDependencies,
  operationId: string,
  until?: Date,
): Promise<ReconcileResult> {
  const recovery = await beginRecovery(dependencies, operationId, RUN_MILLISECONDS);
  const window = recoveryWindow(recovery.operation, until ?? dependencies.clock.now());
  const findings: Findings = { lost: new Map(), redriven: 0, complete: true, pspSilent: false };
  await reviewSessions(dependencies, recovery, window, findings);
  await reviewJournal(dependencies, recovery, window, findings);
  const lost = [...findings.lost.values()].sort((a, b) => (a.acceptedAt < b.acceptedAt ? -1 : 1));
  // Looked at again, a list that was kept before must not outlast what it lists.
  const listKey = lost.length > 0 || until !== undefined ? `failover-reports/${operationId}-lost.json` : null;
  if (listKey !== null) await dependencies.keep(listKey, JSON.stringify({ operationId, lost }));
  const { redriven, complete } = findings;
  dependencies.metrics.count("LostPayments", lost.length);
  dependencies.log.info("reconcile", { operationId, lost: lost.length, redriven, complete });
  return { lost: lost.slice(0, MAX_LOST_IN_ANSWER), count: lost.length, listKey, complete, redriven };
}

async function reviewSessions(
  dependencies: RecoveryDependencies,
  recovery: Recovery,
  window: RecoveryWindow,
  findings: Findings,
): Promise<void> {
  let minute: string | undefined = window.first;
  let after: Parameters<typeof missingSessions>[2];
  while (minute !== undefined) {
    if (isOver(dependencies, recovery)) {
      findings.complete = false;
      return;
    }
    const page = await missingSessions(dependencies, minute, after);
    for (const session of page.missing) await reviewSession(dependencies, recovery, session, findings);
    for (const id of page.malformed) dependencies.log.error("a session cannot be understood", { id });
    if (page.malformed.length > 0) findings.complete = false;
    await reviewResults(dependencies, recovery, page.all, findings);
    after = page.next;
    if (after === undefined) minute = minuteAfter(minute, window);
  }
}

/** Tries once more, so that what is listed as lost is what nothing brings back. */
async function reviewSession(
  dependencies: RecoveryDependencies,
  recovery: Recovery,
  session: Session,
  findings: Findings,
): Promise<void> {
  const redriven = await redriveSession(dependencies, session, recovery.epoch);
  if (redriven.kind === "present") return;
  if (redriven.kind === "redriven") {
    findings.redriven += 1;
    return;
  }
  findings.lost.set(session.paymentId, {
    paymentId: session.targetPaymentId,
    operationId: session.paymentId,
    kind: session.kind,
    merchantId: session.merchantId,
    acceptedAt: session.acceptedAt.toISOString(),
    pspStatus: await askPsp(dependencies, session.paymentId, findings),
    action: redriven.kind === "waiting" ? "waiting" : "operator",
    reason: redriven.reason,
  });
}

/**
 * A result that is newer than a settled payment: its event was lost with Aurora's tail. The next event must get a later
 * version, or the table would take it for one that it has; an operation that only the result knows of is listed.
 */
async function reviewResults(
  dependencies: RecoveryDependencies,
  recovery: Recovery,
  sessions: readonly Session[],
  findings: Findings,
): Promise<void> {
  const { database, resultReader } = dependencies;
  const ids = [...new Set(sessions.map((session) => session.targetPaymentId))];
  if (ids.length === 0) return;
  const results = await resultReader.read(ids);
  const versions = await paymentVersions(database, [...results.keys()]);
  const ahead = [...results.values()].filter((result) => {
    const known = versions.get(result.paymentId);
    return known !== undefined && !known.isOpen && known.version < result.version;
  });
  if (ahead.length === 0) return;
  const known = await knownOperations(
    database,
    ahead.map((result) => result.operationId ?? result.paymentId),
  );
  for (const result of ahead) {
    await requireSameEpoch(dependencies, recovery.epoch);
    await database.withTransaction((transaction) =>
      liftVersion(transaction, result.paymentId, result.version),
    );
    const operationId = result.operationId ?? result.paymentId;
    if (!known.has(operationId) && !findings.lost.has(operationId)) {
      findings.lost.set(operationId, await lostResult(dependencies, result, operationId, findings));
    }
  }
}

async function lostResult(
  dependencies: RecoveryDependencies,
  result: PaymentResult,
  operationId: string,
  findings: Findings,
): Promise<LostPayment> {
  return {
    paymentId: result.paymentId,
    operationId,
    kind: kindOf(operationId),
    merchantId: result.merchantId,
    acceptedAt: result.updatedAt,
    pspStatus: await askPsp(dependencies, operationId, findings),
    action: "operator",
    reason: "known_by_its_result_only",
  };
}

/** What the PSP performed since the window began, and no row here asked for. */
async function reviewJournal(
  dependencies: RecoveryDependencies,
  recovery: Recovery,
  window: RecoveryWindow,
  findings: Findings,
): Promise<void> {
  let after: string | undefined;
  do {
    if (isOver(dependencies, recovery)) {
      findings.complete = false;
      return;
    }
    const page = await dependencies.journal.performedSince(startOf(window.first), after);
    if (page.kind === "unknown") {
      dependencies.log.warn("the PSP's journal is not to be had", { reason: page.reason });
      findings.complete = false;
      return;
    }
    const ids = page.performed.map((each) => each.operationId);
    const known = ids.length > 0 ? await knownOperations(dependencies.database, ids) : new Set<string>();
    for (const { operationId, paymentId, status, performedAt } of page.performed) {
      if (known.has(operationId) || findings.lost.has(operationId)) continue;
      findings.lost.set(operationId, {
        paymentId,
        operationId,
        kind: kindOf(operationId),
        merchantId: null,
        acceptedAt: performedAt.toISOString(),
        pspStatus: status,
        action: "operator",
        reason: "known_by_the_psp_only",
      });
    }
    after = page.next;
  } while (after !== undefined);
}

async function askPsp(
  { psp }: RecoveryDependencies,
  operationId: string,
  findings: Findings,
): Promise<PspStatus> {
  if (findings.pspSilent) return "not_asked";
  const { kind } = await psp.lookup(operationId);
  if (kind === "unknown") {
    findings.pspSilent = true;
    findings.complete = false;
  }
  return kind;
}

const KINDS = { pay: "authorize", cap: "capture", ref: "refund", can: "cancel" } as const;

function kindOf(operationId: string): LostPayment["kind"] {
  return KINDS[operationId.slice(0, 3) as keyof typeof KINDS] ?? "authorize";
}
