import type { Finding } from "../engine/judge";
import type { Rule } from "../engine/rule";
import type { Evidence } from "./evidence";

/** One JSON object per finding and line; suppressed findings are not in it. */
export function jsonLines(findings: readonly Finding[]): string {
  return findings
    .map(({ file, logicalId, rule, requirements, result, severity, path, line, message }) =>
      JSON.stringify({ file, logicalId, rule, requirements, result, severity, path, line, message }),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** The whole report: findings, what was suppressed and why, and the answer of every rule about every resource. */
export function jsonReport({ report, suppressions }: Evidence): string {
  const suppressed = report.suppressed.map(({ finding, suppression }) => ({ ...finding, suppression }));
  const content = { findings: report.findings, suppressed, suppressions, assessments: report.assessments };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** The rules as data, without their examples' code. */
export function rulesJson(rules: readonly Rule[]): string {
  const list = rules.map(
    ({ id, title, pack, rows, requirements, severity, enforcement, rationale, fix, types, examples }) => ({
      id,
      title,
      pack,
      rows,
      requirements,
      severity,
      enforcement,
      rationale,
      fix,
      types,
      examples,
    }),
  );
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** The rules as a table for people. */
export function rulesText(rules: readonly Rule[]): string {
  const width = Math.max(...rules.map((rule) => rule.id.length));
  return rules
    .map(({ id, requirements, pack, severity, enforcement, title }) => {
      const numbers = requirements.length > 0 ? requirements.join(" ") : pack.toUpperCase();
      return `${id.padEnd(width)}  ${severity.padEnd(8)}  ${enforcement.padEnd(9)}  ${title} [${numbers}]\n`;
    })
    .join("");
}
