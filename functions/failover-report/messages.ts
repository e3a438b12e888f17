import type { FailoverReportInput } from "../shared/failover/recoveryActions";
import type { FailoverReport } from "./composeReport";

/** What people on call are sent. The subject is one line of at most 100 ASCII characters (SNS API reference, Publish). */
export interface Message {
  readonly subject: string;
  readonly text: string;
}

const MAX_SUBJECT_LENGTH = 100;

/** What became of an operation, in a few lines. */
export function reportMessage(report: FailoverReport, address: string): Message {
  const { mode, region, lostCount, warnings, dryRun } = report;
  const what = dryRun ? `dry run of a ${mode}` : mode;
  const outcome = warnings.length > 0 ? "done with warnings" : "done";
  const seconds = (value: number | null) => (value === null ? "unknown" : `${value} s`);
  const lines = [
    `Operation ${report.operationId} (${what} to ${report.place}, ${region}), started by ${report.trigger}.`,
    ...(dryRun
      ? ["Nothing was changed."]
      : [
          `Epoch ${report.previousEpoch ?? "?"} -> ${report.epoch ?? "?"}. Outage at ${report.outageAt ?? "unknown"}, active at ${report.activatedAt ?? "unknown"}.`,
          `RTO ${seconds(report.rtoSeconds)}, RPO ${seconds(report.rpoSeconds)}.`,
          `Replayed ${report.replayed}, driven again ${report.redriven}, lost ${lostCount}${report.reconciled === false ? " or more: not everything could be looked through" : ""}.`,
        ]),
    ...(lostCount > 0 ? ["An operator must look at each lost payment: docs/runbook.md#lost-payments"] : []),
    ...warnings.map((warning) => `Warning: ${warning}`),
    `Report: ${address}`,
  ];
  return { subject: subject(`Payments ${region}: ${what} ${outcome}`), text: lines.join("\n") };
}

/** What failed, and where the runbook helps. */
export function failureMessage(
  {
    operation,
    step,
    error,
    runbookSection,
  }: Pick<
    Extract<FailoverReportInput, { action: "notify" }>,
    "operation" | "step" | "error" | "runbookSection"
  >,
  regionCode: string,
): Message {
  return {
    subject: subject(`Payments ${regionCode}: ${operation.mode} needs you, step ${step}`),
    text: [
      `Operation ${operation.operationId} (${operation.mode} to ${regionCode}), started by ${operation.trigger}.`,
      `Step ${step}: ${error}`,
      `What to do: docs/runbook.md#${runbookSection}`,
      `Execution: ${operation.executionArn}`,
    ].join("\n"),
  };
}

function subject(text: string): string {
  return text.replace(/[^ -~]/g, "?").slice(0, MAX_SUBJECT_LENGTH);
}
