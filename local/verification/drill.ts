import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { say } from "../cli";
import { DRILL_CLOCK_FACTOR, DrillPlatform } from "../drill";
import { sum, type Counts } from "./counts";
import { check, mocha } from "./tools";

/** The drill that everything else rests on: the Region is gone, nobody intervenes. */
const SCENARIO = "region-loss";

const TEST_FLAGS = ["--timeout=300000"];

/**
 * Rehearses one failover on an embedded cloud of its own, and then what an operator does where it has left the platform:
 * preview, update and take it down. The recorded reports stay as they are.
 */
export async function shortDrill(signal: AbortSignal): Promise<Counts> {
  const directory = mkdtempSync(join(tmpdir(), "payments-drill-"));
  // Where the drill's own command leaves it.
  const platform = new DrillPlatform(DRILL_CLOCK_FACTOR);
  const counts: Counts[] = [];
  try {
    const report = join(directory, `${SCENARIO}.json`);
    const command = ["--import", "tsx", "local/commands/drill.ts", "--keep"];
    counts.push(
      await check(`drill ${SCENARIO}`, [...command, "--scenario", SCENARIO, "--json", report], signal),
    );
    if (counts[0]?.failed === 0) {
      counts.push(await mocha("tests/drill", signal, platform.own.environment, TEST_FLAGS));
    }
    return sum(counts);
  } finally {
    rmSync(directory, { recursive: true, force: true });
    // Does nothing after a good `down`; after anything else, nothing of this run may stay behind.
    await platform.discard();
    if (sum(counts).failed === 0) await platform.remove();
    else say(`  The logs of the drill's embedded cloud are in ${platform.own.logs}.`);
  }
}
