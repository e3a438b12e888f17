import { Evaluator } from "./evaluator";
import { expandForEach } from "./foreach";
import { child, lineOf, scalarText, type MapNode, type TemplateNode } from "./nodes";
import { TemplateReadError, readTemplate } from "./reader";
import type { TemplateSet } from "./set";
import { Opaque, at, isMap, sourceLine, type Value } from "./values";

/** What is known about a deployment of a template beyond its text. */
export interface TemplateInputs {
  /** Parameter values by name; pseudo parameters (`AWS::Region`) may be given too. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Parameters whose value exists but is only known after the deployment. */
  readonly unknownParameters?: readonly string[];
}

/** A template's parameter. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly line: number;
  readonly node: TemplateNode;
  readonly noEcho: boolean;
  readonly defaultNode: TemplateNode | undefined;
  readonly allowedValues: readonly (string | number | boolean)[];
}

/** One readable template with its resources; evaluation is lazy. */
export class Template {
  readonly resources = new Map<string, Resource>();
  readonly parameters = new Map<string, Parameter>();
  readonly evaluator: Evaluator;
  /** What is odd but did not prevent reading; shown to people, not a finding. */
  readonly warnings: { line: number; message: string }[] = [];

  private constructor(
    readonly file: string,
    readonly root: MapNode,
    readonly inputs: TemplateInputs,
    readonly set: TemplateSet,
  ) {
    this.#readParameters();
    this.evaluator = new Evaluator(this);
    this.#readResources();
  }

  /**
   * Reads a template into a set.
   * @throws TemplateReadError when it is not well-formed or has no resources.
   */
  static read(file: string, source: string | MapNode, inputs: TemplateInputs, set: TemplateSet): Template {
    const root = typeof source === "string" ? readTemplate(source) : source;
    const resources = root.entries.get("Resources");
    if (resources === undefined) throw new TemplateReadError("the template has no Resources", root.line);
    if (resources.node.kind !== "map") {
      throw new TemplateReadError("Resources must be a mapping", resources.line);
    }
    return new Template(file, root, inputs, set);
  }

  section(name: string): TemplateNode | undefined {
    return this.root.entries.get(name)?.node;
  }

  #readParameters(): void {
    const parameters = this.section("Parameters");
    if (parameters?.kind !== "map") return;
    for (const [name, { node, line }] of parameters.entries) {
      const allowed = child(node, "AllowedValues");
      this.parameters.set(name, {
        name,
        line,
        node,
        type: scalarText(child(node, "Type")) ?? "String",
        noEcho: scalarText(child(node, "NoEcho"))?.toLowerCase() === "true",
        defaultNode: child(node, "Default"),
        allowedValues: (allowed?.kind === "list" ? allowed.items : []).flatMap((item) =>
          item.kind === "scalar" && item.value !== null ? [item.value] : [],
        ),
      });
    }
  }

  #readResources(): void {
    const resources = this.section("Resources");
    if (resources?.kind !== "map") return;
    const expanded = expandForEach(resources, this.evaluator);
    for (const [logicalId, { node, line }] of expanded.entries) {
      const type = scalarText(child(node, "Type"));
      if (node.kind !== "map" || type === undefined) {
        this.warnings.push({ line, message: `${logicalId} is not a resource: it has no Type` });
        continue;
      }
      this.resources.set(logicalId, new Resource(this, logicalId, type, node, line));
    }
  }
}

/** One resource of a template. `get` evaluates only what it is asked for. */
export class Resource {
  readonly #cache = new Map<string, Value | undefined>();

  constructor(
    readonly template: Template,
    readonly logicalId: string,
    /** Such as `AWS::S3::Bucket`. */
    readonly type: string,
    readonly node: MapNode,
    readonly line: number,
  ) {}

  /** The value of a property at a dotted path below Properties (`A.B.0.C`); undefined when absent. */
  get(path: string): Value | undefined {
    const dot = path.indexOf(".");
    const first = dot < 0 ? path : path.slice(0, dot);
    const value = this.#property(first);
    return dot < 0 ? value : at(value, path.slice(dot + 1));
  }

  #property(name: string): Value | undefined {
    if (this.#cache.has(name)) return this.#cache.get(name);
    const { evaluator, set } = this.template;
    const before = set.worlds.asked;
    const properties = child(this.node, "Properties");
    const node = child(properties, name);
    let value: Value | undefined;
    if (node !== undefined) value = evaluator.evaluate(node);
    else if (properties?.kind === "map") value = this.#computedProperty(properties, name);
    if (set.worlds.asked === before) this.#cache.set(name, value);
    return value;
  }

  /** Properties that are not written as plain keys: the whole mapping is a call (`Fn::If`, a macro, a loop). */
  #computedProperty(properties: MapNode, name: string): Value | undefined {
    for (const key of properties.entries.keys()) {
      if (!key.startsWith("Fn::")) continue;
      const whole = this.template.evaluator.evaluate(properties);
      if (whole instanceof Opaque) return whole;
      return isMap(whole) ? whole[name] : undefined;
    }
    return undefined;
  }

  /** All properties, evaluated. */
  properties(): Value | undefined {
    const node = child(this.node, "Properties");
    return node === undefined ? undefined : this.template.evaluator.evaluate(node);
  }

  /** A resource attribute beside Properties, such as `DeletionPolicy`. */
  attribute(name: string): Value | undefined {
    const node = child(this.node, name);
    return node === undefined ? undefined : this.template.evaluator.evaluate(node);
  }

  /** False in a world in which the resource's condition does not hold. */
  exists(): boolean {
    const condition = scalarText(child(this.node, "Condition"));
    return condition === undefined || this.template.evaluator.condition(condition);
  }

  /** The line of a property path as found in a finding (`Properties.A[0].B`), as near as the source tells. */
  lineOf(path: string): number {
    const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
    if (steps[0] !== "Properties") return lineOf(this.node, steps[0] ?? "") ?? this.line;
    const properties = child(this.node, "Properties");
    const name = steps[1];
    if (properties === undefined || name === undefined) return lineOf(this.node, "Properties") ?? this.line;
    if (child(properties, name) === undefined) return this.line;
    let line = lineOf(properties, name) ?? this.line;
    let value = this.get(name);
    for (const step of steps.slice(2)) {
      line = sourceLine(value, step) ?? line;
      value = at(value, step);
    }
    return line;
  }
}
