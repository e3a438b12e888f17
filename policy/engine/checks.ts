import { COMPLIANT, unresolved, violation, type Verdict } from "./rule";
import type { Resource } from "./template";
import {
  flag,
  isDynamicReference,
  isOpaque,
  isPresent,
  symbolOf,
  Unknown,
  type Flag,
  type Value,
} from "./values";

/** Why a value is not known, as the end of a sentence. */
export function why(value: Value | undefined): string {
  if (value instanceof Unknown) return value.reason;
  if (isDynamicReference(value)) return "it is resolved at deployment";
  return isOpaque(value) ? "it is known at deployment" : "its value cannot be interpreted";
}

/** A switch that has to be on (or off); `absent` is what AWS does when the property is not given. */
export function requireFlag(
  resource: Resource,
  path: string,
  wanted: "true" | "false",
  absent: "true" | "false",
  message: string,
): Verdict {
  const value = resource.get(path);
  const state = flag(value);
  const effective: Flag = state === "absent" ? absent : state;
  if (effective === wanted) return COMPLIANT;
  if (effective === "unknown") return unresolved(path, `${message} It cannot be decided: ${why(value)}.`);
  return violation(path, message);
}

/** A property that has to be given; what is given but not known satisfies it. */
export function requirePresent(resource: Resource, path: string, message: string): Verdict {
  return isPresent(resource.get(path)) ? COMPLIANT : violation(path, message);
}

/**
 * What a KMS key property says: a key of the customer's (`customer`, also for what is not known), one of AWS's
 * (`alias/aws/…`), or none.
 */
export function keyKind(value: Value | undefined): "customer" | "aws" | "none" {
  if (!isPresent(value)) return "none";
  return /(^|:)alias\/aws\//.test(symbolOf(value)) ? "aws" : "customer";
}

/** A property that has to name a customer-managed KMS key. */
export function requireCustomerKey(resource: Resource, path: string, what: string): Verdict {
  switch (keyKind(resource.get(path))) {
    case "customer":
      return COMPLIANT;
    case "aws":
      return violation(path, `${what} uses a key that AWS manages, not a customer-managed key.`);
    case "none":
      return violation(path, `${what} names no customer-managed KMS key.`);
  }
}

/** Compliant when nothing was found. */
export function orCompliant(verdicts: readonly Verdict[]): readonly Verdict[] {
  return verdicts.length === 0 ? [COMPLIANT] : verdicts;
}
