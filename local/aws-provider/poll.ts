import { setTimeout as sleep } from "node:timers/promises";
import { Canceled } from "./errors";

const FIRST_INTERVAL_MS = 100;
/** AWS throttles DescribeStacks; the embedded cloud's stacks take seconds. */
const LONGEST_INTERVAL_MS = 3_000;
const GROWTH = 1.4;

export interface PollClock {
  now: () => number;
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const systemClock: PollClock = {
  now: () => performance.now(),
  // An abort ends the sleep; the loop then sees it.
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
};

/**
 * Asks until the answer is true, at growing intervals.
 * @param what completes "timeout while waiting for …"
 * @param done gets true when it is asked for the last time
 * @throws Error after the timeout, Canceled when the engine asked to stop
 */
export async function poll(
  what: string,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  done: (lastTry: boolean) => Promise<boolean>,
  clock: PollClock = systemClock,
): Promise<void> {
  const deadline = clock.now() + timeoutMs;
  let intervalMs = FIRST_INTERVAL_MS;
  while (!(await done(clock.now() >= deadline))) {
    if (signal.aborted) {
      throw new Canceled(what);
    }
    const remainingMs = deadline - clock.now();
    if (remainingMs <= 0) {
      throw new Error(`timeout while waiting for ${what} (timeout: ${Math.round(timeoutMs / 1000)} s)`);
    }
    await clock.sleep(Math.min(intervalMs, remainingMs), signal);
    intervalMs = Math.min(intervalMs * GROWTH, LONGEST_INTERVAL_MS);
  }
}
