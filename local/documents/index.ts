import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load as loadYaml } from "js-yaml";
import type * as z from "zod";
import { deploymentResult, functionsResult, loadResult } from "../bench/further";
import { benchResult } from "../bench/result";
import { apiReference } from "./apiReference";
import { architectureDiagram } from "./architectureDiagram";
import { benchDocument } from "./benchDocument";
import { configurationDocument, configurationTable } from "./configurationTable";
import { costDocument } from "./cost/costDocument";
import { inventory } from "./cost/inventory";
import { drillsTable, recordedDrills } from "./drillsTable";
import { withSection } from "./sections";
import { wiringOf } from "./wiring";

/** A file that is generated, in whole or in part. */
export interface GeneratedDocument {
  /** Relative to the repository. */
  readonly file: string;
  /** The whole content as it must be. */
  readonly content: string;
}

/** Every generated document, made anew from what it is generated from. */
export function generatedDocuments(repository: string): GeneratedDocument[] {
  const text = (...parts: string[]) => readFileSync(join(repository, ...parts), "utf8");
  const readme = [
    ["architecture", architectureDiagram(wiringOf(text("index.ts")))],
    ["configuration", configurationTable()],
  ].reduce((document, [name = "", content = ""]) => withSection(document, name, content), text("README.md"));
  const recorded = <T extends z.ZodType>(name: string, schema: T) => {
    const file = join(repository, "docs", "bench", `${name}.json`);
    return existsSync(file) ? schema.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
  };
  const bench = benchDocument({
    payments: benchResult.parse(JSON.parse(text("docs", "bench", "latest.json"))),
    load: recorded("load", loadResult),
    functions: recorded("functions", functionsResult),
    deployment: recorded("deployment", deploymentResult),
  });
  const drills = drillsTable(recordedDrills(join(repository, "docs", "drills")));
  return [
    { file: "README.md", content: readme },
    {
      file: "docs/drills/README.md",
      content: withSection(text("docs", "drills", "README.md"), "drills", drills),
    },
    { file: "docs/configuration.md", content: configurationDocument() },
    {
      file: "docs/api.md",
      content: apiReference(loadYaml(text("docs", "openapi.yaml")) as Record<string, unknown>),
    },
    { file: "docs/cost.md", content: costDocument(inventory(join(repository, "cfn"))) },
    { file: "docs/bench/README.md", content: bench },
  ];
}
