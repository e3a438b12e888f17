import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { pascalCase } from "./names";
import type { TemplateStack } from "./TemplateStack";

/** A stack of any template. */
type AnyStack = Pick<TemplateStack, "stack" | "region" | "template">;

/** First word of a key. `Global` is for services without a Region, which are deployed from dr. */
export type FlatPlace = "Primary" | "Dr" | "Global";

/** Where the file goes when `FLAT_OUTPUTS` does not say. Relative to the program. */
export const DEFAULT_FILE = "cfn-outputs/flat-outputs.json";

/** Templates of global services. */
const GLOBAL_TEMPLATES: readonly string[] = ["dns", "edge"];

/** `PrimaryPaymentsApiUrl`: place, template, output. */
export function flatKey(place: FlatPlace, template: string, output: string): string {
  return `${place}${pascalCase(template)}${output}`;
}

function placeOf({ region, template }: AnyStack): FlatPlace {
  if (GLOBAL_TEMPLATES.includes(template.name)) return "Global";
  return region.place === "primary" ? "Primary" : "Dr";
}

/**
 * Outputs of all stacks under flat keys, sorted, as CloudFormation returned them: an output that a condition left out
 * is left out here too.
 * @throws Error when two stacks claim the same key
 */
export function flatOutputs(stacks: readonly AnyStack[]): pulumi.Output<Record<string, string>> {
  return pulumi.all(stacks.map((stack) => stack.stack.outputs)).apply((all) => {
    const flat = new Map<string, string>();
    for (const [index, outputs] of all.entries()) {
      const stack = stacks[index];
      if (!stack) continue;
      for (const [name, value] of Object.entries((outputs as Record<string, string> | undefined) ?? {})) {
        const key = flatKey(placeOf(stack), stack.template.name, name);
        if (flat.has(key)) throw new Error(`two stacks have the flat output ${key}`);
        flat.set(key, value);
      }
    }
    return Object.fromEntries([...flat].sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Writes the file whole or not at all: a reader never sees half of it. */
export function writeFlatOutputs(file: string, outputs: Readonly<Record<string, string>>): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(draft, `${JSON.stringify(outputs, null, 2)}\n`);
  fs.renameSync(draft, file);
}

/**
 * Exports the flat outputs: returns them for the Pulumi stack's own outputs and, once a real `up` has them all, writes
 * them to the file named by `FLAT_OUTPUTS`. A preview writes nothing.
 */
export function exportFlatOutputs(stacks: readonly AnyStack[]): pulumi.Output<Record<string, string>> {
  return flatOutputs(stacks).apply((outputs) => {
    if (!pulumi.runtime.isDryRun()) writeFlatOutputs(process.env["FLAT_OUTPUTS"] ?? DEFAULT_FILE, outputs);
    return outputs;
  });
}
