import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Counts } from "./counts";
import { check } from "./tools";

/** The drill that everything else rests on: the Region is gone, nobody intervenes. */
const SCENARIO = "region-loss";

/** Rehearses one failover on an embedded cloud of its own. The recorded reports stay as they are. */
export async function shortDrill(signal: AbortSignal): Promise<Counts> {
  const directory = mkdtempSync(join(tmpdir(), "payments-drill-"));
  try {
    const report = join(directory, `${SCENARIO}.json`);
    const command = ["--import", "tsx", "local/commands/drill.ts"];
    return await check(`drill ${SCENARIO}`, [...command, "--scenario", SCENARIO, "--json", report], signal);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
