import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CommandError, runProgram, say, tail, type ProgramResult } from "../../cli";
import { REPOSITORY } from "../../deployment";
import { drillReport } from "../report/report";
import { applied, type Guard } from "./guards";

const EXPLORATION_TIMEOUT_MS = 15 * 60_000;
const DRILL_TIMEOUT_MS = 20 * 60_000;

/** Whether the absence of a guard was noticed, and by what. */
export interface Trial {
  readonly guard: Guard;
  readonly isFound: boolean;
  readonly evidence: string;
}

/** Takes a guard out in a copy of the repository, and sees whether its finder notices. The repository stays as it is. */
export async function tryWithout(guard: Guard, signal: AbortSignal): Promise<Trial> {
  const copy = mkdtempSync(join(tmpdir(), "payments-mutant-"));
  try {
    await copyRepository(copy, signal);
    for (const edit of guard.edits) {
      const file = join(copy, edit.file);
      writeFileSync(file, applied(readFileSync(file, "utf8"), edit));
    }
    const found =
      guard.finder.kind === "exploration"
        ? await explore(copy, signal)
        : await drill(copy, guard.finder, signal);
    return { guard, ...found };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** What git knows or would add, as it is in the work tree; the packages are shared. */
export async function copyRepository(copy: string, signal: AbortSignal): Promise<void> {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const { code, stdout, stderr } = await runProgram("git", list, { cwd: REPOSITORY, signal });
  if (code !== 0) throw new CommandError(`git ls-files failed:\n${tail(stderr)}`);
  for (const file of stdout.split("\0").filter((each) => each !== "")) {
    const source = join(REPOSITORY, file);
    // Deleted in the work tree, not yet in the index.
    if (!existsSync(source)) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(source, join(copy, file));
  }
  symlinkSync(join(REPOSITORY, "node_modules"), join(copy, "node_modules"));
}

type Found = Pick<Trial, "isFound" | "evidence">;

async function explore(copy: string, signal: AbortSignal): Promise<Found> {
  const mocha = join("node_modules", "mocha", "bin", "mocha.js");
  const result = await node(
    copy,
    [mocha, "--import=tsx", "--exit", "tests/unit/failover/exploration.test.ts"],
    EXPLORATION_TIMEOUT_MS,
    signal,
  );
  const reason = /AssertionError[^\n]*|Property failed[^\n]*/.exec(result.stdout)?.[0];
  // A run that did not explore (a file that cannot be loaded) has found nothing.
  const isFound = result.code !== 0 && reason !== undefined;
  return { isFound, evidence: isFound ? `exploration: ${reason}` : lastWords(result) };
}

async function drill(
  copy: string,
  { scenario, fails }: { readonly scenario: string; readonly fails: RegExp },
  signal: AbortSignal,
): Promise<Found> {
  const file = join(copy, "report.json");
  const args = ["--import", "tsx", "local/commands/drill.ts", "--scenario", scenario, "--json", file];
  const result = await node(copy, args, DRILL_TIMEOUT_MS, signal);
  if (!existsSync(file)) return { isFound: false, evidence: lastWords(result) };
  const { checks } = drillReport.parse(JSON.parse(readFileSync(file, "utf8")));
  const failed = checks
    .filter(({ held }) => !held)
    .map(({ expectation, instead }) => `${expectation}: ${instead}`);
  const hit = failed.find((text) => fails.test(text));
  return {
    isFound: hit !== undefined,
    evidence: `drill ${scenario}: ${hit ?? (failed.join("; ") || "as expected")}`,
  };
}

function node(
  cwd: string,
  args: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProgramResult> {
  return runProgram(process.execPath, args, {
    ...{ cwd, signal, timeoutMs },
    onLine: (line, stream) => stream === "stderr" && say(`  ${line}`),
  });
}

function lastWords({ code, stdout, stderr }: ProgramResult): string {
  return `exit code ${code}: ${tail(`${stdout}\n${stderr}`.trim(), 3)}`;
}
