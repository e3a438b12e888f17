import type { Clock } from "../shared/clock";
import { parseAction } from "../shared/failover/parseAction";
import {
  failoverReportInput,
  type FailoverReportInput,
  type FailoverReportResult,
} from "../shared/failover/recoveryActions";
import { reasonText } from "../shared/failover/reasonText";
import { redactLogValue, type ScopedLog } from "../shared/observability/logger";
import type { MetricRecorder } from "../shared/observability/metrics";
import type { OperationRecord, OperationRepository } from "../shared/regions/operationRecord";
import { composeReport, type FailoverReport } from "./composeReport";
import { failureMessage, reportMessage, type Message } from "./messages";

/** What the report works with. */
export interface FailoverReportDependencies {
  readonly operations: Pick<OperationRepository, "read">;
  readonly bucket: string;
  /** Keeps a document in the bucket. */
  readonly keep: (key: string, body: string) => Promise<void>;
  /** Tells the people on call. */
  readonly publish: (message: Message) => Promise<void>;
  readonly place: "primary" | "dr";
  readonly regionCode: string;
  readonly clock: Clock;
  readonly log: ScopedLog;
  readonly metrics: MetricRecorder;
}

/** Where an operation's report lies. */
export function reportKey(operationId: string): string {
  return `failover-reports/${operationId}.json`;
}

/**
 * Keeps an operation's report and tells the people on call: what became of it, or which step failed. Texts from
 * elsewhere pass the logs' redaction: neither card numbers nor secrets leave by mail.
 */
export function createHandler(
  dependencies: FailoverReportDependencies,
): (event: unknown) => Promise<FailoverReportResult | Record<string, never>> {
  return async (event) => {
    const input = redacted(parseAction(failoverReportInput, event));
    try {
      if (input.action === "report") return await report(dependencies, input);
      dependencies.metrics.count("FailoverStepsFailed");
      dependencies.log.error("a step failed", { step: input.step, reason: input.error });
      await dependencies.publish(failureMessage(input, dependencies.regionCode));
      return {};
    } finally {
      dependencies.metrics.publish();
    }
  };
}

async function report(
  dependencies: FailoverReportDependencies,
  { operation, findings }: Extract<FailoverReportInput, { action: "report" }>,
): Promise<FailoverReportResult> {
  const { bucket, keep, publish, place, regionCode, clock } = dependencies;
  const record = await readRecord(dependencies, operation.operationId);
  const composed = composeReport({ operation, record, findings, place, regionCode, now: clock.now() });
  const key = reportKey(operation.operationId);
  // One must not stop the other: whoever is not told can still read, and the other way round.
  const outcomes = await Promise.allSettled([
    keep(key, `${JSON.stringify(composed, undefined, 2)}\n`),
    publish(reportMessage(composed, `s3://${bucket}/${key}`)),
  ]);
  measure(dependencies.metrics, composed);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  return { bucket, key };
}

/** What the dashboard over both Regions shows of the operations gone by. What is not known is not told as 0. */
function measure(metrics: MetricRecorder, { rtoSeconds, rpoSeconds }: FailoverReport): void {
  if (rtoSeconds !== null) metrics.milliseconds("RecoveryTime", rtoSeconds * 1_000);
  if (rpoSeconds !== null) metrics.milliseconds("RecoveryPoint", rpoSeconds * 1_000);
}

/** A report without the record is better than none. */
async function readRecord(
  { operations, log }: FailoverReportDependencies,
  operationId: string,
): Promise<OperationRecord | undefined> {
  try {
    const record = await operations.read();
    return record?.operationId === operationId ? record : undefined;
  } catch (error) {
    log.warn("the operation's record cannot be read", { error });
    return undefined;
  }
}

/** Only the texts: an id is ours, and one that happened to look like a card number would name another object. */
function redacted(input: FailoverReportInput): FailoverReportInput {
  if (input.action === "notify") return { ...input, error: reasonText(input.error, input.cause) };
  const { warnings, finding, ...findings } = input.findings;
  return { ...input, findings: { ...findings, warnings: clean(warnings), finding: clean(finding) } };
}

function clean<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value, redactLogValue)) as T);
}
