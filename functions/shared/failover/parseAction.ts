import type * as z from "zod";
import { InvalidAction } from "./errors";

/**
 * The checked input of a function.
 * @throws InvalidAction naming the fields that are wrong
 */
export function parseAction<T>(schema: z.ZodType<T>, event: unknown): T {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "input"}: ${message}`);
  throw new InvalidAction(issues.join("; "));
}
