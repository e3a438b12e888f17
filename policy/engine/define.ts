import type { Rule, RuleExamples, Severity } from "./rule";

interface PciRule extends Pick<
  Rule,
  "id" | "title" | "rationale" | "fix" | "types" | "scope" | "judge" | "judgeTemplate"
> {
  readonly row: number | readonly number[];
  /** Requirement numbers separated by spaces. */
  readonly requirements: string;
  readonly severity: Severity;
  readonly examples: RuleExamples;
}

/** A rule of the PCI pack: mandatory unless the configuration says otherwise. */
export function pciRule({ row, requirements, ...rest }: PciRule): Rule {
  return {
    ...rest,
    pack: "pci",
    enforcement: "mandatory",
    rows: typeof row === "number" ? [row] : row,
    requirements: requirements.split(" "),
  };
}

/** A rule of the disaster-recovery pack: advisory for other people's templates, made mandatory by configuration. */
export function drRule(rule: Omit<PciRule, "row" | "requirements">): Rule {
  return { ...rule, pack: "dr", enforcement: "advisory", rows: [], requirements: [] };
}
