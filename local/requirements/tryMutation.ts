import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram, tail } from "../cli";
import { applied } from "../drill/mutation/guards";
import type { RequirementMutation } from "./Requirement";

const TEST_TIMEOUT_MS = 3 * 60_000;

/** Whether a change was missed, and by which test. */
export interface MutationTrial {
  readonly mutation: RequirementMutation;
  readonly isMissed: boolean;
  readonly evidence: string;
}

/**
 * Makes the change in a copy of the repository, runs the tests that name the requirement, and takes the change back.
 * @param copy a whole copy, with the packages linked
 */
export async function tryMutation(
  mutation: RequirementMutation,
  copy: string,
  signal: AbortSignal,
): Promise<MutationTrial> {
  const originals = new Map<string, string>();
  try {
    for (const edit of mutation.edits) {
      const file = join(copy, edit.file);
      const text = readFileSync(file, "utf8");
      if (!originals.has(file)) originals.set(file, text);
      writeFileSync(file, applied(text, edit));
    }
    return { mutation, ...(await runTests(mutation, copy, signal)) };
  } finally {
    for (const [file, text] of originals) writeFileSync(file, text);
  }
}

/** Only the requirement's own tests may say that it is broken: a file that does not load, or no test at all, says nothing. */
async function runTests(
  { requirement, test }: RequirementMutation,
  copy: string,
  signal: AbortSignal,
): Promise<Pick<MutationTrial, "isMissed" | "evidence">> {
  const mocha = join(copy, "node_modules", "mocha", "bin", "mocha.js");
  const flags = ["--import=tsx", "--exit", "--reporter=json", "--timeout=60000"];
  const { code, stdout, stderr } = await runProgram(
    process.execPath,
    [mocha, ...flags, "--grep", `\\b${requirement}\\b`, test],
    { cwd: copy, signal, timeoutMs: TEST_TIMEOUT_MS },
  );
  const report = reportOf(stdout);
  if (report === undefined) {
    return { isMissed: false, evidence: `exit code ${code}: ${tail(stderr || stdout, 3)}` };
  }
  // A hook that fails has run no test.
  const first = report.failures.find(({ fullTitle }) => !/" hook( for |:|$)/.test(fullTitle));
  if (first !== undefined) return { isMissed: true, evidence: first.fullTitle };
  const ran = report.stats.passes;
  return {
    isMissed: false,
    evidence: ran === 0 ? `${test} has no test of it` : `${ran} tests of ${test} still pass`,
  };
}

interface MochaReport {
  readonly stats: { readonly passes: number };
  readonly failures: readonly { readonly fullTitle: string }[];
}

/** The report, whatever the tests themselves have printed before it. */
function reportOf(stdout: string): MochaReport | undefined {
  const start = stdout.search(/^\{\s*"stats"/m);
  if (start < 0) return undefined;
  try {
    return JSON.parse(stdout.slice(start)) as MochaReport;
  } catch {
    return undefined;
  }
}
