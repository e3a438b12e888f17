import { deriveOperationId, derivePaymentId } from "../domain/identifiers";
import { ProblemError } from "../domain/problems";
import { captureRequest, createPaymentRequest } from "../domain/requests";
import {
  CommitOutcomeUnknown,
  DatabaseNotWritable,
  DatabaseUnavailable,
  isMissingReference,
} from "../shared/database/errors";
import { askingMessage } from "../shared/payments/askingMessage";
import {
  MessageFromTheFuture,
  OutcomeNotKnown,
  processOperation,
  StaleEpoch,
} from "../shared/payments/processOperation";
import { requestOperation } from "../shared/payments/requestOperation";
import { requestPayment } from "../shared/payments/requestPayment";
import { RegionNotActive } from "../shared/regions/regionState";
import { openOperationsOf } from "../shared/repositories/recovery";
import type { Session } from "../shared/tables/SessionRepository";
import { requireSameEpoch, type RecoveryDependencies } from "./dependencies";

/** What became of a session without a row. `waiting`: a later try may do; `refused`: none will. */
export type Redriven =
  | { readonly kind: "redriven" }
  | { readonly kind: "present" }
  | { readonly kind: "waiting"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string };

/** The session does not say what its id was derived from, or is not a request. */
class UnusableSession extends Error {
  override readonly name = "UnusableSession";
}

/** Not this session's fault: the work as a whole cannot go on. */
const FATAL = [
  RegionNotActive,
  StaleEpoch,
  MessageFromTheFuture,
  DatabaseUnavailable,
  DatabaseNotWritable,
  CommitOutcomeUnknown,
] as const;

/** Problems that are over by themselves. */
const PASSING_PROBLEMS: ReadonlySet<string> = new Set(["request_in_flight", "service_unavailable"]);

/**
 * Accepts an acknowledged request once more, from its session: the same id, key and first answer as then, and of the
 * epoch in which it was accepted. The processor of this later epoch therefore asks the PSP before it calls.
 *
 * @throws RegionNotActive, StaleEpoch, DatabaseUnavailable, DatabaseNotWritable
 */
export async function redriveSession(
  dependencies: RecoveryDependencies,
  session: Session,
  epoch: number,
): Promise<Redriven> {
  if (session.epoch > epoch) {
    throw new MessageFromTheFuture(`a session of epoch ${session.epoch} while this Region is at ${epoch}`);
  }
  await requireSameEpoch(dependencies, epoch);
  try {
    const replayed =
      session.kind === "authorize"
        ? await redrivePayment(dependencies, session)
        : await redriveFollowUp(dependencies, session, session.kind, epoch);
    return { kind: replayed ? "present" : "redriven" };
  } catch (error) {
    return outcomeOf(dependencies, session, error);
  }
}

async function redrivePayment(dependencies: RecoveryDependencies, session: Session): Promise<boolean> {
  const { merchantId, idempotencyKey, epoch, acceptedAt: now } = session;
  if (derivePaymentId(merchantId, idempotencyKey) !== session.paymentId) throw new UnusableSession("id");
  const request = parse(createPaymentRequest, session.request);
  const once = await requestPayment(dependencies, { merchantId, idempotencyKey, request, epoch, now });
  return once.replayed;
}

/**
 * A follow-up was acknowledged for a payment in a state that this database may not have reached: what the payment's
 * operations came to is asked of the PSP first.
 */
async function redriveFollowUp(
  dependencies: RecoveryDependencies,
  session: Session,
  kind: Exclude<Session["kind"], "authorize">,
  epoch: number,
): Promise<boolean> {
  const { merchantId, idempotencyKey, targetPaymentId: paymentId, acceptedAt: now } = session;
  const id = deriveOperationId(kind, paymentId, merchantId, idempotencyKey);
  if (id !== session.paymentId) throw new UnusableSession("id");
  const { amount } = parse(captureRequest, session.request);
  await settle(dependencies, paymentId, epoch);
  try {
    const once = await requestOperation(dependencies, {
      kind,
      paymentId,
      merchantId,
      idempotencyKey,
      amount,
      epoch: session.epoch,
      now,
    });
    return once.replayed;
  } catch (error) {
    const isOpen = (await openOperationsOf(dependencies.database, paymentId)).length > 0;
    // The PSP has not decided yet; until then the payment refuses what it may have to take later.
    if (error instanceof ProblemError && isOpen)
      throw new OutcomeNotKnown("the payment is not settled", { cause: error });
    throw error;
  }
}

/** Has the PSP decide every operation of the payment that is open. @throws OutcomeNotKnown */
async function settle(dependencies: RecoveryDependencies, paymentId: string, epoch: number): Promise<void> {
  for (const operation of await openOperationsOf(dependencies.database, paymentId)) {
    const message = askingMessage(operation, epoch, dependencies.clock.now());
    await processOperation(dependencies, message, { epoch, repeated: true });
  }
}

function parse<T>(schema: { parse(value: unknown): T }, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // The parser's message would quote the request.
    throw new UnusableSession("request");
  }
}

function outcomeOf({ log }: RecoveryDependencies, session: Session, error: unknown): Redriven {
  if (FATAL.some((fatal) => error instanceof fatal)) throw error;
  const operationId = session.paymentId;
  if (error instanceof OutcomeNotKnown) return { kind: "waiting", reason: "psp_outcome_unknown" };
  if (error instanceof ProblemError) {
    return { kind: PASSING_PROBLEMS.has(error.code) ? "waiting" : "refused", reason: error.code };
  }
  log.error("a session could not be driven again", { operationId, error });
  if (error instanceof UnusableSession) return { kind: "refused", reason: "session_unusable" };
  // The merchant was made in the lost Region, just before the outage.
  if (isMissingReference(error)) return { kind: "refused", reason: "merchant_unknown" };
  return { kind: "waiting", reason: "failed" };
}
