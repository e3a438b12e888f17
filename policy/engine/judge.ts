import { unresolved } from "./rule";
import type { Enforcement, JudgeContext, PartVerdict, Rule, Severity, Verdict } from "./rule";
import type { Resource, Template } from "./template";
import { applySuppressions, type Suppression } from "./suppressions";

/** At most so many combinations of unknown conditions are judged per rule and resource. */
const MAX_WORLDS = 64;

/** What the judges found about one thing. */
export interface Finding {
  readonly file: string;
  readonly logicalId: string;
  readonly resourceType: string;
  readonly rule: string;
  readonly requirements: readonly string[];
  readonly result: "violation" | "unresolved";
  readonly severity: Severity;
  readonly enforcement: Enforcement;
  readonly path: string;
  readonly line: number;
  readonly message: string;
  readonly fix: string;
}

/** One answer of one rule about one resource; the evidence behind a report. */
export interface Assessment {
  readonly file: string;
  readonly logicalId: string;
  readonly resourceType: string;
  readonly rule: string;
  readonly result: Verdict["result"] | "suppressed";
  readonly reason: string;
}

/** A suppressed finding together with the suppression that covers it. */
export interface SuppressedFinding {
  readonly finding: Finding;
  readonly suppression: Suppression;
}

export interface Report {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly assessments: readonly Assessment[];
}

/** Judges every template of the context's set by the rules. Disabled rules are left out. */
export function judge(rules: readonly Rule[], context: JudgeContext): Report {
  const findings: Finding[] = [];
  const assessments: Assessment[] = [];
  const active = rules.filter((rule) => enforcementOf(rule, context) !== "disabled");
  const byType = new Map<string, Rule[]>();
  for (const rule of active) {
    for (const type of rule.types) byType.set(type, [...(byType.get(type) ?? []), rule]);
  }
  for (const template of context.set.templates) {
    for (const resource of template.resources.values()) {
      for (const rule of byType.get(resource.type) ?? []) {
        const verdicts = judgeResource(rule, resource, context);
        assessments.push(assessment(rule, resource, verdicts));
        for (const verdict of verdicts) {
          if ("path" in verdict) findings.push(resourceFinding(rule, resource, verdict, context));
        }
      }
    }
    for (const rule of active) {
      for (const verdict of judgeParts(rule, template, context)) {
        findings.push(partFinding(rule, template, verdict, context));
        const { logicalId, result, message: reason } = verdict;
        assessments.push({
          file: template.file,
          logicalId,
          resourceType: partType(template, verdict),
          rule: rule.id,
          result,
          reason,
        });
      }
    }
  }
  return applySuppressions({ findings, assessments, suppressed: [] }, rules, context);
}

/** The answers of one rule about one resource, over all worlds that it distinguishes. */
export function judgeResource(rule: Rule, resource: Resource, context: JudgeContext): readonly Verdict[] {
  const { judge: judgeOne } = rule;
  if (judgeOne === undefined) return [];
  const { outcomes, complete, keys } = context.set.worlds.explore<readonly Verdict[] | undefined>(() => {
    if (!resource.exists()) return undefined;
    const answer = guarded(() => judgeOne(resource, context), context);
    return Array.isArray(answer) ? (answer as readonly Verdict[]) : [answer as Verdict];
  }, MAX_WORLDS);
  const existing = outcomes.filter((outcome) => outcome !== undefined);
  return combine(existing, complete, keys);
}

/** A rule that fails on an odd template must not hide what the others find, nor pass for an answer. */
function guarded(
  ask: () => Verdict | readonly Verdict[],
  { rethrow }: JudgeContext,
): Verdict | readonly Verdict[] {
  try {
    return ask();
  } catch (error) {
    if (rethrow === true) throw error;
    return unresolved("", `The rule cannot read this resource: ${String(error)}.`);
  }
}

function judgeParts(rule: Rule, template: Template, context: JudgeContext): readonly PartVerdict[] {
  const { judgeTemplate } = rule;
  if (judgeTemplate === undefined) return [];
  const { outcomes } = context.set.worlds.explore(() => judgeTemplate(template, context), MAX_WORLDS);
  const seen = new Map<string, PartVerdict>();
  for (const verdict of outcomes.flat()) {
    const key = `${verdict.logicalId} ${verdict.path}`;
    const everywhere = outcomes.every((outcome) =>
      outcome.some((other) => `${other.logicalId} ${other.path}` === key),
    );
    if (!seen.has(key)) seen.set(key, everywhere ? verdict : { ...verdict, result: "unresolved" });
  }
  return [...seen.values()];
}

