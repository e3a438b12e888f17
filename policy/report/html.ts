import type { Assessment, Finding } from "../engine/judge";
import type { Rule } from "../engine/rule";
import type { Evidence } from "./evidence";

/** One self-contained page for an auditor: requirements, every resource with every answer, exceptions. */
export function htmlReport(evidence: Evidence): string {
  const { report, rules, set, settings } = evidence;
  const date = settings.today.toISOString().slice(0, 10);
  const files = set.templates.map((template) => resourceSection(template.file, evidence)).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>PCI DSS v4.0.1 evidence, ${date}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1.5rem; }
th, td { border: 1px solid #ccc; padding: 0.3rem 0.5rem; text-align: left; vertical-align: top; }
th { background: #f2f2f2; }
.violation { background: #fbdcdc; } .unresolved { background: #fff3cd; } .suppressed { background: #e8e3f5; } .compliant { background: #e3f3e3; }
summary { cursor: pointer; font-weight: 600; }
code { font-size: 0.92em; }
</style>
</head>
<body>
<h1>PCI DSS v4.0.1: evidence from the templates</h1>
<p>Judged on ${date}: ${set.templates.length} templates, ${report.assessments.length} answers of ${rules.length} rules.
${report.findings.filter((finding) => finding.result === "violation").length} violations,
${report.findings.filter((finding) => finding.result === "unresolved").length} unresolved,
${report.suppressed.length} suppressed.
<em>Unresolved</em>: the answer depends on a value that is known only at deployment.</p>
<h2>Requirements</h2>
${requirementTable(rules, report.assessments)}
<h2>Findings</h2>
${findingTable(report.findings)}
<h2>Exceptions</h2>
${exceptionTable(evidence)}
<h2>Resources</h2>
${files}
</body>
</html>
`;
}

/** The text with everything escaped that means something in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function table(
  head: readonly string[],
  rows: readonly { kind?: string; cells: readonly string[] }[],
): string {
  if (rows.length === 0) return "<p>None.</p>";
  const header = head.map((cell) => `<th scope="col">${cell}</th>`).join("");
  const body = rows
    .map(({ kind, cells }) => {
      const columns = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("");
      return `<tr${kind === undefined ? "" : ` class="${kind}"`}>${columns}</tr>`;
    })
    .join("\n");
  return `<table><thead><tr>${header}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

const RESULTS = ["violation", "unresolved", "suppressed", "compliant", "notApplicable"] as const;

function requirementTable(rules: readonly Rule[], assessments: readonly Assessment[]): string {
  const numbers = [...new Set(rules.flatMap((rule) => rule.requirements))].sort(byNumber);
  const byRule = new Map<string, Assessment[]>();
  for (const item of assessments) byRule.set(item.rule, [...(byRule.get(item.rule) ?? []), item]);
  const rows = numbers.map((number) => {
    const own = rules.filter((rule) => rule.requirements.includes(number));
    const answers = own.flatMap((rule) => byRule.get(rule.id) ?? []);
    const counts = RESULTS.map((result) => answers.filter((answer) => answer.result === result).length);
    const kind = RESULTS.find((_result, index) => (counts[index] ?? 0) > 0) ?? "notApplicable";
    return { kind, cells: [number, own.map((rule) => rule.title).join("; "), ...counts.map(String)] };
  });
  return table(
    ["Requirement", "Rules", "Violations", "Unresolved", "Suppressed", "Compliant", "Not applicable"],
    rows,
  );
}

/** Orders `10.2.1.1` behind `9.1`. */
export function byNumber(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => text.split(".").map(Number));
  for (let index = 0; index < Math.max(left?.length ?? 0, right?.length ?? 0); index += 1) {
    const difference = (left?.[index] ?? -1) - (right?.[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function findingTable(findings: readonly Finding[]): string {
  return table(
    ["Where", "Resource", "Rule", "Requirements", "Severity", "Finding", "Fix"],
    findings.map((finding) => ({
      kind: finding.result,
      cells: [
        `${finding.file}:${finding.line}`,
        `${finding.logicalId} ${finding.path}`,
        finding.rule,
        finding.requirements.join(", "),
        `${finding.severity}, ${finding.enforcement}`,
        finding.message,
        finding.fix,
      ],
    })),
  );
}

function exceptionTable({ suppressions, settings }: Evidence): string {
  const rows = suppressions.map((entry) => ({
    kind: entry.defect === "" ? "suppressed" : "violation",
    cells: [
      `${entry.file}:${entry.line}`,
      entry.logicalId,
      entry.rule,
      entry.reason,
      entry.owner,
      entry.expires,
      entry.defect,
    ],
  }));
  const paths = settings.anonymousPaths.map(
    ({ path, reason }) => `<li><code>${escapeHtml(path)}</code>: ${escapeHtml(reason)}</li>`,
  );
  return `${table(["Where", "Resource", "Rule", "Reason", "Owner", "Until", "Defect"], rows)}
<p>Paths that may answer anonymously by configuration:</p><ul>${paths.join("")}</ul>`;
}

function resourceSection(file: string, { set, report }: Evidence): string {
  const template = set.templates.find((item) => item.file === file);
  const answers = report.assessments.filter((item) => item.file === file);
  const rows = [...(template?.resources.values() ?? [])].map((resource) => {
    const own = answers.filter(
      (answer) => answer.logicalId === resource.logicalId && answer.result !== "notApplicable",
    );
    const kind = RESULTS.find((result) => own.some((answer) => answer.result === result));
    const list = own.map(
      (answer) => `${answer.rule}: ${answer.result}${answer.reason === "" ? "" : ` (${answer.reason})`}`,
    );
    return {
      ...(kind === undefined ? {} : { kind }),
      cells: [resource.logicalId, resource.type, String(resource.line), list.join("; ")],
    };
  });
  return `<details><summary>${escapeHtml(file)} (${rows.length} resources)</summary>
${table(["Logical id", "Type", "Line", "Answers"], rows)}</details>`;
}
