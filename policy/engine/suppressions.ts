import type { Assessment, Finding, Report, SuppressedFinding } from "./judge";
import { child, scalarText, type TemplateNode } from "./nodes";
import type { JudgeContext, Rule } from "./rule";
import type { Template } from "./template";

/** The Metadata key of a resource or a template under which suppressions stand. */
export const SUPPRESSIONS_KEY = "PolicySuppressions";
/** The id under which a suppression that is expired or not explained is reported. */
export const SUPPRESSION_RULE = "suppression-explained";
/** A warning is given so many days before a suppression ends. */
export const EXPIRY_WARNING_DAYS = 30;

const DAY_MILLISECONDS = 86_400_000;

/** An exception from a rule, with the person who answers for it and the day it ends. */
export interface Suppression {
  readonly file: string;
  readonly logicalId: string;
  readonly line: number;
  readonly rule: string;
  readonly reason: string;
  readonly owner: string;
  /** ISO date; the suppression holds to the end of that day (UTC). */
  readonly expires: string;
  /** Why the suppression does not count; empty when it does. */
  readonly defect: string;
}

/** All suppressions of a template. Template-level ones name their resource by LogicalId. */
export function suppressionsOf(template: Template, rules: ReadonlySet<string>, today: Date): Suppression[] {
  const found: Suppression[] = [];
  const collect = (metadata: TemplateNode | undefined, logicalId: string): void => {
    const list = child(metadata, SUPPRESSIONS_KEY);
    if (list === undefined) return;
    for (const node of list.kind === "list" ? list.items : [list]) {
      found.push(suppression(template.file, logicalId, node, rules, today));
    }
  };
  collect(template.section("Metadata"), "");
  for (const resource of template.resources.values())
    collect(child(resource.node, "Metadata"), resource.logicalId);
  return found;
}

function suppression(
  file: string,
  logicalId: string,
  node: TemplateNode,
  rules: ReadonlySet<string>,
  today: Date,
): Suppression {
  const field = (name: string): string => (scalarText(child(node, name)) ?? "").trim();
  const entry = {
    file,
    logicalId: logicalId === "" ? field("LogicalId") : logicalId,
    line: node.line,
    rule: field("Rule"),
    reason: field("Reason"),
    owner: field("Owner"),
    expires: field("Expires"),
  };
  return { ...entry, defect: defectOf(entry, rules, today) };
}

function defectOf(entry: Omit<Suppression, "defect">, rules: ReadonlySet<string>, today: Date): string {
  if (!rules.has(entry.rule)) return `names no rule of the pack ("${entry.rule}")`;
  if (entry.logicalId === "") return "names no LogicalId";
  if (entry.reason.length < 10) return "has no Reason of at least ten characters";
  if (entry.owner === "") return "has no Owner";
  const end = expiryOf(entry.expires);
  if (end === undefined) return "has no Expires date (YYYY-MM-DD)";
  return end.getTime() <= today.getTime() ? `expired on ${entry.expires}` : "";
}

/** The moment a suppression ends; undefined when the date is not one. */
function expiryOf(expires: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(expires)) return undefined;
  const start = Date.parse(`${expires}T00:00:00Z`);
  return Number.isNaN(start) ? undefined : new Date(start + DAY_MILLISECONDS);
}

/** Valid suppressions that end within `EXPIRY_WARNING_DAYS`. */
export function endingSoon(suppressions: readonly Suppression[], today: Date): Suppression[] {
  const limit = today.getTime() + EXPIRY_WARNING_DAYS * DAY_MILLISECONDS;
  return suppressions.filter((entry) => {
    const end = expiryOf(entry.expires);
    return entry.defect === "" && end !== undefined && end.getTime() <= limit;
  });
}

/** Takes suppressed findings out of a report and adds a violation for each suppression that does not count. */
export function applySuppressions(report: Report, rules: readonly Rule[], context: JudgeContext): Report {
  const ids = new Set(rules.map((rule) => rule.id));
  const entries = context.set.templates.flatMap((template) =>
    suppressionsOf(template, ids, context.settings.today),
  );
  if (entries.length === 0) return report;
  const keyOf = (file: string, logicalId: string, rule: string): string => `${file}\0${logicalId}\0${rule}`;
  const valid = new Map(
    entries
      .filter((entry) => entry.defect === "")
      .map((entry) => [keyOf(entry.file, entry.logicalId, entry.rule), entry] as const),
  );
  const suppressed: SuppressedFinding[] = [];
  const findings: Finding[] = [];
  for (const finding of report.findings) {
    const entry = valid.get(keyOf(finding.file, finding.logicalId, finding.rule));
    if (entry === undefined) findings.push(finding);
    else suppressed.push({ finding, suppression: entry });
  }
  for (const entry of entries) if (entry.defect !== "") findings.push(defectFinding(entry));
  const assessments = report.assessments.map((item): Assessment => {
    const entry = valid.get(keyOf(item.file, item.logicalId, item.rule));
    const covered = entry !== undefined && (item.result === "violation" || item.result === "unresolved");
    return covered ? { ...item, result: "suppressed", reason: entry.reason } : item;
  });
  return { findings, assessments, suppressed };
}

function defectFinding(entry: Suppression): Finding {
  return {
    file: entry.file,
    logicalId: entry.logicalId,
    resourceType: "Suppression",
    rule: SUPPRESSION_RULE,
    requirements: ["12.3.1"],
    result: "violation",
    severity: "high",
    enforcement: "mandatory",
    path: `Metadata.${SUPPRESSIONS_KEY}`,
    line: entry.line,
    message: `The suppression of ${entry.rule || "a rule"} ${entry.defect}.`,
    fix: "Give Rule, Reason, Owner and an Expires date in the future, or remove the suppression.",
  };
}
