import { FAILOVER_EXIT_CODES, runCommand, say, UsageError } from "../cli";
import { GUARDS } from "../drill/mutation/guards";
import { tryWithout, type Trial } from "../drill/mutation/tryWithout";

const HELP = `Usage: npm run mutate [-- --only GUARD] [-- --list]

Takes the failover's guards out, one at a time, in a copy of this repository, and shows that each is missed: by the
exploration of the protocol, or by a drill. Where two guards cover each other, both are taken out. Some ten minutes.

  --only   one guard; may be repeated
  --list   the guards, why they are there and what must miss them

Exit codes: 0 every guard was missed, 1 usage, 3 one was not, or a trial failed, 130 interrupted.`;

runCommand({
  name: "npm run mutate",
  help: HELP,
  exitCodes: FAILOVER_EXIT_CODES,
  options: { only: { type: "string", multiple: true }, list: { type: "boolean" } },
  async run({ values: { only, list }, signal }) {
    const unknown = only?.filter((name) => !GUARDS.some((guard) => guard.name === name)) ?? [];
    if (unknown.length > 0) throw new UsageError(`There is no guard ${unknown.join(", ")}.\n\n${HELP}`);
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
  },
});

function line({ guard, isFound, evidence }: Trial): string {
  return `${isFound ? "missed    " : "NOT MISSED"}  ${guard.name.padEnd(12)}${evidence}`;
}
