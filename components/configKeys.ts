import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

/** One configuration key: its schema, and what to tell the person who got it wrong. */
export interface KeySpec {
  readonly schema: z.ZodType;
  /** What the key takes, in words. */
  readonly expected: string;
  /** A value that would be accepted, as it stands in `Pulumi.<stack>.yaml`. */
  readonly example: string;
}

/**
 * Ends the program with a message that names the key. A RunError is shown by Pulumi without a stack trace.
 * @throws pulumi.RunError always
 */
export function fail(key: string, spec: KeySpec, problem: string): never {
  throw new pulumi.RunError(
    `configuration key payments:${key}: ${problem}\n` +
      `  expected: ${spec.expected}\n` +
      `  example:  payments:${key}: ${spec.example}`,
  );
}

/** Pulumi stores every value as text; structured values arrive as JSON. A text that is no JSON stays text. */
function parseValue(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function issueText(issue: z.core.$ZodIssue): string {
  return issue.path.length === 0 ? issue.message : `${issue.path.join(".")}: ${issue.message}`;
}

/**
 * Reads one key and validates it.
 * @throws pulumi.RunError when the key is missing or wrong; a wrong value is not repeated, it may be a secret
 */
export function readKey(source: pulumi.Config, key: string, spec: KeySpec): unknown {
  const text = source.get(key);
  const parsed = spec.schema.safeParse(text === undefined ? undefined : parseValue(text));
  if (parsed.success) return parsed.data;
  if (text === undefined) return fail(key, spec, "it is missing");
  return fail(key, spec, parsed.error.issues.map(issueText).join("; "));
}
