import { setTimeout as sleep } from "node:timers/promises";
import { PostgresFault } from "./errors";

/**
 * Asks again and again until the answer is true.
 * @param what completes the sentence "waited N s for …"
 * @throws PostgresFault `TimedOut` after timeoutMs
 */
export async function waitUntil(
  what: string,
  timeoutMs: number,
  condition: () => boolean | Promise<boolean>,
  intervalMs = 25,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) {
      throw new PostgresFault("TimedOut", `waited ${timeoutMs / 1000} s for ${what}`);
    }
    await sleep(intervalMs);
  }
}
