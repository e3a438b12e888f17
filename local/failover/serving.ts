import { setTimeout as sleep } from "node:timers/promises";
import type { Place } from "../../components/regions";
import { CommandError } from "../cli";
import { valueOf } from "./bounded";
import { readRegion, readWitness, type RegionReport } from "./failoverStatus";
import type { Platform } from "./Platform";

/** Three health checks of 30 s, the keeper's minute and the TTL, twice. In milliseconds. */
const SERVING_TIMEOUT_MS = 300_000;
const SERVING_INTERVAL_MS = 1_000;

/**
 * Waits until a Region is admitted to write: it is ACTIVE, says traffic=yes, and the witness names it. After a first
 * deployment that takes what Route 53's health checks take.
 *
 * @returns the Region's place
 * @throws CommandError with what each Region and the witness say, when none is admitted in time
 */
export async function waitUntilServing(
  platform: Platform,
  options: { readonly signal: AbortSignal; readonly timeoutMs?: number; readonly intervalMs?: number },
): Promise<Place> {
  const { signal, timeoutMs = SERVING_TIMEOUT_MS, intervalMs = SERVING_INTERVAL_MS } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const [primary, dr, witness] = await Promise.all([
      readRegion(platform, "primary"),
      readRegion(platform, "dr"),
      readWitness(platform),
    ]);
    const named = valueOf(witness) ?? "unreadable";
    const serving = [primary, dr].find((report) => serves(report) && report.place === named);
    if (serving) return serving.place;
    if (Date.now() > deadline) {
      throw new CommandError(
        `The platform is deployed, but takes no payments: ${told(primary)}; ${told(dr)}; the witness says ${named}. ` +
          `One Region must be ACTIVE with traffic=yes and be named by the witness. ` +
          `Look at \`npm run failover -- status\`, then run this command again.`,
      );
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function serves({ api }: RegionReport): boolean {
  const shown = valueOf(api);
  return shown?.role === "ACTIVE" && shown.traffic;
}

function told({ place, api }: RegionReport): string {
  const shown = valueOf(api);
  return shown ? `${place} says ${shown.summary ?? shown.role}` : `${place} does not answer`;
}
