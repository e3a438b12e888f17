import { expandForEach } from "./foreach";
import { INTRINSICS } from "./intrinsics";
import { child, intrinsicCall, scalarText, type ListNode, type MapNode, type TemplateNode } from "./nodes";
import { ParameterValues } from "./parameters";
import type { Template } from "./template";
import { Reference, Unknown, setSource, symbolOf, type Value } from "./values";

/** Evaluation nested deeper than this is unknown; it ends circles through imports and exports. */
const MAX_DEPTH = 250;
/** Loop copies per template, all loops together: nested loops multiply. */
const MAX_LOOP_COPIES = 5000;

/** Evaluates the nodes of one template. Never throws for what a template contains. */
export class Evaluator {
  readonly parameters: ParameterValues;
  readonly #cache = new WeakMap<TemplateNode, { value: Value | undefined }>();
  readonly #conditionsInProgress = new Set<string>();
  #depth = 0;
  #loopCopies = 0;
  #exports: Map<string, TemplateNode> | undefined;

  constructor(readonly template: Template) {
    this.parameters = new ParameterValues(template, this);
  }

  /** The value of a node; undefined for null and for `AWS::NoValue`. */
  evaluate(node: TemplateNode): Value | undefined {
    if (node.kind === "scalar") return node.value ?? undefined;
    const cached = this.#cache.get(node);
    if (cached !== undefined) return cached.value;
    if (this.#depth >= MAX_DEPTH) return new Unknown("it is nested too deeply", `deep:${node.line}`);
    const { worlds } = this.template.set;
    const before = worlds.asked;
    this.#depth += 1;
    try {
      const value = this.#evaluateInner(node);
      // A value that depends on a choice between worlds is not kept.
      if (worlds.asked === before) this.#cache.set(node, { value });
      return value;
    } finally {
      this.#depth -= 1;
    }
  }

  #evaluateInner(node: ListNode | MapNode): Value | undefined {
    if (node.kind === "list") return this.#list(node);
    const call = intrinsicCall(node);
    if (call === undefined || call.name === "Condition") return this.#map(node);
    if (call.name.startsWith("Fn::ForEach")) return this.#map(node);
    if (call.name === "Ref") return this.reference(scalarText(call.argument), node.line);
    const intrinsic = INTRINSICS[call.name];
    if (intrinsic === undefined) return this.unknown(`${call.name} is not evaluated`, call.name, node.line);
    return intrinsic(call.argument, this, node.line);
  }

