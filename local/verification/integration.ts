import { say, tail } from "../cli";
import { CLOCK_FACTOR_VARIABLE } from "../cloud";
import { OwnPlatform } from "../deployment";
import { ensureChromium } from "../toolchain";
import { indented, single, sum, type Counts } from "./counts";
import { mocha } from "./tools";

const TEST_FLAGS = ["--timeout=180000"];

/** AWS seconds in one of ours: what AWS takes minutes for would be most of the time. */
const CLOCK_FACTOR = 4;

const platform = new OwnPlatform(".embedded-cloud-test", { [CLOCK_FACTOR_VARIABLE]: String(CLOCK_FACTOR) });

/** Brings an embedded cloud up, runs the integration tests on it, and takes it down, whatever happens in between. */
export async function integration(signal: AbortSignal): Promise<Counts> {
  // First: where it is missing and cannot be installed, nobody should wait for the platform to learn that.
  const environment = { ...platform.environment, CHROMIUM: await ensureChromium(signal) };
  // Of an earlier run that was killed.
  await platform.stop();
  platform.remove();
  const counts: Counts[] = [];
  try {
    const up = await command("up", signal);
    counts.push(up);
    if (up.failed === 0) {
      counts.push(await mocha("tests/integration", signal, environment, TEST_FLAGS));
      counts.push(await command("down", signal));
    }
    return sum(counts);
  } finally {
    // Does nothing after a good `down`; after anything else, nothing of this run may stay behind.
    await platform.stop();
    if (sum(counts).failed === 0) {
      platform.remove();
    } else {
      say(`  The logs of the tests' embedded cloud are in ${platform.logs}.`);
    }
  }
}

async function command(name: "up" | "down", signal: AbortSignal): Promise<Counts> {
  const { code, stderr } = await platform.command(name, [], signal);
  return single(code === 0, `npm run ${name} (exit code ${code})\n${indented(tail(stderr, 40))}`);
}
