import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAILOVER_EXIT_CODES, formatElapsed, runCommand, say, UsageError } from "../cli";
import { GUARDS } from "../drill/mutation/guards";
import { copyRepository, tryWithout, type Trial } from "../drill/mutation/tryWithout";
import { REQUIREMENT_MUTATIONS } from "../requirements";
import { tryMutation, type MutationTrial } from "../requirements/tryMutation";

const HELP = `Usage: npm run mutate [-- guards|requirements] [-- --only NAME] [-- --list]

  guards        takes the failover's guards out, one at a time, in a copy of this repository, and shows that each is
                missed: by the exploration of the protocol, or by a drill. Where two guards cover each other, both are
                taken out. Some ten minutes. The default
  requirements  breaks each requirement (R1 to R54) by a small change in such a copy, and shows that a test which names
                it fails. Some five minutes

  --only   one guard or requirement; may be repeated
  --list   what is changed, and what must miss it

Exit codes: 0 everything was missed, 1 usage, 3 something was not, or a trial failed, 130 interrupted.`;

interface Chosen {
  readonly only: readonly string[] | undefined;
  readonly list: boolean | undefined;
  readonly signal: AbortSignal;
}

runCommand({
  name: "npm run mutate",
  help: HELP,
  exitCodes: FAILOVER_EXIT_CODES,
  positionals: 1,
  options: { only: { type: "string", multiple: true }, list: { type: "boolean" } },
  run({ values: { only, list }, positionals: [what = "guards"], signal }) {
    if (what === "guards") return guards({ only, list, signal });
    if (what === "requirements") return requirements({ only, list, signal });
    throw new UsageError(`There are guards and requirements, no ${what}.\n\n${HELP}`);
  },
});

/** @throws UsageError when a name that was asked for is none of those that there are */
function refuseUnknown(only: readonly string[] | undefined, names: readonly string[]): void {
  const unknown = only?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) throw new UsageError(`There is no ${unknown.join(", ")}.\n\n${HELP}`);
}

async function guards({ only, list, signal }: Chosen): Promise<number> {
  refuseUnknown(
    only,
    GUARDS.map(({ name }) => name),
  );
  const chosen = GUARDS.filter(({ name }) => only === undefined || only.includes(name));
  if (list) {
    for (const { name, why, finder } of chosen) {
      const by = finder.kind === "drill" ? `drill ${finder.scenario}` : finder.kind;
      process.stdout.write(`${name.padEnd(12)}${by.padEnd(20)}${why}\n`);
    }
    return 0;
  }
  const trials: Trial[] = [];
  for (const guard of chosen) {
    say(`\n■ without ${guard.name}: ${guard.why}`);
    const trial = await tryWithout(guard, signal);
    process.stdout.write(`${line(trial)}\n`);
    trials.push(trial);
  }
  return trials.every(({ isFound }) => isFound) ? 0 : FAILOVER_EXIT_CODES.failed;
}

function line({ guard, isFound, evidence }: Trial): string {
  return `${isFound ? "missed    " : "NOT MISSED"}  ${guard.name.padEnd(12)}${evidence}`;
}

async function requirements({ only, list, signal }: Chosen): Promise<number> {
  refuseUnknown(
    only,
    REQUIREMENT_MUTATIONS.map(({ requirement }) => requirement),
  );
  const chosen = REQUIREMENT_MUTATIONS.filter(({ requirement }) => only?.includes(requirement) ?? true);
  if (list) {
    for (const { requirement, what, test } of chosen) {
      process.stdout.write(`${requirement.padEnd(5)}${test.padEnd(46)} ${what}\n`);
    }
    return 0;
  }
  const started = performance.now();
  const copy = mkdtempSync(join(tmpdir(), "payments-mutant-"));
  const trials: MutationTrial[] = [];
  try {
    await copyRepository(copy, signal);
    for (const mutation of chosen) {
      const trial = await tryMutation(mutation, copy, signal);
      process.stdout.write(`${requirementLine(trial)}\n`);
      trials.push(trial);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  const survivors = trials.filter(({ isMissed }) => !isMissed).length;
  const took = formatElapsed(performance.now() - started);
  process.stdout.write(`${trials.length - survivors} of ${trials.length} mutations missed, in ${took}\n`);
  return survivors === 0 ? 0 : FAILOVER_EXIT_CODES.failed;
}

function requirementLine({ mutation: { requirement, what }, isMissed, evidence }: MutationTrial): string {
  return `${isMissed ? "missed    " : "NOT MISSED"}  ${requirement.padEnd(4)} ${what}: ${evidence}`;
}
