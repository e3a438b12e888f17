import type { Evaluator } from "./evaluator";
import { intrinsicCall, scalarText, type TemplateNode } from "./nodes";
import type { Parameter, Template } from "./template";
import { Unknown, type Value } from "./values";

/** Pseudo parameters that have one value almost everywhere. */
const PSEUDO_DEFAULTS: Readonly<Record<string, string>> = {
  "AWS::Partition": "aws",
  "AWS::URLSuffix": "amazonaws.com",
};
const PSEUDO = new Set([
  "AWS::AccountId",
  "AWS::NotificationARNs",
  "AWS::Partition",
  "AWS::Region",
  "AWS::StackId",
  "AWS::StackName",
  "AWS::URLSuffix",
]);
/** The same in every template of the set. */
const SHARED_PSEUDO = new Set(["AWS::AccountId", "AWS::Region"]);
/** A parameter with more possibilities than this is simply unknown. */
const MAX_POSSIBILITIES = 10;

/** The values of a template's parameters: given, by default, one of a few, or unknown. */
export class ParameterValues {
  #literals: Map<string, string[]> | undefined;
  readonly #others = new WeakSet<Unknown>();
  readonly #unknowns = new Map<string, Unknown>();

  constructor(
    private readonly template: Template,
    private readonly evaluator: Evaluator,
  ) {}

  has(name: string): boolean {
    return this.template.parameters.has(name) || name === "AWS::NoValue" || PSEUDO.has(name);
  }

  /** The value in the present world. */
  value(name: string): Value | undefined {
    if (name === "AWS::NoValue") return undefined;
    const { inputs } = this.template;
    const parameter = this.template.parameters.get(name);
    const given = inputs.parameters?.[name];
    if (given !== undefined && given !== null) return coerce(plain(given), parameter?.type ?? "String");
    if (parameter === undefined) return PSEUDO_DEFAULTS[name] ?? this.#chosenOrUnknown(name);
    if (inputs.unknownParameters?.includes(name) === true) return this.#unknown(name);
    if (parameter.defaultNode !== undefined) return this.#default(parameter, parameter.defaultNode);
    if (parameter.allowedValues.length > 0 && parameter.allowedValues.length <= MAX_POSSIBILITIES) {
      return this.choose(name, this.#unknown(name));
    }
    return this.#chosenOrUnknown(name);
  }

  #default(parameter: Parameter, node: TemplateNode): Value | undefined {
    if (parameter.type.startsWith("AWS::SSM::Parameter::Value")) return this.#unknown(parameter.name);
    const value = this.evaluator.evaluate(node);
    return value === undefined ? this.#unknown(parameter.name) : coerce(value, parameter.type);
  }

  #chosenOrUnknown(name: string): Value {
    const possibilities = this.possibilities(name);
    if (possibilities.length === 0) return this.#unknown(name);
    const index = this.template.set.worlds.chosen(this.#key(name));
    return index === undefined ? this.#unknown(name) : (possibilities[index] ?? this.#other(name));
  }

  /** Takes one of the parameter's possibilities for this world; `fallback` when there are none. */
  choose(name: string, fallback: Unknown): Value {
    const possibilities = this.possibilities(name);
    if (possibilities.length === 0) return fallback;
    const parameter = this.template.parameters.get(name);
    const closed = parameter !== undefined && parameter.allowedValues.length > 0;
    const count = closed ? possibilities.length : possibilities.length + 1;
    const index = this.template.set.worlds.choose(this.#key(name), count);
    if (index < 0) return fallback;
    const value = possibilities[index];
    return value === undefined ? this.#other(name) : coerce(value, parameter?.type ?? "String");
  }

  /** True for the value "none of the literals that the template compares it with". */
  isOther(value: Value | undefined): boolean {
    return value instanceof Unknown && this.#others.has(value);
  }

  #key(name: string): string {
    return SHARED_PSEUDO.has(name) ? name : `parameter ${name} of ${this.template.file}`;
  }

  #unknown(name: string): Unknown {
    let unknown = this.#unknowns.get(name);
    if (unknown === undefined) {
      const symbol = SHARED_PSEUDO.has(name) ? name : `${this.template.file}#${name}`;
      const kind = PSEUDO.has(name) ? "" : "parameter ";
      unknown = new Unknown(`${kind}${name} has no known value`, symbol, name);
      this.#unknowns.set(name, unknown);
    }
    return unknown;
  }

  #other(name: string): Unknown {
    const unknown = new Unknown(`parameter ${name} has no known value`, `${this.template.file}#${name}`);
    this.#others.add(unknown);
    return unknown;
  }

  /** AllowedValues, or else the literals that the template's conditions compare the parameter with. */
  possibilities(name: string): readonly (string | number | boolean)[] {
    const allowed = this.template.parameters.get(name)?.allowedValues ?? [];
    const values = allowed.length > 0 ? allowed : (this.#comparedLiterals().get(name) ?? []);
    return values.length > MAX_POSSIBILITIES ? [] : values;
  }

  #comparedLiterals(): Map<string, string[]> {
    if (this.#literals !== undefined) return this.#literals;
    const literals = new Map<string, string[]>();
    this.#literals = literals;
    const visit = (node: TemplateNode, depth: number): void => {
      if (depth > 100) return;
      if (node.kind === "list") node.items.forEach((item) => visit(item, depth + 1));
      if (node.kind !== "map") return;
      const pair = comparison(node);
      if (pair !== undefined) {
        const known = literals.get(pair.name) ?? [];
        if (!known.includes(pair.literal)) known.push(pair.literal);
        literals.set(pair.name, known);
      }
      for (const entry of node.entries.values()) visit(entry.node, depth + 1);
    };
    const conditions = this.template.section("Conditions");
    if (conditions !== undefined) visit(conditions, 0);
    return literals;
  }
}

/** `Fn::Equals` between a parameter and a literal, in either order. */
function comparison(node: TemplateNode): { name: string; literal: string } | undefined {
  const call = intrinsicCall(node);
  if (call?.name !== "Fn::Equals" || call.argument.kind !== "list") return undefined;
  const [left, right] = call.argument.items;
  if (left === undefined || right === undefined) return undefined;
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const reference = intrinsicCall(one);
    const name = reference?.name === "Ref" ? scalarText(reference.argument) : undefined;
    if (name !== undefined && other.kind === "scalar") return { name, literal: String(other.value ?? "") };
  }
  return undefined;
}

function plain(value: unknown): Value {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(plain);
  return JSON.stringify(value);
}

/** Parameter values arrive as strings; list types are cut at commas. */
function coerce(value: Value, type: string): Value {
  if ((type === "CommaDelimitedList" || type.startsWith("List<")) && typeof value !== "object") {
    const text = String(value);
    return text === "" ? [] : text.split(",").map((part) => part.trim());
  }
  return value;
}
