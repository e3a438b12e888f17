/**
 * `npm test`: checks formatting of types, templates and code, then runs the tests, and ends with one line `N passed, N failed`.
 *
 * Exit codes: 0 all passed, 1 something failed or no test ran.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");
const PHASE_TIMEOUT_MS = 15 * 60_000;

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Runs one tool; its output goes to standard error, so that standard output holds only the results. */
function run(name: string, args: readonly string[]): boolean {
  const startedAtMs = Date.now();
  const result = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: ["ignore", 2, 2],
    timeout: PHASE_TIMEOUT_MS,
  });
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
  process.stderr.write(`${result.status === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)\n`);
  return result.status === 0;
}

function check(name: string, args: readonly string[]): Counts {
  return run(name, args) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

interface MochaReport {
  readonly stats: { readonly passes: number; readonly failures: number };
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message?: string } }[];
}

function testFiles(folder: string): string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(path, file))
    .sort();
}

/** A run that dies before it reports counts as one failure, so that it is never taken for a pass. */
function mocha(folder: string): Counts {
  const files = testFiles(folder);
  if (files.length === 0) return { passed: 0, failed: 0 };
  const directory = mkdtempSync(join(tmpdir(), "payments-tests-"));
  const report = join(directory, "report.json");
  try {
    run(`mocha ${folder} (${files.length} files)`, [
      join(ROOT, "node_modules/mocha/bin/mocha.js"),
      "--import=tsx",
      "--exit",
      "--timeout=60000",
      "--reporter=json",
      `--reporter-option=output=${report}`,
      ...files,
    ]);
    if (!existsSync(report)) return { passed: 0, failed: 1 };
    const { stats, failures } = JSON.parse(readFileSync(report, "utf8")) as MochaReport;
    for (const failure of failures)
      process.stdout.write(`failed: ${failure.fullTitle}\n        ${failure.err.message ?? ""}\n`);
    return { passed: stats.passes, failed: stats.failures };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function main(): void {
  const counts: Counts[] = [
    check("types (tsc)", [join(ROOT, "node_modules/typescript/bin/tsc"), "--noEmit"]),
    mocha("tests/unit"),
    mocha("tests/policy"),
  ];
  const passed = counts.reduce((sum, each) => sum + each.passed, 0);
  const failed = counts.reduce((sum, each) => sum + each.failed, 0);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

main();
