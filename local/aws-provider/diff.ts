import { hasUnknown, sameValue, type Properties } from "./properties";
import type { PropertyRule, Schema } from "./schema";

export type DiffKind = "add" | "delete" | "update";

export interface PropertyDifference {
  /** Property path, e.g. `parameters.VpcCidr` or `tags["cost:center"]`. */
  path: string;
  kind: DiffKind;
  replaces: boolean;
}

/**
 * What differs between a resource's last state and its new inputs.
 * @param ignored property names that the program asks to be ignored
 */
export function diffProperties(
  schema: Schema,
  state: Properties,
  inputs: Properties,
  ignored: readonly string[] = [],
): PropertyDifference[] {
  return Object.entries(schema)
    .filter(([name]) => !ignored.includes(name))
    .flatMap(([name, rule]) => diffProperty(name, rule, state[name], inputs[name]));
}

function diffProperty(
  name: string,
  rule: PropertyRule,
  before: unknown,
  after: unknown,
): PropertyDifference[] {
  const replaces = rule.replaces === true;
  if (isAbsent(after)) {
    return isAbsent(before) || rule.keptWhenAbsent ? [] : [{ path: name, kind: "delete", replaces }];
  }
  if (isAbsent(before)) {
    return [{ path: name, kind: "add", replaces }];
  }
  if (rule.type === "stringMap" && typeof after === "object") {
    return diffMap(name, before as Properties, after as Properties, replaces);
  }
  const same = !hasUnknown(after) && sameValue(comparable(rule, before), comparable(rule, after));
  return same ? [] : [{ path: name, kind: "update", replaces }];
}

/** Terraform's zero values: an empty text, list or map and `false` are the same as nothing. */
function isAbsent(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === "" ||
    value === false ||
    (typeof value === "object" && Object.keys(value).length === 0)
  );
}

function comparable(rule: PropertyRule, value: unknown): unknown {
  if (rule.set && Array.isArray(value)) {
    return [...new Set(value as string[])].sort();
  }
  return rule.normalise ? rule.normalise(value) : value;
}

function diffMap(
  name: string,
  before: Properties,
  after: Properties,
  replaces: boolean,
): PropertyDifference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key): PropertyDifference[] => {
    const path = /^[A-Za-z_]\w*$/.test(key) ? `${name}.${key}` : `${name}[${JSON.stringify(key)}]`;
    if (after[key] === undefined) {
      return [{ path, kind: "delete", replaces }];
    }
    if (before[key] === undefined) {
      return [{ path, kind: "add", replaces }];
    }
    const same = !hasUnknown(after[key]) && sameValue(before[key], after[key]);
    return same ? [] : [{ path, kind: "update", replaces }];
  });
}
