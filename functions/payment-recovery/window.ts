import { PSP_KEY_RETENTION_HOURS } from "../domain/idempotency";
import type { OperationRecord } from "../shared/regions/operationRecord";

/**
 * Minutes before the outage from which sessions are looked at. Aurora's lag is alarmed from a few seconds on and the
 * recovery point is below five minutes; the rest is for an outage that was noticed late.
 */
export const WINDOW_MINUTES_BEFORE = 30;

/** Minutes that the PSP may be asked to repeat something in: later it may have forgotten its keys. */
export const MAX_WINDOW_MINUTES = (PSP_KEY_RETENTION_HOURS - 1) * 60;

const MINUTE_MILLISECONDS = 60_000;

/** The minutes of acceptance that are looked at, both included; `2026-11-24T09:05`, UTC. */
export interface RecoveryWindow {
  readonly first: string;
  readonly last: string;
}

/** From half an hour before the outage until now, at most 23 hours. */
export function recoveryWindow(
  operation: Pick<OperationRecord, "outageAt" | "startedAt">,
  now: Date,
): RecoveryWindow {
  const outageAt = operation.outageAt ?? operation.startedAt;
  const earliest = now.getTime() - MAX_WINDOW_MINUTES * MINUTE_MILLISECONDS;
  const wanted = outageAt.getTime() - WINDOW_MINUTES_BEFORE * MINUTE_MILLISECONDS;
  return { first: minuteOf(new Date(Math.max(earliest, wanted))), last: minuteOf(now) };
}

/** The minute of a time, as the sessions' index has it. */
export function minuteOf(at: Date): string {
  return at.toISOString().slice(0, 16);
}

/** The minute after this one, or undefined when that would be outside the window. */
export function minuteAfter(minute: string, window: RecoveryWindow): string | undefined {
  const next = minuteOf(new Date(startOf(minute).getTime() + MINUTE_MILLISECONDS));
  return next > window.last ? undefined : next;
}

/** When a minute begins. */
export function startOf(minute: string): Date {
  return new Date(`${minute}:00.000Z`);
}
