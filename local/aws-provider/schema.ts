import { assetKind, hasUnknown, UNKNOWN, type Properties } from "./properties";

export interface CheckFailure {
  property: string;
  reason: string;
}

export type PropertyType = "string" | "boolean" | "integer" | "strings" | "stringMap" | "asset";

export interface PropertyRule {
  type: PropertyType;
  required?: boolean;
  /** The resource cannot change it in place. */
  replaces?: boolean;
  /** Order and repetition do not count. */
  set?: boolean;
  values?: readonly string[];
  conflictsWith?: readonly string[];
  /** When the program leaves it out, what AWS says stays (Terraform's "optional and computed"). */
  keptWhenAbsent?: boolean;
  /** @returns why the value is wrong, or undefined */
  validate?: (value: unknown) => string | undefined;
  /** Two texts that mean the same, e.g. JSON with other blanks. */
  normalise?: (value: unknown) => unknown;
}

export type Schema = Readonly<Record<string, PropertyRule>>;

const TYPE_NAMES: Record<PropertyType, string> = {
  string: "a string",
  boolean: "a boolean",
  integer: "an integer",
  strings: "a list of strings",
  stringMap: "a map of strings",
  asset: "an asset or archive",
};

/** Everything that is wrong with a resource's inputs; values that are not known yet are taken to be right. */
export function checkProperties(schema: Schema, inputs: Properties): CheckFailure[] {
  const unknownNames = Object.keys(inputs)
    .filter((name) => schema[name] === undefined && !name.startsWith("__"))
    .map((property) => ({
      property,
      reason: `unexpected property; known are ${Object.keys(schema).join(", ")}`,
    }));
  const wrong = Object.entries(schema).flatMap(([property, rule]) =>
    failuresOf(property, rule, inputs).map((reason) => ({ property, reason })),
  );
  return [...unknownNames, ...wrong];
}

function failuresOf(property: string, rule: PropertyRule, inputs: Properties): string[] {
  const value = inputs[property];
  if (value === undefined) {
    return rule.required ? [`missing required property ${property}`] : [];
  }
  const conflicts = (rule.conflictsWith ?? [])
    .filter((other) => inputs[other] !== undefined)
    .map((other) => `${property} conflicts with ${other}`);
  if (value === UNKNOWN) {
    return conflicts;
  }
  if (!hasType(value, rule.type)) {
    return [...conflicts, `must be ${TYPE_NAMES[rule.type]}`];
  }
  if (hasUnknown(value)) {
    return conflicts;
  }
  if (rule.values && !rule.values.includes(value as string)) {
    return [
      ...conflicts,
      `expected ${property} to be one of ${rule.values.join(", ")}, got ${JSON.stringify(value)}`,
    ];
  }
  const reason = rule.validate?.(value);
  return reason === undefined ? conflicts : [...conflicts, reason];
}

function hasType(value: unknown, type: PropertyType): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isInteger(value);
    case "strings":
      return Array.isArray(value) && value.every((member) => typeof member === "string");
    case "stringMap":
      return isPlainMap(value) && Object.values(value).every((member) => typeof member === "string");
    case "asset":
      return assetKind(value) !== undefined;
  }
}

function isPlainMap(value: unknown): value is Properties {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && assetKind(value) === undefined
  );
}
