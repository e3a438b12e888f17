import { getSpecialProxyTarget, isSpecialProxy } from "./sentinels";
import { UNKNOWN_VALUES } from "./sentinels";

/** True for the mark that Pulumi puts in place of a value that a preview cannot know. */
export function isUnknownValue(value: unknown): boolean {
  return typeof value === "string" && UNKNOWN_VALUES.has(value);
}

/**
 * The properties without the proxy that throws when a policy touches an unknown value: this pack keeps such values
 * apart instead of giving up on the whole resource.
 */
export function withoutProxy(properties: Record<string, unknown>): Record<string, unknown> {
  return properties[isSpecialProxy] === true
    ? (properties[getSpecialProxyTarget] as Record<string, unknown>)
    : properties;
}