/** A violation has to show in every world in which the resource exists; one that shows in some is unresolved. */
function combine(
  worlds: readonly (readonly Verdict[])[],
  complete: boolean,
  keys: string,
): readonly Verdict[] {
  const [first] = worlds;
  if (first === undefined) return [{ result: "notApplicable", reason: "its condition does not hold" }];
  if (worlds.length === 1 && complete) return deduplicate(first);
  const violatesIn = worlds.filter((world) => world.some((verdict) => verdict.result === "violation"));
  const all = deduplicate(worlds.flat());
  if (violatesIn.length === worlds.length) {
    return onePerPath(all.filter(isFinding));
  }
  const findings = all.filter(isFinding).map((verdict): Verdict => {
    if (verdict.result === "unresolved") return verdict;
    return { ...verdict, result: "unresolved", message: `${verdict.message} This depends on: ${keys}.` };
  });
  if (findings.length > 0) return findings;
  return [all.find((verdict) => verdict.result === "compliant") ?? all[0] ?? { result: "compliant" }];
}

function isFinding(verdict: Verdict): verdict is Extract<Verdict, { path: string }> {
  return "path" in verdict;
}

/** The worlds may word the same violation differently; one wording is enough. */
function onePerPath(verdicts: readonly Extract<Verdict, { path: string }>[]): readonly Verdict[] {
  return [
    ...new Map(
      [...verdicts].reverse().map((verdict) => [`${verdict.result} ${verdict.path}`, verdict]),
    ).values(),
  ].reverse();
}

function deduplicate(verdicts: readonly Verdict[]): readonly Verdict[] {
  const seen = new Map<string, Verdict>();
  for (const verdict of verdicts) {
    const key = "path" in verdict ? `${verdict.result} ${verdict.path} ${verdict.message}` : verdict.result;
    if (!seen.has(key)) seen.set(key, verdict);
  }
  return [...seen.values()];
}

/** The configured enforcement of a rule, or its own. */
export function enforcementOf(rule: Rule, context: JudgeContext): Enforcement {
  return context.settings.enforcement[rule.id] ?? rule.enforcement;
}

function assessment(rule: Rule, resource: Resource, verdicts: readonly Verdict[]): Assessment {
  const order = ["violation", "unresolved", "compliant", "notApplicable"] as const;
  const result = order.find((kind) => verdicts.some((verdict) => verdict.result === kind)) ?? "compliant";
  const chosen = verdicts.find((verdict) => verdict.result === result);
  const reason =
    chosen === undefined || chosen.result === "compliant"
      ? ""
      : "reason" in chosen
        ? chosen.reason
        : chosen.message;
  const { file } = resource.template;
  return { file, logicalId: resource.logicalId, resourceType: resource.type, rule: rule.id, result, reason };
}

function resourceFinding(
  rule: Rule,
  resource: Resource,
  verdict: Extract<Verdict, { path: string }>,
  context: JudgeContext,
): Finding {
  const line =
    context.set.worlds.explore(() => resource.lineOf(verdict.path), 1).outcomes[0] ?? resource.line;
  return {
    file: resource.template.file,
    logicalId: resource.logicalId,
    resourceType: resource.type,
    ...common(rule, context),
    result: verdict.result,
    path: verdict.path,
    line,
    message: verdict.message,
  };
}

/** A parameter, an output, or the type of the resource that a rule about the whole template speaks of. */
function partType(template: Template, { path, logicalId }: PartVerdict): string {
  if (path.startsWith("Outputs")) return "Output";
  return path.startsWith("Parameters")
    ? "Parameter"
    : (template.resources.get(logicalId)?.type ?? "Resource");
}

function partFinding(rule: Rule, template: Template, verdict: PartVerdict, context: JudgeContext): Finding {
  return {
    file: template.file,
    logicalId: verdict.logicalId,
    resourceType: partType(template, verdict),
    ...common(rule, context),
    result: verdict.result,
    path: verdict.path,
    line: verdict.line,
    message: verdict.message,
  };
}

function common(rule: Rule, context: JudgeContext) {
  return {
    rule: rule.id,
    requirements: rule.requirements,
    severity: rule.severity,
    enforcement: enforcementOf(rule, context),
    fix: rule.fix,
  };
}
