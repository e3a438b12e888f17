import { rmSync } from "node:fs";
import { join } from "node:path";
import { CommandError, runCommand, runProgram, step } from "../cli";

const ROOT = join(__dirname, "..", "..");
const OUTPUT = join("coverage", "domain");
const TIMEOUT_MILLISECONDS = 5 * 60_000;

/**
 * Runs the domain's tests on the compiler's own output: the helpers that tsx adds to each file are branches that no test
 * of ours could reach.
 */
runCommand({
  name: "coverage",
  help: `Runs the payment domain's unit tests and fails when a line, branch or function of it is not covered.

Exit codes: 0 all covered, 1 a test failed or something is not covered, 2 usage, 130 interrupted.`,
  options: {},
  async run({ signal }) {
    rmSync(join(ROOT, OUTPUT), { recursive: true, force: true });
    const program = async (title: string, script: string, ...args: string[]) => {
      const result = await step(title, () =>
        runProgram(process.execPath, [join(ROOT, "node_modules", script), ...args], {
          cwd: ROOT,
          signal,
          timeoutMs: TIMEOUT_MILLISECONDS,
        }),
      );
      process.stdout.write(result.stdout);
      if (result.code !== 0) throw new CommandError(`${title} failed.\n${result.stderr}`);
    };
    await program(
      "Compiling the domain",
      "typescript/bin/tsc",
      "-p",
      "tests/unit/domain/tsconfig.coverage.json",
    );
    const thresholds = ["lines", "branches", "functions", "statements"].flatMap((kind) => [
      `--${kind}`,
      "100",
    ]);
    await program(
      "Testing the domain",
      "c8/bin/c8.js",
      ...["--temp-directory", join(OUTPUT, "tmp"), "--exclude", "tests/**", "--exclude-after-remap"],
      ...["--reporter", "text-summary", "--reporter", "text", "--check-coverage", ...thresholds],
      join("node_modules", "mocha", "bin", "mocha.js"),
      join(OUTPUT, "js", "tests", "unit", "domain", "*.test.js"),
    );
  },
});
