import type { Finding } from "../engine/judge";
import type { Evidence } from "./evidence";

const ORDER = { critical: 0, high: 1, medium: 2, low: 3 } as const;

/** Findings by file for people, with the fix, then what is suppressed. */
export function textReport({ report, set, suppressions }: Evidence): string {
  const lines: string[] = [];
  for (const template of set.templates) {
    const own = report.findings.filter((finding) => finding.file === template.file);
    if (own.length > 0) lines.push(template.file, ...own.sort(bySeverity).flatMap(describe), "");
  }
  if (suppressions.length > 0) {
    lines.push("Suppressions");
    for (const entry of suppressions) {
      const state = entry.defect === "" ? `until ${entry.expires}` : `does not count: ${entry.defect}`;
      lines.push(
        `  ${entry.file}:${entry.line} ${entry.logicalId} ${entry.rule} (${entry.owner}; ${state}): ${entry.reason}`,
      );
    }
    lines.push("");
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** One sentence with the numbers; it goes beside the findings, not among them. */
export function textSummary({ report, set, settings }: Evidence): string {
  const count = (result: Finding["result"], enforcement?: string): number =>
    report.findings.filter(
      (finding) =>
        finding.result === result && (enforcement === undefined || finding.enforcement === enforcement),
    ).length;
  const date = settings.today.toISOString().slice(0, 10);
  return (
    `${set.templates.length} templates, ${report.assessments.length} answers on ${date}: ` +
    `${count("violation", "mandatory")} mandatory and ${count("violation", "advisory")} advisory violations, ` +
    `${count("unresolved")} unresolved, ${report.suppressed.length} suppressed\n`
  );
}

function bySeverity(one: Finding, other: Finding): number {
  return ORDER[one.severity] - ORDER[other.severity] || one.line - other.line;
}

function describe(finding: Finding): string[] {
  const kind =
    finding.result === "violation" ? `${finding.severity} ${finding.enforcement} violation` : "unresolved";
  const numbers = finding.requirements.length === 0 ? "" : ` (PCI DSS ${finding.requirements.join(", ")})`;
  return [
    `  ${finding.line}: ${finding.logicalId} ${finding.path}`,
    `      ${kind} of ${finding.rule}${numbers}: ${finding.message}`,
    `      Fix: ${finding.fix}`,
  ];
}
