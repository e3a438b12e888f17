import * as z from "zod";

/** The result of one phase. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** What failed, for people: a title line, then its reason. */
  readonly failures: readonly string[];
}

export const NONE: Counts = { passed: 0, failed: 0, failures: [] };

/** One check that is either fulfilled or not. */
export function single(isFulfilled: boolean, failure: string): Counts {
  return isFulfilled ? { passed: 1, failed: 0, failures: [] } : { passed: 0, failed: 1, failures: [failure] };
}

export function sum(all: readonly Counts[]): Counts {
  return all.reduce(
    (total, each) => ({
      passed: total.passed + each.passed,
      failed: total.failed + each.failed,
      failures: [...total.failures, ...each.failures],
    }),
    NONE,
  );
}

/** The line that ends a test run. */
export function closingLine({ passed, failed }: Counts): string {
  return `${passed} passed, ${failed} failed`;
}

/** A run in which nothing ran has shown nothing. */
export function exitCodeOf({ passed, failed }: Counts): 0 | 1 {
  return failed > 0 || passed === 0 ? 1 : 0;
}

const mochaReport = z.object({
  stats: z.object({ passes: z.number().int(), failures: z.number().int() }),
  failures: z.array(
    z.object({
      fullTitle: z.string(),
      file: z.string().nullish(),
      err: z.object({ message: z.string().optional(), stack: z.string().optional() }),
    }),
  ),
});

const STACK_LINES = 12;

/**
 * Counts from mocha's JSON report. A run that died before it wrote one is a failure, never a pass.
 * @param exitCode mocha's; a run that ends badly although its report shows no failure (an error outside tests) has failed
 */
export function countMocha(report: string | undefined, exitCode: number, suite: string): Counts {
  const parsed = report === undefined ? undefined : mochaReport.safeParse(parseJson(report)).data;
  if (parsed === undefined) {
    return single(false, `${suite}: mocha ended with exit code ${exitCode} before it wrote its report`);
  }
  const { stats, failures } = parsed;
  const described = failures.map(({ fullTitle, err }) => {
    const reason = (err.stack ?? err.message ?? "no reason given").split("\n").slice(0, STACK_LINES);
    return [fullTitle, ...reason.map((line) => `    ${line.trim()}`)].join("\n");
  });
  if (stats.failures === 0 && exitCode !== 0) {
    return sum([
      { passed: stats.passes, failed: 0, failures: [] },
      single(false, `${suite}: mocha ended with exit code ${exitCode} although no test failed`),
    ]);
  }
  return { passed: stats.passes, failed: stats.failures, failures: described };
}

/** Counts from pytest's JUnit report, for which `output` (what pytest printed) gives the reasons. */
export function countPytest(report: string | undefined, exitCode: number, output: string): Counts {
  const suite = /<testsuite\b[^>]*>/.exec(report ?? "")?.[0];
  const attribute = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite ?? "")?.[1] ?? "0");
  const failed = attribute("failures") + attribute("errors");
  if (suite === undefined || (exitCode !== 0 && failed === 0)) {
    return single(false, `pytest ended with exit code ${exitCode}\n${indented(output)}`);
  }
  const passed = attribute("tests") - failed - attribute("skipped");
  return { passed, failed, failures: failed > 0 ? [`pytest\n${indented(output)}`] : [] };
}

const lintReport = z.array(
  z.object({
    Filename: z.string(),
    Rule: z.object({ Id: z.string() }),
    Message: z.string(),
    Location: z.object({ Start: z.object({ LineNumber: z.number() }) }),
  }),
);

/** Counts one check per template from cfn-lint's JSON report: fulfilled when there is no finding of any level. */
export function countCfnLint(report: string, templates: readonly string[], region: string): Counts {
  const findings = lintReport.safeParse(parseJson(report)).data;
  if (findings === undefined) {
    return single(false, `cfn-lint for ${region} gave no report\n${indented(report)}`);
  }
  return sum(
    templates.map((template) => {
      const own = findings.filter(({ Filename }) => Filename.endsWith(template));
      const lines = own.map(
        ({ Rule, Message, Location }) => `    line ${Location.Start.LineNumber}: ${Rule.Id} ${Message}`,
      );
      return single(own.length === 0, [`cfn-lint ${template} (${region})`, ...lines].join("\n"));
    }),
  );
}

export function indented(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