  #list(node: ListNode): Value {
    const values: Value[] = [];
    const sources = new Map<string, TemplateNode>();
    for (const item of node.items) {
      const value = this.evaluate(item);
      if (value === undefined) continue;
      sources.set(String(values.length), item);
      values.push(value);
    }
    setSource(values, node, sources);
    return values;
  }

  #map(node: MapNode): Value {
    const expanded = expandForEach(node, this);
    const value = Object.create(null) as Record<string, Value>;
    for (const [key, entry] of expanded.entries) {
      const item = this.evaluate(entry.node);
      if (item !== undefined) value[key] = item;
    }
    setSource(value, expanded);
    return value;
  }

  /** A value that exists but cannot be known. */
  unknown(reason: string, what: string, line: number): Unknown {
    return new Unknown(reason, `${this.template.file}:${line}:${what}`);
  }

  /** `Ref`: a parameter's or pseudo parameter's value, or a reference to a resource. */
  reference(name: string | undefined, line: number): Value | undefined {
    if (name === undefined) return this.unknown("its Ref is not a name", "Ref", line);
    if (this.parameters.has(name)) return this.parameters.value(name);
    const resource = this.template.resources.get(name);
    if (resource !== undefined) return new Reference(resource, "Ref");
    // Other resources may be read later (a loop at the top of the template); the name still identifies them.
    return new Unknown(`${name} is not defined in the template`, `${this.template.file}#${name}.Ref`);
  }

  /** `Fn::GetAtt` of a resource. */
  attribute(logicalId: string, attribute: string): Value {
    const resource = this.template.resources.get(logicalId);
    if (resource !== undefined) return new Reference(resource, attribute);
    return new Unknown(
      `${logicalId} is not defined in the template`,
      `${this.template.file}#${logicalId}.${attribute}`,
    );
  }

  /** Whether a named condition holds in the present world; an undefined name is a choice like any unknown. */
  condition(name: string): boolean {
    const key = `condition ${name} of ${this.template.file}`;
    const node = child(this.template.section("Conditions"), name);
    if (node === undefined || this.#conditionsInProgress.has(name)) return this.#guess(key);
    this.#conditionsInProgress.add(name);
    try {
      return this.holds(node);
    } finally {
      this.#conditionsInProgress.delete(name);
    }
  }

  /** Whether a condition node holds in the present world. */
  holds(node: TemplateNode): boolean {
    if (node.kind === "scalar") {
      if (typeof node.value === "boolean") return node.value;
      if (node.value === "true" || node.value === "false") return node.value === "true";
      return this.#guess(`value at line ${node.line} of ${this.template.file}`);
    }
    const call = intrinsicCall(node);
    const parts = call?.argument.kind === "list" ? call.argument.items : [];
    const name = call?.name;
    if (name === "Condition") return this.condition(scalarText(call?.argument) ?? "");
    if (name === "Fn::Not" && parts[0] !== undefined) return !this.holds(parts[0]);
    if (name === "Fn::And") return parts.every((part) => this.holds(part));
    if (name === "Fn::Or") return parts.some((part) => this.holds(part));
    if (name === "Fn::Equals") return this.#equal(parts[0], parts[1], node.line);
    return this.#guess(`expression at line ${node.line} of ${this.template.file}`);
  }

  #equal(leftNode: TemplateNode | undefined, rightNode: TemplateNode | undefined, line: number): boolean {
    if (leftNode === undefined || rightNode === undefined) return this.#guess(`Equals at line ${line}`);
    let left = this.evaluate(leftNode);
    let right = this.evaluate(rightNode);
    if (left instanceof Unknown && left.parameter !== undefined)
      left = this.parameters.choose(left.parameter, left);
    if (right instanceof Unknown && right.parameter !== undefined) {
      right = this.parameters.choose(right.parameter, right);
    }
    const leftSymbol = symbolOf(left);
    const rightSymbol = symbolOf(right);
    if (leftSymbol === rightSymbol) return true;
    const opaque = [left, right].filter((value) => typeof value === "object");
    if (opaque.length === 0) return false;
    // "None of the literals that the template compares the parameter with" differs from each of them.
    if (this.parameters.isOther(left) || this.parameters.isOther(right)) {
      if (opaque.length === 1) return false;
    }
    return this.#guess([leftSymbol, rightSymbol].sort().join(" equals "));
  }

  #guess(key: string): boolean {
    return this.template.set.worlds.choose(key, 2) < 1;
  }

  /** Counts a loop's copy; false once the template has made too many. */
  countLoopCopy(): boolean {
    this.#loopCopies += 1;
    return this.#loopCopies <= MAX_LOOP_COPIES;
  }

  /** The template's exports: the symbol of the name → the node of the value. */
  exports(): ReadonlyMap<string, TemplateNode> {
    if (this.#exports !== undefined) return this.#exports;
    const exports = new Map<string, TemplateNode>();
    this.#exports = exports;
    const outputs = this.template.section("Outputs");
    if (outputs?.kind !== "map") return exports;
    for (const { node } of outputs.entries.values()) {
      const name = child(child(node, "Export"), "Name");
      const value = child(node, "Value");
      if (name !== undefined && value !== undefined) exports.set(symbolOf(this.evaluate(name)), value);
    }
    return exports;
  }
}
