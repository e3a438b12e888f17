import type { Scenario } from "../Scenario";
import type { DrillReport } from "./report";

/** The scenarios with what happens in each. */
export function scenarioList(scenarios: readonly Pick<Scenario, "name" | "title">[]): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length)) + 2;
  return scenarios.map(({ name, title }) => `${name.padEnd(width)}${title}`).join("\n");
}

/** One drill in a few lines: what was measured, and every expectation that did not hold. */
export function resultText(report: DrillReport): string {
  const failed = report.checks.filter(({ held }) => !held);
  return [
    `${report.scenario}: ${report.verdict}`,
    `  RTO ${seconds(report.rtoSeconds)} (wall ${seconds(report.rtoWallSeconds)}), ` +
      `RPO ${seconds(report.rpoSeconds)}, longest pause ${seconds(report.writePauseSeconds)}`,
    `  ${report.acknowledged} acknowledged, ${report.lost.length} lost, ${report.replayed} replayed, ` +
      `${report.doubleCharges.length} charged twice, ${report.splitBrainWrites} split-brain writes`,
    ...failed.map(({ expectation, instead }) => `  NOT so: ${expectation} (${instead})`),
  ].join("\n");
}

/** What became of each drill of a series. */
export interface DrillResult {
  readonly scenario: string;
  /** Absent when it did not start. */
  readonly report?: DrillReport;
  /** Why it did not start. */
  readonly refusal?: string;
}

/** A series in a table. Seconds are AWS seconds. */
export function summaryText(results: readonly DrillResult[]): string {
  const titles = ["scenario", "verdict", "RTO s", "RPO s", "pause s", "acked", "lost", "2x", "split"];
  const rows = results.map(({ scenario, report }) =>
    report === undefined
      ? [scenario, "refused", "", "", "", "", "", "", ""]
      : [
          scenario,
          report.verdict,
          cell(report.rtoSeconds),
          cell(report.rpoSeconds),
          cell(report.writePauseSeconds),
          cell(report.acknowledged),
          cell(report.lost.length),
          cell(report.doubleCharges.length),
          cell(report.splitBrainWrites),
        ],
  );
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => (column < 2 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)))
      .join("  ");
  const reasons = results.flatMap(({ scenario, refusal }) =>
    refusal === undefined ? [] : [`${scenario}: ${refusal}`],
  );
  return [line(titles), ...rows.map(line), ...reasons].map((text) => text.trimEnd()).join("\n");
}

function cell(value: number | null): string {
  return value === null ? "–" : String(value);
}

function seconds(value: number | null): string {
  return value === null ? "none" : `${value} s`;
}

/**
 * The exit code of a series: 3 when a verdict was unexpected, 2 when a drill did not start, else 0.
 */
export function exitCodeOf(results: readonly DrillResult[]): 0 | 2 | 3 {
  if (results.some(({ report }) => report?.verdict === "unexpected")) return 3;
  return results.some(({ report }) => report === undefined) ? 2 : 0;
}
