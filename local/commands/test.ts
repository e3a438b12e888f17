import { EXIT_CODES, formatElapsed, runCommand, say, UsageError } from "../cli";
import { ensurePython } from "../toolchain";
import { closingLine, exitCodeOf, NONE, sum, type Counts } from "../verification/counts";
import { shortDrill } from "../verification/drill";
import { integration } from "../verification/integration";
import { cfnLint, check, installed, mocha, pytest } from "../verification/tools";

const PARTS = ["lint", "unit", "integration", "drill"] as const;
type Part = (typeof PARTS)[number];

const HELP = `Usage: npm test [-- --only ${PARTS.join("|")}]

Verifies everything: formatting, lint, types, templates (cfn-lint, for each Region), generated files; unit and policy
tests, coverage of the payment domain, the emulator's tests; then brings up an embedded cloud of its own on free ports,
runs the integration tests on it and takes it down; and rehearses the loss of a Region on another one. Another clone's
platform, or this one's, may run meanwhile.

The last line is "N passed, N failed" over all of it.

  --only  runs one part

${EXIT_CODES} A run in which no test ran has failed.`;

interface Phase {
  readonly part: Part;
  readonly name: string;
  readonly run: (signal: AbortSignal) => Promise<Counts>;
}

const python = (signal: AbortSignal) => ensurePython({ signal });
const ourCommand = (file: string, ...args: string[]) => ["--import", "tsx", file, ...args];

const PHASES: readonly Phase[] = [
  {
    part: "lint",
    name: "formatting (prettier)",
    run: (signal) => check("prettier", [installed("prettier/bin/prettier.cjs"), "--check", "."], signal),
  },
  {
    part: "lint",
    name: "lint (eslint)",
    run: (signal) => check("eslint", [installed("eslint/bin/eslint.js"), "."], signal),
  },
  {
    part: "lint",
    name: "types (tsc)",
    run: (signal) => check("tsc", [installed("typescript/bin/tsc"), "--noEmit"], signal),
  },
  {
    part: "lint",
    name: "generated types of the templates",
    run: (signal) => check("codegen", ourCommand("components/codegen/main.ts", "--check"), signal),
  },
  {
    part: "lint",
    name: "templates in both Regions (cfn-lint)",
    run: async (signal) => cfnLint(await python(signal), signal),
  },
  { part: "unit", name: "unit tests (mocha)", run: (signal) => mocha("tests/unit", signal) },
  { part: "unit", name: "policy tests (mocha)", run: (signal) => mocha("tests/policy", signal) },
  {
    part: "unit",
    name: "coverage of the payment domain (c8)",
    run: (signal) => check("coverage", ourCommand("local/commands/coverage.ts"), signal),
  },
  {
    part: "unit",
    name: "the emulator's tests (pytest)",
    run: async (signal) => pytest(await python(signal), signal),
  },
  { part: "integration", name: "integration tests on an embedded cloud", run: integration },
  { part: "drill", name: "a drill: the primary Region is lost, and what follows", run: shortDrill },
];

runCommand({
  name: "npm test",
  help: HELP,
  options: { only: { type: "string" } },
  async run({ values: { only }, signal }) {
    if (only !== undefined && !PARTS.includes(only as Part)) {
      throw new UsageError(`--only must be one of ${PARTS.join(", ")}.\n\n${HELP}`);
    }
    let total = NONE;
    for (const phase of PHASES.filter(({ part }) => only === undefined || part === only)) {
      total = sum([total, await runPhase(phase, signal)]);
    }
    if (total.failures.length > 0) {
      process.stdout.write(`\nFailed:\n\n${total.failures.join("\n\n")}\n\n`);
    }
    process.stdout.write(`${closingLine(total)}\n`);
    return exitCodeOf(total);
  },
});

/** A phase that breaks is a failure of its own; the others still run. */
async function runPhase({ name, run }: Phase, signal: AbortSignal): Promise<Counts> {
  say(`▸ ${name} …`);
  const started = performance.now();
  const counts = await run(signal).catch((error: unknown): Counts => {
    signal.throwIfAborted();
    return { passed: 0, failed: 1, failures: [`${name}: ${(error as Error).message}`] };
  });
  const mark = counts.failed > 0 || counts.passed === 0 ? "FAIL" : "ok";
  say(`  ${mark}  ${name}: ${closingLine(counts)} (${formatElapsed(performance.now() - started)})`);
  return counts;
}
