import { rmSync } from "node:fs";
import { join } from "node:path";
import { runProgram, say, tail } from "../cli";
import { stopCloud } from "../cloud";
import { REPOSITORY } from "../deployment";
import { indented, single, sum, type Counts } from "./counts";
import { mocha } from "./tools";

const COMMAND_TIMEOUT_MS = 20 * 60_000;
const TEST_FLAGS = ["--timeout=180000"];

/** The tests' own embedded cloud: beside the developer's, with other ports and other outputs. */
const DIRECTORY = join(REPOSITORY, ".embedded-cloud-test");
const ENVIRONMENT = {
  EMBEDDED_CLOUD_DIR: DIRECTORY,
  FLAT_OUTPUTS: join(DIRECTORY, "flat-outputs.json"),
  EMBEDDED_CLOUD_PORT: "",
};

/** Brings an embedded cloud up, runs the integration tests on it, and takes it down, whatever happens in between. */
export async function integration(signal: AbortSignal): Promise<Counts> {
  // Of an earlier run that was killed.
  await stopCloud(DIRECTORY);
  rmSync(DIRECTORY, { recursive: true, force: true });
  const counts: Counts[] = [];
  try {
    const up = await command("up", signal);
    counts.push(up);
    if (up.failed === 0) {
      counts.push(await mocha("tests/integration", signal, ENVIRONMENT, TEST_FLAGS));
      counts.push(await command("down", signal));
    }
    return sum(counts);
  } finally {
    // Does nothing after a good `down`; after anything else, nothing of this run may stay behind.
    await stopCloud(DIRECTORY);
    if (sum(counts).failed === 0) {
      rmSync(DIRECTORY, { recursive: true, force: true });
    } else {
      say(`  The logs of the tests' embedded cloud are in ${join(DIRECTORY, "logs")}.`);
    }
  }
}

async function command(name: "up" | "down", signal: AbortSignal): Promise<Counts> {
  const { code, stderr } = await runProgram(
    process.execPath,
    ["--import", "tsx", join("local", "commands", `${name}.ts`)],
    {
      cwd: REPOSITORY,
      signal,
      timeoutMs: COMMAND_TIMEOUT_MS,
      env: { ...process.env, ...ENVIRONMENT },
      onLine: (line, stream) => stream === "stderr" && say(`  ${line}`),
    },
  );
  return single(code === 0, `npm run ${name} (exit code ${code})\n${indented(tail(stderr, 40))}`);
}
