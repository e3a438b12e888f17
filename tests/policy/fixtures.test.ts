import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { judge, type Finding } from "../../policy/engine/judge";
import { defaultSettings } from "../../policy/engine/settings";
import { TemplateSet } from "../../policy/engine/set";
import { RULES } from "../../policy/rules/index";
import { TODAY } from "./examples";

const DIRECTORY = join(__dirname, "fixtures");
const PCI = RULES.filter((rule) => rule.pack === "pci");

interface Fixture {
  readonly name: string;
  readonly text: string;
  readonly expected: readonly string[];
}

/** Fixtures of a file, cut at `---`; comments at the top of each say what has to be found. */
function fixturesOf(file: string): Fixture[] {
  return readFileSync(join(DIRECTORY, file), "utf8")
    .split(/^---\n/m)
    .map((text) => {
      const values = (key: string): string[] =>
        [...text.matchAll(new RegExp(`^# ${key}: (.*)$`, "gm"))].map((match) => match[1] ?? "");
      const expected = [
        ...values("expect").map((pair) => `violation ${pair}`),
        ...values("unresolved").map((pair) => `unresolved ${pair}`),
      ];
      return { name: `${file}: ${values("name")[0] ?? ""}`, text, expected: expected.sort() };
    });
}

/** Rules to which a fixture is limited by `# only:`, or the whole PCI pack. */
function rulesOf(text: string) {
  const only = /^# only: (.*)$/m.exec(text)?.[1]?.split(" ");
  return only === undefined ? PCI : PCI.filter((rule) => only.includes(rule.id));
}

function found(text: string): string[] {
  const set = new TemplateSet();
  set.add("fixture.yaml", text);
  const { findings } = judge(rulesOf(text), { set, settings: defaultSettings(TODAY), rethrow: true });
  const key = ({ result, logicalId, rule }: Finding): string => `${result} ${logicalId} ${rule}`;
  return [...new Set(findings.map(key))].sort();
}

describe("templates as others write them", () => {
  const all = readdirSync(DIRECTORY).flatMap(fixturesOf);
  let right = 0;
  let wrong = 0;
  let missed = 0;

  for (const { name, text, expected } of all) {
    it(name, () => {
      const actual = found(text);
      right += actual.filter((item) => expected.includes(item)).length;
      wrong += actual.filter((item) => !expected.includes(item)).length;
      missed += expected.filter((item) => !actual.includes(item)).length;
      assert.deepEqual(actual, expected);
    });
  }

  after(() => {
    const precision = (100 * right) / (right + wrong);
    const recall = (100 * right) / (right + missed);
    console.log(
      `      ${all.length} templates, ${right} findings: precision ${precision.toFixed(1)} %, recall ${recall.toFixed(1)} %`,
    );
  });
});
