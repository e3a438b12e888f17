import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "js-yaml";
import { z } from "zod";
import type { ResourceChange } from "./changes";

/** The list of this repository; the variable PREVIEW_ALLOW_LIST names another one. */
export const ALLOW_LIST_FILE = path.join(__dirname, "allowed-changes.yaml");

/** An entry is for one change that is about to be made, not for good. */
export const LONGEST_DAYS = 31;
const DAY_MS = 86_400_000;

const entrySchema = z.strictObject({
  stack: z
    .string()
    .regex(/^stack-[a-z0-9-]+$/, "is the stack's full name, such as stack-database-apse1-prod"),
  resource: z.string().regex(/^[A-Za-z0-9]+$/, "is the resource's logical id in the template"),
  change: z.enum(["replace", "remove"]),
  reason: z.string().trim().min(20, "is a sentence: why the data may go, or where it has been taken"),
  author: z.string().trim().min(3, "is who answers for it"),
  expires: z.iso.date("is a date such as 2026-12-31"),
});

/** A stateful resource that may be replaced or removed, once and for a while. */
export type AllowedChange = z.infer<typeof entrySchema>;

/** The list cannot be used as it is; the message names the file, the entry and what is wrong. */
export class AllowListError extends Error {
  override readonly name = "AllowListError";
}

/**
 * Reads and validates the list.
 * @throws AllowListError for everything that is not understood: a mistyped exception must not be a silent one
 */
export function readAllowList(file: string, now: Date): AllowedChange[] {
  const fail = (problem: string): never => {
    throw new AllowListError(`allow list ${path.relative(process.cwd(), file)}: ${problem}`);
  };
  let document: unknown;
  try {
    document = yaml.load(fs.readFileSync(file, "utf8"), { schema: yaml.CORE_SCHEMA });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  const parsed = z.strictObject({ changes: z.array(entrySchema) }).safeParse(document);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path: at, message }) => `${at.join(".")} ${message}`);
    return fail(issues.join("; "));
  }
  for (const [index, { expires }] of parsed.data.changes.entries()) {
    if (new Date(expires).getTime() - now.getTime() > LONGEST_DAYS * DAY_MS) {
      fail(`changes.${index}.expires is more than ${LONGEST_DAYS} days ahead`);
    }
  }
  return parsed.data.changes;
}

/** Whether the entry still counts: until the end (UTC) of its day. */
export function isInForce({ expires }: AllowedChange, now: Date): boolean {
  return now.getTime() < new Date(expires).getTime() + DAY_MS;
}

/** The entries for this change of this stack, expired ones included. A replacement that may happen counts as one. */
export function entriesFor(
  list: readonly AllowedChange[],
  stackName: string,
  { logicalId, action }: ResourceChange,
): AllowedChange[] {
  const change = action === "remove" ? "remove" : "replace";
  return list.filter(
    (entry) => entry.stack === stackName && entry.resource === logicalId && entry.change === change,
  );
}
