import type { Settings } from "./settings";
import type { TemplateSet } from "./set";
import type { Resource, Template } from "./template";

/** What a rule says of one resource. */
export type Verdict =
  | { readonly result: "compliant" }
  | { readonly result: "notApplicable"; readonly reason: string }
  | {
      /** `unresolved`: the answer depends on something that is known only at deployment. */
      readonly result: "violation" | "unresolved";
      /** Such as `Properties.SecurityGroupIngress[0].CidrIp`. */
      readonly path: string;
      readonly message: string;
    };

export type Severity = "critical" | "high" | "medium" | "low";
export type Enforcement = "mandatory" | "advisory" | "disabled";

/** What a rule may look at beside its resource. */
export interface JudgeContext {
  readonly set: TemplateSet;
  readonly settings: Settings;
  /** What a rule that fails costs: by default its answer (unresolved), in tests the run. */
  readonly rethrow?: boolean;
}

/** A finding about a part of the template that is no resource: a parameter or an output. */
export type PartVerdict = Extract<Verdict, { path: string }> & {
  readonly logicalId: string;
  readonly line: number;
};

/** Templates (the Resources section, or a whole template) for which a rule must give this result. */
export interface RuleExamples {
  readonly compliant: readonly string[];
  readonly violation: readonly string[];
  readonly notApplicable?: readonly string[];
  readonly unresolved?: readonly string[];
}

/** One requirement checked on one kind of thing. `judge` is pure: same resource and context, same answer. */
export interface Rule {
  /** Kebab case, stable: suppressions and configuration name it. */
  readonly id: string;
  readonly title: string;
  readonly pack: "pci" | "dr";
  /** The row of the requirement table that the rule implements; empty in the DR pack. */
  readonly rows: readonly number[];
  /** PCI DSS v4.0.1 requirement numbers. */
  readonly requirements: readonly string[];
  readonly severity: Severity;
  /** What applies unless the configuration says otherwise. */
  readonly enforcement: Enforcement;
  readonly rationale: string;
  readonly fix: string;
  /** CloudFormation resource types that `judge` is asked about. */
  readonly types: readonly string[];
  /** `set`: the answer depends on resources that may stand in other templates. */
  readonly scope?: "set";
  readonly judge?: (resource: Resource, context: JudgeContext) => Verdict | readonly Verdict[];
  readonly judgeTemplate?: (template: Template, context: JudgeContext) => readonly PartVerdict[];
  readonly examples: RuleExamples;
}

export const COMPLIANT: Verdict = { result: "compliant" };

export function notApplicable(reason: string): Verdict {
  return { result: "notApplicable", reason };
}

/** `path` is relative to Properties unless it starts with `@` (an attribute such as `@DeletionPolicy`). */
export function violation(path: string, message: string): Verdict {
  return { result: "violation", path: fullPath(path), message };
}

export function unresolved(path: string, message: string): Verdict {
  return { result: "unresolved", path: fullPath(path), message };
}

function fullPath(path: string): string {
  if (path.startsWith("@")) return path.slice(1);
  if (path === "") return "Properties";
  return `Properties.${path.replace(/\.(\d+)(?=\.|$)/g, "[$1]")}`;
}
