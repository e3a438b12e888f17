import * as z from "zod";
import { InvalidAction } from "../shared/failover/errors";

const minute = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/);

const replayCursor = z.discriminatedUnion("phase", [
  /** Operations without an outcome are sent to this Region's queue, in the order of their ids. */
  z.object({ phase: z.literal("operations"), epoch: z.int().min(1), after: z.string() }),
  /** Sessions without a row are driven again, minute by minute. */
  z.object({
    phase: z.literal("sessions"),
    epoch: z.int().min(1),
    first: minute,
    last: minute,
    minute,
    after: z.object({ paymentId: z.string(), acceptedAt: z.string() }).optional(),
    /** 1, 2, …: sessions that had to wait are tried in a further pass. */
    pass: z.int().min(1),
    /** Sessions of this pass that have to wait. */
    waiting: z.int().min(0),
  }),
]);

/** How far a replay has come. */
export type ReplayCursor = z.output<typeof replayCursor>;
export type SessionsCursor = Extract<ReplayCursor, { phase: "sessions" }>;

/** The cursor as the state machine carries it. */
export function encodeCursor(cursor: ReplayCursor): string {
  return Buffer.from(JSON.stringify(cursor), "utf8").toString("base64url");
}

/** @throws InvalidAction when it is none of ours. */
export function decodeCursor(text: string): ReplayCursor {
  try {
    return replayCursor.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch {
    throw new InvalidAction("cursor: not one that replay gave");
  }
}
