import type { TemplateNode } from "./nodes";
import type { Resource } from "./template";

/**
 * What a template evaluates to. Known values are plain; what cannot be known keeps its identity
 * (`Unknown`, `Reference`, `Text`), so that a rule never mistakes it for a value or for its absence.
 * A property whose value is `AWS::NoValue` or null is absent: `undefined`.
 */
export type Value = string | number | boolean | Opaque | readonly Value[] | MapValue;

/** An evaluated mapping. Its prototype is null, so that every template key is safe. */
export interface MapValue {
  readonly [key: string]: Value | undefined;
}

/** Base of the values that have no plain form. */
export abstract class Opaque {
  /** Equal for two values exactly when both stand for the same thing. */
  abstract readonly symbol: string;
}

/** A value that is there but cannot be known before the deployment; `reason` ends a sentence "… because". */
export class Unknown extends Opaque {
  readonly symbol: string;
  constructor(
    readonly reason: string,
    symbol: string,
    /** The name of the parameter that the value comes from, if it is one's plain value. */
    readonly parameter?: string,
  ) {
    super();
    this.symbol = `<${symbol}>`;
  }
}

/** The physical id or an attribute of a resource: known whose, not known what. */
export class Reference extends Opaque {
  readonly symbol: string;
  constructor(
    readonly resource: Resource,
    /** `Ref`, or the attribute's name. */
    readonly attribute: string,
  ) {
    super();
    this.symbol = `<${resource.template.file}#${resource.logicalId}.${attribute}>`;
  }
}

/** A string of which parts are not known, such as `arn:aws:s3:::${Bucket}/*`. */
export class Text extends Opaque {
  readonly symbol: string;
  constructor(readonly parts: readonly (string | Unknown | Reference)[]) {
    super();
    this.symbol = parts.map((part) => (typeof part === "string" ? part : part.symbol)).join("");
  }

  /** The text with `mark` in place of every unknown part. */
  render(mark: string): string {
    return this.parts.map((part) => (typeof part === "string" ? part : mark)).join("");
  }
}

/** Where an evaluated list or mapping was written. */
const SOURCE = Symbol("source");

interface Sourced {
  [SOURCE]?: { node: TemplateNode; children?: ReadonlyMap<string, TemplateNode> };
}

/** Remembers where a list or mapping was written; list items that came from elsewhere are named one by one. */
export function setSource(
  value: object,
  node: TemplateNode,
  children?: ReadonlyMap<string, TemplateNode>,
): void {
  Object.defineProperty(value, SOURCE, { value: { node, children }, enumerable: false });
}

/** The line of `key` inside an evaluated list or mapping; undefined when it is not known. */
export function sourceLine(value: Value | undefined, key: string): number | undefined {
  if (typeof value !== "object" || value instanceof Opaque) return undefined;
  const source = (value as Sourced)[SOURCE];
  if (source === undefined) return undefined;
  const item = source.children?.get(key);
  if (item !== undefined) return item.line;
  if (source.node.kind === "map") return source.node.entries.get(key)?.line ?? source.node.line;
  return source.node.line;
}

export function isMap(value: Value | undefined): value is MapValue {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Opaque);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isOpaque(value: unknown): value is Opaque {
  return value instanceof Opaque;
}

/** A string that the deployment resolves: `{{resolve:secretsmanager:…}}`. */
export function isDynamicReference(value: Value | undefined): value is string {
  return typeof value === "string" && value.includes("{{resolve:");
}

/** True for what cannot be compared with a literal: opaque values and dynamic references. */
export function isUnresolved(value: Value | undefined): boolean {
  return value instanceof Opaque || isDynamicReference(value);
}

/** The value at a dotted path (`A.B.0.C`); undefined when a step is absent, the opaque value when a step is opaque. */
export function at(value: Value | undefined, path: string): Value | undefined {
  let current = value;
  for (const step of path.split(".")) {
    if (current instanceof Opaque) return current;
    if (isList(current)) current = current[Number(step)];
    else if (isMap(current)) current = current[step];
    else return undefined;
  }
  return current;
}

/** A string form that is equal for values that are certain to be equal. */
export function symbolOf(value: Value | undefined): string {
  if (value === undefined) return "";
  if (value instanceof Opaque) return value.symbol;
  if (typeof value === "object")
    return JSON.stringify(value, (_key, item: unknown) => (item instanceof Opaque ? item.symbol : item));
  return String(value);
}

export type Flag = "true" | "false" | "absent" | "unknown";

/** Reads a boolean that may also be written as a string or a number. */
export function flag(value: Value | undefined): Flag {
  if (value === undefined) return "absent";
  if (isUnresolved(value)) return "unknown";
  switch (typeof value === "object" ? "" : String(value).trim().toLowerCase()) {
    case "true":
    case "yes":
    case "on":
    case "1":
      return "true";
    case "false":
    case "no":
    case "off":
    case "0":
      return "false";
    default:
      return "unknown";
  }
}

/** Reads an integer that may also be written as a string: the number, "absent" or "unknown". */
export function integer(value: Value | undefined): number | "absent" | "unknown" {
  if (value === undefined) return "absent";
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^\s*-?\d+(\.\d+)?\s*$/.test(value)) return "unknown";
  return Number(value);
}

/** Reads a string: the text (empty when absent or not a scalar), or "unknown" kept apart by the second field. */
export function text(value: Value | undefined): { known: true; text: string } | { known: false } {
  if (value === undefined) return { known: true, text: "" };
  if (isUnresolved(value)) return { known: false };
  return { known: true, text: typeof value === "object" ? "" : String(value) };
}

/** A list whatever it was written as: a single item counts as a list of one. Opaque lists stay opaque. */
export function items(value: Value | undefined): readonly Value[] | Opaque {
  if (value === undefined) return [];
  if (value instanceof Opaque && !(value instanceof Text)) {
    return value instanceof Reference ? [value] : value;
  }
  return isList(value) ? value : [value];
}

/** A present value is neither absent nor an empty string, list or mapping. What is unknown is present. */
export function isPresent(value: Value | undefined): boolean {
  if (value === undefined || value === "") return false;
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return true;
}
