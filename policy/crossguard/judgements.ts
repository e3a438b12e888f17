import { judge, type Finding, type Report } from "../engine/judge";
import type { Rule } from "../engine/rule";
import type { Settings } from "../engine/settings";
import { TemplateSet } from "../engine/set";
import { nativeTemplate, type NativeResource } from "./native";
import { STACK_TYPE, isTemplateObject, stackTemplate, stackTemplateByDependency } from "./stacks";
import type { ProgramResource, StackTemplate } from "./stacks";
import { isUnknownValue } from "./unknown";

/** What was found in one resource of the program, and what prevented finding more. */
export interface Judgement {
  readonly report: Report;
  readonly problems: readonly string[];
}

const EMPTY: Report = { findings: [], assessments: [], suppressed: [] };

/** Judges resources as the engine shows them, one by one, and all of them together at the end. */
export class Judgements {
  /** Objects of the program that may hold templates; the engine shows them before the stacks that use them. */
  readonly #objects = new Map<string, ProgramResource>();
  /** Stacks whose template was not known when they were shown alone. */
  readonly #late = new Set<string>();
  readonly #byResource = new Map<string, { key: string; judgement: Judgement }>();

  constructor(
    private readonly rules: readonly Rule[],
    private readonly settings: Settings,
    private readonly types: ReadonlyMap<string, string>,
  ) {}

  /** True for a resource whose CloudFormation this pack judges. */
  judges(type: string): boolean {
    return type === STACK_TYPE || this.types.has(type.toLowerCase());
  }

  /** The judgement of one resource by itself; asked once per rule, computed once. */
  one(resource: ProgramResource): Judgement {
    if (isTemplateObject(resource.type)) this.#objects.set(resource.urn, resource);
    if (!this.judges(resource.type)) return { report: EMPTY, problems: [] };
    const key = JSON.stringify([resource.properties, resource.provider?.properties["region"]]);
    const known = this.#byResource.get(resource.urn);
    if (known !== undefined && known.key === key) return known.judgement;
    const judgement = this.together([{ resource, dependencies: {} }], []);
    this.#byResource.set(resource.urn, { key, judgement });
    if (judgement.problems.length > 0) this.#late.add(resource.name);
    return judgement;
  }

  /** True for a stack that could not be judged before it was created or updated. */
  isLate(name: string): boolean {
    return this.#late.has(name);
  }

  /** The judgement of resources together: stacks each with their template, aws-native resources as one template. */
  together(resources: readonly NativeResource[], objects: readonly ProgramResource[]): Judgement {
    const set = new TemplateSet();
    const problems: string[] = [];
    const natives: NativeResource[] = [];
    for (const item of resources) {
      const { resource } = item;
      if (resource.type !== STACK_TYPE) {
        if (this.types.has(resource.type.toLowerCase())) natives.push(item);
        continue;
      }
      const template = this.#template(item, objects.length > 0 ? objects : [...this.#objects.values()]);
      if ("problem" in template) {
        problems.push(`${resource.name}: ${template.problem}`);
        continue;
      }
      try {
        set.add(resource.name, template.body, template.inputs);
      } catch (error) {
        problems.push(`${resource.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (natives.length > 0) set.add(NATIVE_FILE, nativeTemplate(natives, this.types));
    return { report: judge(this.rules, { set, settings: this.settings }), problems };
  }

  #template({ resource, dependencies }: NativeResource, objects: readonly ProgramResource[]): StackTemplate {
    const direct = stackTemplate(resource, objects);
    if (!("problem" in direct)) return direct;
    const name = dependencies["templateUrl"];
    const own = name === undefined ? undefined : objects.find((object) => object.name === name);
    // A preview does not know the URL yet; then the object that is named after the stack is its template.
    const named = objects.filter((object) => resource.name.includes(object.name.replace(/^template-/, "")));
    const object = own ?? (isUnknownValue(resource.properties["templateUrl"]) ? named[0] : undefined);
    return object === undefined ? direct : stackTemplateByDependency(resource, object);
  }
}

/** Stands for the file of resources that are written in the program itself. */
export const NATIVE_FILE = "program";

/** One finding as a person reads it in Pulumi's output. */
export function describeFinding(finding: Finding): string {
  const where = finding.file === NATIVE_FILE ? finding.logicalId : `${finding.file} ${finding.logicalId}`;
  const line = finding.file === NATIVE_FILE ? "" : ` (line ${finding.line})`;
  const numbers =
    finding.requirements.length === 0 ? "" : ` [PCI DSS v4.0.1 ${finding.requirements.join(", ")}]`;
  return `${where} ${finding.path}${line}: ${finding.message}${numbers} Fix: ${finding.fix}`;
}
