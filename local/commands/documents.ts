import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT_CODES, runCommand, say } from "../cli";
import { REPOSITORY } from "../deployment";
import { generatedDocuments } from "../documents";

const HELP = `Usage: npm run -s documents [-- --check]

Writes what is generated in the documents: the README's diagram and configuration table, docs/configuration.md, docs/api.md and
docs/cost.md. (docs/requirements.md: npm run -s requirements; docs/pci-matrix.md: npm run -s policy -- matrix.)

  --check  writes nothing; fails when one is stale

${EXIT_CODES}`;

runCommand({
  name: "npm run documents",
  help: HELP,
  options: { check: { type: "boolean" } },
  run({ values: { check } }) {
    const stale = generatedDocuments(REPOSITORY).filter(({ file, content }) => {
      const path = join(REPOSITORY, file);
      return !existsSync(path) || readFileSync(path, "utf8") !== content;
    });
    for (const { file, content } of stale) {
      if (check === true) say(`${file} is stale: run \`npm run -s documents\`.`);
      else writeFileSync(join(REPOSITORY, file), content);
    }
    return Promise.resolve(check === true && stale.length > 0 ? 1 : 0);
  },
});
