import type { Evaluator } from "./evaluator";
import type { MapEntry, MapNode, TemplateNode } from "./nodes";
import { isList, isUnresolved } from "./values";

/** The most copies that one loop makes; CloudFormation allows fewer resources than this in a template. */
const MAX_COPIES = 600;

/**
 * Expands `Fn::ForEach::Name: [Variable, [items], {Key${Variable}: body}]` among the entries of a mapping.
 * A loop over items that are not known keeps one copy with the variable as it is written.
 */
export function expandForEach(map: MapNode, evaluator: Evaluator): MapNode {
  if (![...map.entries.keys()].some((key) => key.startsWith("Fn::ForEach"))) return map;
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of map.entries) {
    if (!key.startsWith("Fn::ForEach")) entries.set(key, entry);
    else for (const [name, copy] of copies(entry, evaluator)) entries.set(name, copy);
    if (entries.size > MAX_COPIES * 4) break;
  }
  return { kind: "map", entries, line: map.line };
}

function copies(entry: MapEntry, evaluator: Evaluator): Map<string, MapEntry> {
  const made = new Map<string, MapEntry>();
  const { node } = entry;
  if (node.kind !== "list" || node.items.length !== 3) return made;
  const [variable, collection, body] = node.items;
  if (variable?.kind !== "scalar" || collection === undefined || body?.kind !== "map") return made;
  const name = String(variable.value);
  const known = knownItems(collection, evaluator);
  for (const item of known ?? [undefined]) {
    const copy = item === undefined ? body : (substitute(body, name, item) as MapNode);
    for (const [key, inner] of expandForEach(copy, evaluator).entries) {
      if (made.size >= MAX_COPIES || !evaluator.countLoopCopy()) return made;
      made.set(key, inner);
    }
  }
  return made;
}

/** The items of a loop as strings; undefined when the list or one of its items is not known. */
function knownItems(collection: TemplateNode, evaluator: Evaluator): string[] | undefined {
  const value = evaluator.evaluate(collection);
  if (!isList(value)) return undefined;
  const flat = value.flatMap((item) => (isList(item) ? item : [item]));
  if (flat.some((item) => isUnresolved(item) || typeof item === "object")) return undefined;
  return flat.slice(0, MAX_COPIES).map(String);
}

/** A copy of the node with `${name}`, `&{name}` and `Ref: name` replaced; the lines stay. */
function substitute(node: TemplateNode, name: string, item: string): TemplateNode {
  if (node.kind === "scalar") {
    return typeof node.value === "string" ? { ...node, value: fill(node.value, name, item) } : node;
  }
  if (node.kind === "list")
    return { ...node, items: node.items.map((inner) => substitute(inner, name, item)) };
  const reference = node.entries.size === 1 ? node.entries.get("Ref")?.node : undefined;
  if (reference?.kind === "scalar" && reference.value === name) {
    return { kind: "scalar", value: item, line: node.line };
  }
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    entries.set(fill(key, name, item), { node: substitute(entry.node, name, item), line: entry.line });
  }
  return { ...node, entries };
}

/** `&{Name}` drops what may not stand in a logical id. */
function fill(text: string, name: string, item: string): string {
  return text.replaceAll(`\${${name}}`, item).replaceAll(`&{${name}}`, item.replace(/[^A-Za-z0-9]/g, ""));
}
