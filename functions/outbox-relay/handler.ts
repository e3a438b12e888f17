import type { Clock } from "../shared/clock";
import type { Database } from "../shared/database/Database";
import type { MetricRecorder } from "../shared/observability/metrics";
import type { ScopedLog } from "../shared/observability/logger";
import { askingMessage } from "../shared/payments/askingMessage";
import { publishEvents } from "../shared/payments/publishEvents";
import type { PaymentQueue } from "../shared/queue/PaymentQueue";
import { RegionNotActive, type RegionStateReader } from "../shared/regions/regionState";
import { paymentsWithUnpublishedEvents } from "../shared/repositories/events";
import { deleteExpiredKeys } from "../shared/repositories/idempotency";
import { deleteSent, markSent, postpone, takeUnsent } from "../shared/repositories/outbox";
import { staleOperations, touchOperations } from "../shared/repositories/payments";
import type { ResultRepository } from "../shared/tables/ResultRepository";

/** What the relay works with. */
export interface RelayDependencies {
  readonly database: Database;
  readonly queue: PaymentQueue;
  readonly results: ResultRepository;
  readonly regionState: RegionStateReader;
  readonly clock: Clock;
  readonly log: ScopedLog;
  readonly metrics: MetricRecorder;
}

/** What one run did. */
export interface RelayReport {
  readonly active: boolean;
  readonly sent: number;
  readonly postponed: number;
  readonly published: number;
  readonly revived: number;
  readonly deleted: number;
}

/** Messages younger than this, in seconds, are still their writer's. */
const WRITER_SECONDS = 5;
/** Messages in one transaction: so few that its locks are short. */
const BATCH_SIZE = 50;
/** How long one run goes on taking batches, in milliseconds; the schedule comes every minute. */
const RUN_MILLISECONDS = 20_000;
/** Operations without an outcome for this long, in seconds, are sent again: longer than the queue's own retries. */
const STALE_SECONDS = 900;
/** Days that a sent message is kept for whoever looks into an incident. */
const SENT_DAYS = 7;
/** Rows of each kind removed in one run. */
const DELETE_LIMIT = 1_000;

const NOTHING: Omit<RelayReport, "active"> = { sent: 0, postponed: 0, published: 0, revived: 0, deleted: 0 };

/**
 * Sends what was committed but never reached the queue, carries over results that never reached the table, and sends
 * operations again that have waited far too long. Only in the active Region; elsewhere it does nothing, successfully.
 */
export function createHandler(dependencies: RelayDependencies): () => Promise<RelayReport> {
  return async () => {
    const { regionState, metrics, log } = dependencies;
    try {
      const { epoch } = await regionState.requireActive();
      const report = await run(dependencies, epoch);
      log.info("relay", { ...report });
      metrics.count("RelayedMessages", report.sent);
      return report;
    } catch (error) {
      if (!(error instanceof RegionNotActive)) throw error;
      return { active: false, ...NOTHING };
    } finally {
      metrics.publish();
    }
  };
}

async function run(dependencies: RelayDependencies, epoch: number): Promise<RelayReport> {
  const { sent, postponed } = await relayMessages(dependencies);
  const published = await relayResults(dependencies);
  const revived = await reviveOperations(dependencies, epoch);
  const deleted = await dependencies.database.withTransaction(
    async (transaction) =>
      (await deleteSent(transaction, SENT_DAYS, DELETE_LIMIT)) +
      (await deleteExpiredKeys(transaction, DELETE_LIMIT)),
  );
  return { active: true, sent, postponed, published, revived, deleted };
}

async function relayMessages(dependencies: RelayDependencies): Promise<{ sent: number; postponed: number }> {
  const { clock } = dependencies;
  const deadline = clock.now().getTime() + RUN_MILLISECONDS;
  let sent = 0;
  let postponed = 0;
  for (;;) {
    const batch = await relayBatch(dependencies);
    sent += batch.sent;
    postponed += batch.postponed;
    const isLast = batch.sent + batch.postponed < BATCH_SIZE;
    if (isLast || batch.sent === 0 || clock.now().getTime() >= deadline) return { sent, postponed };
  }
}

/** The rows stay locked while the queue is called: another relay skips them. A repeat of this only sends twice. */
async function relayBatch({
  database,
  queue,
}: RelayDependencies): Promise<{ sent: number; postponed: number }> {
  return database.withTransaction(async (transaction) => {
    const messages = await takeUnsent(transaction, WRITER_SECONDS, BATCH_SIZE);
    if (messages.length === 0) return { sent: 0, postponed: 0 };
    // A queue that cannot be reached took nothing.
    const taken = await queue.sendAll(messages).catch(() => new Set<string>());
    const ids = messages.map((message) => message.messageId);
    const refused = ids.filter((id) => !taken.has(id));
    await markSent(
      transaction,
      ids.filter((id) => taken.has(id)),
    );
    await postpone(transaction, refused);
    return { sent: taken.size, postponed: refused.length };
  });
}

async function relayResults({ database, results, log }: RelayDependencies): Promise<number> {
  let published = 0;
  for (const paymentId of await paymentsWithUnpublishedEvents(database, WRITER_SECONDS, BATCH_SIZE)) {
    try {
      published += await publishEvents(database, results, paymentId);
    } catch (error) {
      // The next run comes in a minute; one payment's trouble must not hold up the others.
      log.warn("a result could not be carried over", { paymentId, error });
    }
  }
  return published;
}

async function reviveOperations(
  { database, queue, clock, metrics }: RelayDependencies,
  epoch: number,
): Promise<number> {
  const operations = await staleOperations(database, STALE_SECONDS, BATCH_SIZE);
  if (operations.length === 0) return 0;
  const now = clock.now();
  const taken = await queue
    .sendAll(operations.map((operation) => askingMessage(operation, epoch, now)))
    .catch(() => new Set<string>());
  await database.withTransaction((transaction) => touchOperations(transaction, [...taken]));
  metrics.count("RevivedOperations", taken.size);
  return taken.size;
}
