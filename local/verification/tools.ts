import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram, say, tail } from "../cli";
import { REPOSITORY } from "../deployment";
import { countCfnLint, countMocha, countPytest, indented, NONE, single, sum, type Counts } from "./counts";

const TOOL_TIMEOUT_MS = 15 * 60_000;
const TEST_TIMEOUT_MS = 40 * 60_000;
const REGIONS = ["ap-southeast-1", "ap-southeast-2"];
const FAILURE_LINES = 60;

/** A program of node_modules that either is content or says what it is not content with. */
export async function check(name: string, args: readonly string[], signal: AbortSignal): Promise<Counts> {
  const { code, stdout, stderr } = await runProgram(process.execPath, args, {
    cwd: REPOSITORY,
    signal,
    timeoutMs: TOOL_TIMEOUT_MS,
  });
  return single(code === 0, `${name}\n${indented(tail(`${stdout}\n${stderr}`.trim(), FAILURE_LINES))}`);
}

/** Path of a file of an installed package. */
export function installed(path: string): string {
  return join(REPOSITORY, "node_modules", path);
}

/** All `*.test.ts` below a folder of the repository, in a stable order. */
export function testFiles(folder: string): string[] {
  const path = join(REPOSITORY, folder);
  if (!existsSync(path)) {
    return [];
  }
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(folder, file))
    .sort();
}

/** Runs a folder's tests with mocha. @param environment added to this process's own */
export async function mocha(
  folder: string,
  signal: AbortSignal,
  environment: NodeJS.ProcessEnv = {},
  flags: readonly string[] = ["--timeout=60000"],
): Promise<Counts> {
  const files = testFiles(folder);
  if (files.length === 0) {
    return NONE;
  }
  return withReport("report.json", async (report) => {
    const args = ["--import=tsx", "--exit", "--reporter=json", `--reporter-option=output=${report}`];
    const { code, stderr } = await runProgram(
      process.execPath,
      [installed("mocha/bin/mocha.js"), ...args, ...flags, ...files],
      { cwd: REPOSITORY, signal, timeoutMs: TEST_TIMEOUT_MS, env: { ...process.env, ...environment } },
    );
    const content = existsSync(report) ? readFileSync(report, "utf8") : undefined;
    if (content === undefined) {
      say(indented(tail(stderr, FAILURE_LINES)));
    }
    return countMocha(content, code, folder);
  });
}

/** Runs the emulator's own tests. */
export async function pytest(python: string, signal: AbortSignal): Promise<Counts> {
  return withReport("junit.xml", async (report) => {
    const args = ["-m", "pytest", "-q", "-p", "no:cacheprovider", `--junit-xml=${report}`, "emulator/tests"];
    const { code, stdout, stderr } = await runProgram(python, args, {
      cwd: join(REPOSITORY, "local"),
      signal,
      timeoutMs: TEST_TIMEOUT_MS,
    });
    const content = existsSync(report) ? readFileSync(report, "utf8") : undefined;
    return countPytest(content, code, tail(`${stdout}\n${stderr}`, FAILURE_LINES));
  });
}

/** Judges every template for each of the two Regions. */
export async function cfnLint(python: string, signal: AbortSignal): Promise<Counts> {
  const templates = readdirSync(join(REPOSITORY, "cfn")).filter((file) => file.endsWith(".yaml"));
  const counts: Counts[] = [];
  for (const region of REGIONS) {
    // The package cannot be run with -m, and its script names the folder that the environment was built in.
    const script = "from cfnlint.runner import main; main()";
    const args = ["-c", script, "--regions", region, "--format", "json"];
    const { stdout, stderr } = await runProgram(python, args, {
      cwd: REPOSITORY,
      signal,
      timeoutMs: TOOL_TIMEOUT_MS,
    });
    counts.push(countCfnLint(stdout.trim() || stderr, templates, region));
  }
  return sum(counts);
}

async function withReport(name: string, work: (file: string) => Promise<Counts>): Promise<Counts> {
  const directory = mkdtempSync(join(tmpdir(), "payments-tests-"));
  try {
    return await work(join(directory, name));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
