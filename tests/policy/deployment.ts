import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { MapNode, TemplateNode } from "../../policy/engine/nodes";
import { nodeFromValue } from "../../policy/engine/nodes";
import { readTemplate } from "../../policy/engine/reader";
import { TemplateSet } from "../../policy/engine/set";

const DIRECTORY = join(__dirname, "..", "..", "cfn");

/** A template as a plain value, with intrinsic functions in their long form. */
export type Plain = Record<string, unknown> & { Resources: Record<string, PlainResource> };
export interface PlainResource {
  Type: string;
  Properties?: Record<string, unknown>;
  [attribute: string]: unknown;
}

/** The places of the platform, with the Region of each. */
export const PLACES = [
  { place: "primary", code: "apse1", region: "ap-southeast-1" },
  { place: "dr", code: "apse2", region: "ap-southeast-2" },
] as const;
export type Place = (typeof PLACES)[number];

/** Templates that only the primary deploys: global tables are declared once. */
const PRIMARY_ONLY = new Set(["tables.yaml"]);

export function templateFiles(): string[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.endsWith(".yaml"))
    .sort();
}

const roots = new Map<string, MapNode>();

/** The nodes of a template file, read once. */
function rootOf(file: string): MapNode {
  let root = roots.get(file);
  if (root === undefined) roots.set(file, (root = readTemplate(readFileSync(join(DIRECTORY, file), "utf8"))));
  return root;
}

export function readPlain(file: string): Plain {
  return plain(rootOf(file)) as Plain;
}

function plain(node: TemplateNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.node)]));
}

/** Parameters as a production deployment gives them. */
export function parametersOf({ place, code, region }: Place): Record<string, string> {
  return {
    "AWS::Region": region,
    EnvironmentSuffix: "prod",
    EnvironmentType: "production",
    Place: place,
    RegionCode: code,
  };
}

/** The set of all templates as deployed in both Regions; `replaced` stands in for the file of the same name. */
export function deployedSet(
  replaced: Readonly<Record<string, Plain>> = {},
  places: readonly Place[] = PLACES,
): TemplateSet {
  const set = new TemplateSet();
  for (const place of places) {
    for (const file of templateFiles()) {
      if (place.place === "dr" && PRIMARY_ONLY.has(file)) continue;
      const source =
        replaced[file] === undefined || place.place === "dr"
          ? rootOf(file)
          : (nodeFromValue(replaced[file], 1) as MapNode);
      set.add(`${place.code}/${file}`, source, { parameters: parametersOf(place) });
    }
  }
  return set;
}
