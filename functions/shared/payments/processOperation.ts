import { PSP_KEY_RETENTION_HOURS } from "../../domain/idempotency";
import { applyEvent, type PaymentStatus } from "../../domain/paymentState";
import type { Clock } from "../clock";
import type { Database } from "../database/Database";
import type { Log } from "../observability/logger";
import type { MetricRecorder } from "../observability/metrics";
import { traced } from "../observability/tracer";
import type { PaymentServiceProvider, PspLookup, PspOutcome } from "../psp/PaymentServiceProvider";
import type { PaymentMessage } from "../queue/paymentMessage";
import type { RegionStateReader } from "../regions/regionState";
import { noteAttempt } from "../repositories/outcomes";
import {
  findPayment,
  lockPaymentWithOperation,
  type Operation,
  type Payment,
} from "../repositories/payments";
import type { ResultRepository } from "../tables/ResultRepository";
import type { SessionRepository } from "../tables/SessionRepository";
import { publishEvents } from "./publishEvents";
import { recordOutcome, type FinalOutcome } from "./recordOutcome";

/** The outcome is not known yet: the message must come again, and then the PSP is asked before anything is repeated. */
export class OutcomeNotKnown extends Error {
  override readonly name = "OutcomeNotKnown";
}

/** The message names a payment or operation that this database has not got. */
export class UnknownOperation extends Error {
  override readonly name = "UnknownOperation";
}

/** Message or payment are of a later epoch than this Region's: this Region is not the one that may act on it. */
export class MessageFromTheFuture extends Error {
  override readonly name = "MessageFromTheFuture";
}

/** The Region's epoch is no longer the one that the work began in: it must be begun anew, asking the PSP first. */
export class StaleEpoch extends Error {
  override readonly name = "StaleEpoch";
}

