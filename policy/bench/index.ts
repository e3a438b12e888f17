import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judge } from "../engine/judge";
import { defaultSettings } from "../engine/settings";
import { TemplateSet } from "../engine/set";
import { RULES } from "../rules/index";
import { BUNDLE, buildBundle } from "./bundle";
import { syntheticTemplate } from "./templates";

/** Resources per template; CloudFormation's own limit is 500. */
const SIZES = [50, 100, 200, 400];
const ROUNDS = 40;
const TIMEOUT_MS = 300_000;

/** The fewest milliseconds in which a warm process reads and judges a text. */
export function judgeMilliseconds(text: string, rounds: number): number {
  const settings = defaultSettings(new Date());
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    const set = new TemplateSet();
    set.add("bench.yaml", text);
    judge(RULES, { set, settings });
    times.push(performance.now() - start);
  }
  // The fastest round is the one that other work on the machine disturbed least.
  return Math.min(...times);
}

/** Milliseconds of one run of a command; undefined when it is not installed. */
function commandMilliseconds(command: string, args: readonly string[]): number | undefined {
  const start = performance.now();
  const { error } = spawnSync(command, args, { stdio: "ignore", timeout: TIMEOUT_MS });
  return error === undefined ? performance.now() - start : undefined;
}

const show = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? "not installed" : `${milliseconds.toFixed(milliseconds < 100 ? 1 : 0)} ms`;

/** Prints the time per template as the number of resources grows, beside cfn-lint and checkov on the same files. */
export function bench(print: (line: string) => void): void {
  buildBundle();
  const directory = mkdtempSync(join(tmpdir(), "policy-bench-"));
  const rival = (name: string): string => process.env[`${name.toUpperCase().replace("-", "_")}_PATH`] ?? name;
  try {
    print("| Resources | Bytes | warm | node dist/policy.cjs | cfn-lint | checkov |");
    print("| ---: | ---: | ---: | ---: | ---: | ---: |");
    for (const size of SIZES) {
      const text = syntheticTemplate(size);
      const file = join(directory, `template-${size}.yaml`);
      writeFileSync(file, text);
      const cold = Math.min(
        ...[1, 2, 3, 4, 5].map(
          () => commandMilliseconds("node", [BUNDLE, "check", "--format", "jsonl", file]) ?? 0,
        ),
      );
      const row = [
        judgeMilliseconds(text, ROUNDS),
        cold,
        commandMilliseconds(rival("cfn-lint"), [file]),
        commandMilliseconds(rival("checkov"), [
          "--framework",
          "cloudformation",
          "--compact",
          "--quiet",
          "-f",
          file,
        ]),
      ];
      print(`| ${size} | ${statSync(file).size} | ${row.map(show).join(" | ")} |`);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}
