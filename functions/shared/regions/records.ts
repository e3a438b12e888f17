import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";

/** A record of the Region's own table or of the control table is absent where it must be, malformed, or out of reach. */
export class RecordUnreadable extends Error {
  override readonly name = "RecordUnreadable";
}

/** Where a record stands. */
export interface RecordPlace {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
}

/** A time in a record: ISO 8601 with milliseconds, UTC. */
export const recordTime = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text));

/** Whether DynamoDB refused a write because its condition did not hold. */
export function isConditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}

/** Runs a conditional write: true when it was made, false when its condition did not hold. */
export async function conditionally(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/** `SET` of every value that is given; names and values are placeholders, because many names are reserved words. */
export function setExpression(values: Readonly<Record<string, unknown>>): {
  UpdateExpression: string;
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues: Record<string, unknown>;
} {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return {
    UpdateExpression: `SET ${given.map(([name]) => `#${name} = :${name}`).join(", ")}`,
    ExpressionAttributeNames: Object.fromEntries(given.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      given.map(([name, value]) => [`:${name}`, value instanceof Date ? value.toISOString() : value]),
    ),
  };
}
