import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { failoverBudget } from "../../components/failover/budget";
import { exclusively, FAILOVER_EXIT_CODES, Refused, runCommand, say, UsageError } from "../cli";
import { REPOSITORY } from "../deployment";
import { drillsTable, recordedDrills } from "../documents/drillsTable";
import { withSection } from "../documents/sections";
import {
  DRILL_CLOCK_FACTOR,
  DRILL_FOLDER,
  DrillPlatform,
  exitCodeOf,
  machineReasons,
  reportHtml,
  resultText,
  runScenario,
  scenarioList,
  SCENARIOS,
  summaryText,
  type DrillOptions,
  type DrillReport,
  type DrillResult,
  type Scenario,
} from "../drill";

const REPORTS = "docs/drills";
const MAX_SEED = 2 ** 32 - 1;

const HELP = `Usage: npm run drill -- --scenario NAME [--seed N] [--json FILE] [--real-time]
       npm run drill -- --all [--seed N] [--real-time]
       npm run drill -- --list

Rehearses a fault on an embedded cloud of the drill's own: brings the platform up there, pays through the public name as
merchants do, breaks what the scenario says, waits, and judges by client history, both databases, both tables and the
PSP's books. A platform that runs in this clone is left as it is. Writes NAME.json and NAME.html to ${REPORTS}.

  --scenario   a scenario, or several by repeating the flag; --list names them
  --all        every scenario, one after the other
  --seed N     repeats a drill's payments; 0 to ${MAX_SEED}, default 1
  --rate N     payments a second, 1 to 100, default 20
  --json FILE  where the report goes; the page goes beside it
  --real-time  waits are as long as on AWS; without it they pass ${DRILL_CLOCK_FACTOR} times as fast
  --keep       leaves the drill's cloud running afterwards, for a look at it

Exit codes: 0 every verdict as expected, 1 usage, 2 refused (every reason is listed), 3 unexpected or failed,
130 interrupted.`;

runCommand({
  name: "npm run drill",
  help: HELP,
  exitCodes: FAILOVER_EXIT_CODES,
  options: {
    scenario: { type: "string", multiple: true },
    all: { type: "boolean" },
    list: { type: "boolean" },
    seed: { type: "string", default: "1" },
    rate: { type: "string", default: "20" },
    json: { type: "string" },
    "real-time": { type: "boolean" },
    keep: { type: "boolean" },
  },
  async run({ values, signal }) {
    if (values.list) {
      process.stdout.write(`${scenarioList(SCENARIOS)}\n`);
      return 0;
    }
    const scenarios = chosenScenarios(values.scenario, values.all ?? false);
    if (values.json !== undefined && scenarios.length > 1) throw usage("--json is for one scenario.");
    const clockFactor = values["real-time"] ? 1 : DRILL_CLOCK_FACTOR;
    const { boundSeconds, typicalSeconds } = failoverBudget();
    const options: DrillOptions = {
      seed: wholeNumber("--seed", values.seed, 0, MAX_SEED),
      settings: { paymentsPerSecond: wholeNumber("--rate", values.rate, 1, 100) },
      budget: { boundSeconds, typicalSeconds },
      clockFactor,
      signal,
    };
    const reasons = machineReasons(REPOSITORY);
    if (reasons.length > 0) throw new Refused(`The drill does not start:\n  ${reasons.join("\n  ")}`);
    return exclusively(join(REPOSITORY, DRILL_FOLDER), () =>
      drill(scenarios, options, { json: values.json, keep: values.keep ?? false }),
    );
  },
});

async function drill(
  scenarios: readonly Scenario[],
  options: DrillOptions,
  { json, keep }: { json: string | undefined; keep: boolean },
): Promise<number> {
  const platform = new DrillPlatform(options.clockFactor);
  const results: DrillResult[] = [];
  let isOver = false;
  try {
    for (const scenario of scenarios) {
      say(`\n■ ${scenario.name}: ${scenario.title}`);
      const result = await runOne(platform, scenario, options, keep);
      if (result.report !== undefined) writeReport(result.report, json);
      results.push(result);
    }
    isOver = true;
  } finally {
    if (!keep || !isOver)
      await (exitCodeOf(results) === 0 && isOver ? platform.remove() : platform.discard());
  }
  process.stdout.write(`${summaryText(results)}\n`);
  return exitCodeOf(results);
}

/** A drill that is refused does not keep the others from running. */
async function runOne(
  platform: DrillPlatform,
  scenario: Scenario,
  options: DrillOptions,
  keep: boolean,
): Promise<DrillResult> {
  try {
    const report = await runScenario(platform, scenario, { ...options, keep });
    process.stdout.write(`${resultText(report)}\n`);
    return { scenario: scenario.name, report };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(error.message);
    return { scenario: scenario.name, refusal: error.message };
  }
}

function writeReport(report: DrillReport, json: string | undefined): void {
  // A run in real time takes no other's place.
  const name = report.clockFactor === 1 ? `${report.scenario}-real-time` : report.scenario;
  const file = json ?? join(REPOSITORY, REPORTS, `${name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(`${file.replace(/\.json$/, "")}.html`, reportHtml(report));
  if (json === undefined) updateTable(join(REPOSITORY, REPORTS));
}

/** The table of the recorded drills lies beside them. */
function updateTable(folder: string): void {
  const readme = join(folder, "README.md");
  writeFileSync(
    readme,
    withSection(readFileSync(readme, "utf8"), "drills", drillsTable(recordedDrills(folder))),
  );
}

function chosenScenarios(names: readonly string[] | undefined, all: boolean): readonly Scenario[] {
  if ((names === undefined) === !all) throw usage("Give either --scenario NAME or --all.");
  if (names === undefined) return SCENARIOS;
  const unknown = names.filter((name) => !SCENARIOS.some((each) => each.name === name));
  if (unknown.length > 0) {
    throw usage(`There is no scenario "${unknown.join('", "')}". There are:\n${scenarioList(SCENARIOS)}`);
  }
  return SCENARIOS.filter(({ name }) => names.includes(name));
}

function wholeNumber(name: string, text: string | undefined, lowest: number, highest: number): number {
  const value = Number(text);
  if (!/^[0-9]+$/.test(text ?? "") || value < lowest || value > highest) {
    throw usage(`${name} must be a whole number from ${lowest} to ${highest}.`);
  }
  return value;
}

function usage(message: string): UsageError {
  return new UsageError(`${message}\n\n${HELP}`);
}
