/** The parsed template before evaluation: what was written, and on which line. */

/** A string, number, boolean or null. */
export interface ScalarNode {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  readonly line: number;
}

/** A sequence. */
export interface ListNode {
  readonly kind: "list";
  readonly items: readonly TemplateNode[];
  readonly line: number;
}

/** A mapping; short-form tags (`!Ref x`) are already in the long form (`{Ref: x}`). */
export interface MapNode {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly line: number;
}

/** One key of a mapping; `line` is the key's line, counted from 1. */
export interface MapEntry {
  readonly node: TemplateNode;
  readonly line: number;
}

export type TemplateNode = ScalarNode | ListNode | MapNode;

/** The child under `key`, or undefined when the node is not a mapping or lacks the key. */
export function child(node: TemplateNode | undefined, key: string): TemplateNode | undefined {
  return node?.kind === "map" ? node.entries.get(key)?.node : undefined;
}

/** The line of `key` in a mapping, or the mapping's own line. */
export function lineOf(node: TemplateNode | undefined, key: string): number | undefined {
  return node?.kind === "map" ? (node.entries.get(key)?.line ?? node.line) : node?.line;
}

/** The string of a scalar node; undefined for every other node. */
export function scalarText(node: TemplateNode | undefined): string | undefined {
  return node?.kind === "scalar" && node.value !== null ? String(node.value) : undefined;
}

/** The name and the argument of an intrinsic call such as `{"Fn::Sub": …}`; undefined for anything else. */
export function intrinsicCall(node: TemplateNode): { name: string; argument: TemplateNode } | undefined {
  if (node.kind !== "map" || node.entries.size !== 1) return undefined;
  for (const [name, entry] of node.entries) {
    if (name === "Ref" || name === "Condition" || name.startsWith("Fn::"))
      return { name, argument: entry.node };
  }
  return undefined;
}

/** Builds nodes from a plain value (JSON from another program); every node gets the same line. */
export function nodeFromValue(value: unknown, line: number, depth = 0): TemplateNode {
  if (depth > 100) throw new RangeError("The value is nested deeper than 100 levels.");
  if (Array.isArray(value)) {
    return { kind: "list", items: value.map((item) => nodeFromValue(item, line, depth + 1)), line };
  }
  if (typeof value === "object" && value !== null) {
    const entries = new Map<string, MapEntry>();
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) entries.set(key, { node: nodeFromValue(item, line, depth + 1), line });
    }
    return { kind: "map", entries, line };
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return { kind: "scalar", value, line };
  }
  return { kind: "scalar", value: null, line };
}
