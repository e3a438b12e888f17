import { decideIdempotency, idempotencyProblem } from "../../domain/idempotency";
import { ProblemError } from "../../domain/problems";
import type { Database, Queryable } from "../database/Database";
import { isLockTimeout } from "../database/errors";
import type { Log } from "../observability/logger";
import { traced } from "../observability/tracer";
import type { PaymentMessage } from "../queue/paymentMessage";
import type { PaymentQueue } from "../queue/PaymentQueue";
import { completeAcceptance } from "../repositories/acceptance";
import {
  findKey,
  releaseKey,
  takeOverKey,
  type KeyIdentity,
  type KeyRecord,
  type StoredAnswer,
} from "../repositories/idempotency";
import { findOperation } from "../repositories/payments";
import type { Session, SessionRepository } from "../tables/SessionRepository";

/** What accepting writes to and sends with. */
export interface AcceptDependencies {
  readonly database: Database;
  readonly sessions: SessionRepository;
  readonly queue: PaymentQueue;
  readonly log: Log;
}

/** A request that changes something, once for each key. */
export interface OnceRequest {
  readonly identity: KeyIdentity;
  readonly fingerprint: Buffer;
  readonly kind: Session["kind"];
  readonly targetPaymentId: string;
  /** The checked request as JSON text, for a re-drive after a failover. */
  readonly requestText: string;
}

/** What a first request is answered with and leaves to be sent. */
export interface Accepted {
  readonly answer: StoredAnswer;
  readonly message: PaymentMessage;
  readonly epoch: number;
  readonly acceptedAt: Date;
}

/**
 * Claims the key and writes all that the request asks for, in the given transaction; throws the domain's refusal.
 * Undefined when the key is taken: then nothing was written.
 */
export type FirstRequestWork = (transaction: Queryable) => Promise<Accepted | undefined>;

/** The answer, and whether it is a repeat of the first one. */
export interface OnceAnswer {
  readonly answer: StoredAnswer;
  readonly replayed: boolean;
}

type TransactionResult =
  | { readonly first: true; readonly accepted: Accepted }
  | { readonly first: false; readonly record: KeyRecord };

/** What a caller is told to wait, in seconds, when the second replica could not be written. */
const RETRY_AFTER_SECONDS = 1;

/**
 * Accepts a request once: key, payment or operation, ledger, outbox and the stored answer in one Aurora transaction;
 * then the DynamoDB session; only then the answer. Whoever is acknowledged is in both.
 *
 * When the session cannot be written the caller gets 503 although Aurora has committed: its repeat finds the key in
 * flight, writes the session and gets the stored answer. The queue may fail: the outbox relay sends what it did not take.
 *
 * @throws ProblemError `request_in_flight`, `idempotency_key_reused`, `service_unavailable`, or what `work` refuses.
 */
export async function acceptOnce(
  dependencies: AcceptDependencies,
  request: OnceRequest,
  work: FirstRequestWork,
): Promise<OnceAnswer> {
  const result = await traced("aurora", () =>
    dependencies.database.withTransaction((transaction) => claimOrFind(transaction, request, work)),
  ).catch((error: unknown) => {
    if (isLockTimeout(error))
      throw new ProblemError("request_in_flight", { retryAfterSeconds: 1, cause: error });
    throw error;
  });
  if (result.first) {
    await acknowledge(dependencies, request, result.accepted);
    return { answer: result.accepted.answer, replayed: false };
  }
  return repeat(dependencies, request, result.record);
}

async function claimOrFind(
  transaction: Queryable,
  request: OnceRequest,
  work: FirstRequestWork,
): Promise<TransactionResult> {
  const accepted = await work(transaction);
  if (accepted) return { first: true, accepted };
  const known = await findKey(transaction, request.identity);
  // Taken and gone between the two statements: a key that was past its retention.
  if (!known) throw new ProblemError("request_in_flight", { retryAfterSeconds: RETRY_AFTER_SECONDS });
  return { first: false, record: known };
}

async function repeat(
  dependencies: AcceptDependencies,
  request: OnceRequest,
  record: KeyRecord,
): Promise<OnceAnswer> {
  const { answer } = record;
  const decision = decideIdempotency(record, request.fingerprint, record.readAt);
  const problem = idempotencyProblem(decision);
  if (problem) throw problem;
  if (decision.kind === "resume") await resume(dependencies, request, answer);
  return { answer, replayed: true };
}

/** Finishes what a writer that is gone left between its commit and its answer. */
async function resume(
  dependencies: AcceptDependencies,
  request: OnceRequest,
  answer: StoredAnswer,
): Promise<void> {
  const { database, log } = dependencies;
  const taken = await database.withTransaction((transaction) => takeOverKey(transaction, request.identity));
  if (!taken) throw new ProblemError("request_in_flight", { retryAfterSeconds: RETRY_AFTER_SECONDS });
  const operation = await findOperation(database, answer.resourceId);
  if (!operation) throw new Error(`key without its operation ${answer.resourceId}`);
  log.info("a request is resumed", { resourceId: answer.resourceId });
  await acknowledge(dependencies, request, {
    answer,
    epoch: operation.epoch,
    acceptedAt: operation.createdAt,
    message: undefined,
  });
}

/** The second replica, then the queue, then the key's completion. After the first of them the request is safe. */
async function acknowledge(
  dependencies: AcceptDependencies,
  request: OnceRequest,
  accepted: Omit<Accepted, "message"> & { readonly message: PaymentMessage | undefined },
): Promise<void> {
  const { database, log } = dependencies;
  await traced("session", () => writeSession(dependencies, request, accepted));
  const sent = accepted.message !== undefined && (await trySend(dependencies, accepted.message));
  try {
    await completeAcceptance(database, request.identity, sent ? accepted.message?.messageId : undefined);
  } catch (error) {
    // Both replicas hold the request. The key's expiry and the relay finish this.
    log.warn("the key could not be completed", { error });
  }
}

async function writeSession(
  { database, sessions, log }: AcceptDependencies,
  request: OnceRequest,
  accepted: Pick<Accepted, "answer" | "epoch" | "acceptedAt">,
): Promise<void> {
  try {
    await sessions.ensure({
      paymentId: accepted.answer.resourceId,
      targetPaymentId: request.targetPaymentId,
      kind: request.kind,
      merchantId: request.identity.merchantId,
      idempotencyKey: request.identity.key,
      request: request.requestText,
      status: "accepted",
      acceptedAt: accepted.acceptedAt,
      epoch: accepted.epoch,
    });
  } catch (cause) {
    log.error("the session could not be written", { error: cause });
    await database
      .withTransaction((transaction) => releaseKey(transaction, request.identity))
      .catch((error: unknown) => log.warn("the key could not be released", { error }));
    throw new ProblemError("service_unavailable", {
      detail: "Repeat the request with the same Idempotency-Key: it is answered once.",
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause,
    });
  }
}

async function trySend({ queue, log }: AcceptDependencies, message: PaymentMessage): Promise<boolean> {
  try {
    await queue.send(message);
    return true;
  } catch (error) {
    log.warn("the queue did not take a message; the outbox relay will send it", { error });
    return false;
  }
}
