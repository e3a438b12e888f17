import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT_CODES, runCommand, say } from "../cli";
import { REPOSITORY } from "../deployment";
import { allNamingTests, REQUIREMENT_MUTATIONS, REQUIREMENTS, requirementsMap } from "../requirements";

const FILE = "docs/requirements.md";

const HELP = `Usage: npm run -s requirements [-- --check]

Writes ${FILE}: every requirement, what meets it, the tests that name it, and the mutation that makes one fail.

  --check  writes nothing; fails when the file is stale

${EXIT_CODES}`;

runCommand({
  name: "npm run requirements",
  help: HELP,
  options: { check: { type: "boolean" } },
  run({ values: { check } }) {
    const map = requirementsMap({
      requirements: REQUIREMENTS,
      tests: allNamingTests(REPOSITORY),
      mutations: REQUIREMENT_MUTATIONS,
    });
    const file = join(REPOSITORY, FILE);
    if (check !== true) {
      writeFileSync(file, map);
      return Promise.resolve(0);
    }
    if (readFileSync(file, "utf8") === map) return Promise.resolve(0);
    say(`${FILE} is stale: run \`npm run -s requirements\`.`);
    return Promise.resolve(1);
  },
});
