import { isUnresolved, type Value } from "./values";

/** A known scalar as text; undefined for what is absent, unknown or no scalar. */
export function known(value: Value | undefined): string | undefined {
  if (value === undefined || isUnresolved(value) || typeof value === "object") return undefined;
  return String(value);
}

/** A known scalar as lower-case text. */
export function knownLower(value: Value | undefined): string | undefined {
  return known(value)?.trim().toLowerCase();
}
