import type { Finding } from "../engine/judge";
import type { Evidence } from "./evidence";

const ORDER = { critical: 0, high: 1, medium: 2, low: 3 } as const;

/** Findings by file for people, with the fix, then what is suppressed. */
export function textReport({ report, set, suppressions, settings }: Evidence): string {
  const lines: string[] = [];
  for (const template of set.templates) {
    const own = report.findings.filter((finding) => finding.file === template.file);
    if (own.length > 0) lines.push(template.file, ...own.sort(bySeverity).flatMap(describe), "");
  }
  if (suppressions.length > 0) {
    lines.push("Suppressions");
    for (const entry of suppressions) {
      const state = entry.defect === "" ? `until ${entry.expires}` : `does not count: ${entry.defect}`;
      lines.push(`  ${entry.file}:${entry.line} ${entry.logicalId} ${entry.rule} (${entry.owner}; ${state}): ${entry.reason}`);
    }
    lines.push("");
  }
  const count = (result: Finding["result"], enforcement?: string): number =>
    report.findings.filter(
      (finding) => finding.result === result && (enforcement === undefined || finding.enforcement === enforcement),
    ).length;
  lines.push(
    `${set.templates.length} templates, ${report.assessments.length} assessments on ${settings.today.toISOString().slice(0, 10)}: ` +
      `${count("violation", "mandatory")} mandatory and ${count("violation", "advisory")} advisory violations, ` +
      `${count("unresolved")} unresolved, ${report.suppressed.length} suppressed`,
  );
  return `${lines.join("\n")}\n`;
}

function bySeverity(one: Finding, other: Finding): number {
  return ORDER[one.severity] - ORDER[other.severity] || one.line - other.line;
}

function describe(finding: Finding): string[] {
  const kind = finding.result === "violation" ? `${finding.severity} ${finding.enforcement} violation` : "unresolved";
  const numbers = finding.requirements.length === 0 ? "" : ` (PCI DSS ${finding.requirements.join(", ")})`;
  return [
    `  ${finding.line}: ${finding.logicalId} ${finding.path}`,
    `      ${kind} of ${finding.rule}${numbers}: ${finding.message}`,
    `      Fix: ${finding.fix}`,
  ];
}