/** What processing needs. */
export interface ProcessDependencies {
  readonly database: Database;
  readonly psp: PaymentServiceProvider;
  readonly regionState: RegionStateReader;
  readonly results: ResultRepository;
  readonly sessions: SessionRepository;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

/**
 * How long an operation may be sent again after the PSP said that it does not know it: an hour less than the PSP keeps
 * its keys. Later, "not found" may mean "forgotten", and a repeat would charge twice.
 */
const REPEATABLE_MILLISECONDS = (PSP_KEY_RETENTION_HOURS - 1) * 3_600_000;

/** How a message came. */
export interface Delivery {
  readonly epoch: number;
  readonly repeated: boolean;
}

/** What is needed to call the PSP for an operation. */
interface Prepared {
  readonly payment: Payment;
  readonly operation: Operation;
  /** The Region's, when the work began. */
  readonly epoch: number;
  /** True when the PSP may have heard of this operation before. */
  readonly askFirst: boolean;
}

/**
 * Does what one message asks for: calls the PSP, records the outcome, carries the events to the results table. Safe to
 * repeat at any point: the PSP is asked what it knows before every call but the very first, and the first is noted in
 * Aurora before it is made.
 *
 * @param delivery `epoch`: the Region's, read after the message was received and found active; `repeated`: the queue
 *   says that it delivered this message before.
 * @throws MessageFromTheFuture before anything is touched.
 * @throws RegionNotActive, StaleEpoch before the PSP is called.
 * @throws OutcomeNotKnown when the message must come again.
 */
export async function processOperation(
  dependencies: ProcessDependencies,
  message: PaymentMessage,
  { epoch, repeated }: Delivery,
): Promise<void> {
  const { database, results, clock } = dependencies;
  refuseFuture(message.epoch, epoch);
  const prepared = await prepare(dependencies, message, epoch, repeated);
  let written: { readonly status: PaymentStatus; readonly at: Date } | undefined;
  if (prepared) {
    const outcome = await outcomeFromPsp(dependencies, prepared);
    // The PSP has it and will tell by a notification; the relay asks again should that never come.
    if (outcome === "pending") return;
    const at = clock.now();
    const status = await database.withTransaction((transaction) =>
      recordOutcome(transaction, message.paymentId, message.operationId, outcome, at),
    );
    written = status && { status, at };
  }
  await publishEvents(database, results, message.paymentId);
  await noteOnSession(dependencies, message.paymentId, written);
}

/** Notes the attempt in Aurora before it is made. Undefined when the operation already has its outcome. */
async function prepare(
  { database, clock }: ProcessDependencies,
  message: PaymentMessage,
  epoch: number,
  repeated: boolean,
): Promise<Prepared | undefined> {
  return database.withTransaction(async (transaction) => {
    const found = await lockPaymentWithOperation(transaction, message.paymentId, message.operationId);
    if (found?.payment.merchantId !== message.merchantId) {
      throw new UnknownOperation(`no operation ${message.operationId} of payment ${message.paymentId}`);
    }
    const { payment, operation } = found;
    refuseFuture(Math.max(payment.epoch, operation.epoch), epoch);
    if (operation.status === "succeeded" || operation.status === "failed") return undefined;
    const started =
      operation.kind === "authorize" && payment.state.status === "accepted"
        ? applyEvent(payment.state, { type: "processing_started" })
        : undefined;
    await noteAttempt(transaction, operation.operationId, epoch, started, clock.now());
    // Another epoch: the Region that was active before may have called, even if its note was lost with it.
    const isOfEarlierEpoch = Math.min(message.epoch, operation.epoch) < epoch;
    const askFirst =
      repeated || operation.attempts > 0 || isOfEarlierEpoch || message.type === "psp.notification";
    return { payment, operation, epoch, askFirst };
  });
}

/** @throws MessageFromTheFuture */
function refuseFuture(given: number, epoch: number): void {
  if (given > epoch) throw new MessageFromTheFuture(`epoch ${given} while this Region is at ${epoch}`);
}

/**
 * The stale writer stops here: the lease may have gone, and the Region may have been active again since, while database
 * and PSP answered.
 *
 * @throws RegionNotActive, StaleEpoch
 */
async function requireEpoch({ regionState }: ProcessDependencies, epoch: number): Promise<void> {
  const state = await regionState.requireActive();
  if (state.epoch !== epoch) throw new StaleEpoch(`begun in epoch ${epoch}, and this is ${state.epoch}`);
}

async function outcomeFromPsp(
  dependencies: ProcessDependencies,
  prepared: Prepared,
): Promise<FinalOutcome | "pending"> {
  const { psp, log, metrics, clock } = dependencies;
  const { operationId, createdAt } = prepared.operation;
  if (prepared.askFirst) {
    // What a Region without the lease learns it must not book either.
    await requireEpoch(dependencies, prepared.epoch);
    const known = await psp.lookup(operationId);
    if (known.kind !== "not_found") return finalOfLookup(known);
    if (clock.now().getTime() - createdAt.getTime() > REPEATABLE_MILLISECONDS) {
      throw new OutcomeNotKnown("the PSP may have forgotten this operation: an operator must look");
    }
  }
  // Immediately before the call: the question alone may have taken seconds.
  await requireEpoch(dependencies, prepared.epoch);
  const startedAt = clock.now().getTime();
  const outcome = await traced("psp", () => call(psp, prepared));
  metrics.milliseconds("PspLatency", clock.now().getTime() - startedAt);
  if (outcome.kind !== "unknown") return finalOf(outcome);
  // The question costs little and often spares the wait for the message's return. The call is not repeated here.
  metrics.count("PspOutcomesUnknown");
  log.warn("the PSP's answer is missing", { operationId, reason: outcome.reason });
  return finalOfLookup(await psp.lookup(operationId));
}

function call(psp: PaymentServiceProvider, { payment, operation }: Prepared): Promise<PspOutcome> {
  const { operationId: idempotencyKey, amount, currency, kind } = operation;
  const { paymentId, paymentMethod, pspReference = "" } = payment;
  if (kind === "authorize") {
    const capture = payment.state.captureMethod === "automatic";
    return psp.authorize({ idempotencyKey, paymentId, amount, currency, paymentMethod, capture });
  }
  if (pspReference === "") throw new Error(`payment ${paymentId} has no reference at the PSP`);
  if (kind === "cancel") return psp.cancel({ idempotencyKey, paymentId, pspReference });
  return psp[kind]({ idempotencyKey, paymentId, amount, currency, pspReference });
}

/** A refused question says nothing about the operation. @throws OutcomeNotKnown */
function finalOfLookup(known: PspLookup): FinalOutcome | "pending" {
  if (known.kind === "rejected") throw new OutcomeNotKnown(`the PSP refused the question (${known.status})`);
  return finalOf(known);
}

/** @throws OutcomeNotKnown for whatever is not final. */
function finalOf(outcome: PspLookup): FinalOutcome | "pending" {
  switch (outcome.kind) {
    case "succeeded":
      return { pspReference: outcome.pspReference };
    case "declined":
      return { pspReference: outcome.pspReference, failure: outcome.failure };
    case "rejected":
      // 401 and 403 are our credentials, not this payment: it must not fail for them.
      if (outcome.status === 401 || outcome.status === 403) {
        throw new OutcomeNotKnown(`the PSP refused our credentials (${outcome.status})`);
      }
      return { failure: outcome.failure };
    case "pending":
      return "pending";
    case "unknown":
    case "not_found":
      throw new OutcomeNotKnown(`the PSP's outcome is ${outcome.kind}`);
  }
}

/** The session's status is for people who look at it; a failure to write it must not bring the message back. */
async function noteOnSession(
  { database, sessions, log }: ProcessDependencies,
  paymentId: string,
  written: { readonly status: PaymentStatus; readonly at: Date } | undefined,
): Promise<void> {
  try {
    if (written) return await sessions.updateStatus(paymentId, written.status, written.at);
    const payment = await findPayment(database, paymentId);
    if (payment) await sessions.updateStatus(paymentId, payment.state.status, payment.updatedAt);
  } catch (error) {
    log.warn("the session's status could not be written", { error });
  }
}
