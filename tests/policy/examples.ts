import { judge, type Report } from "../../policy/engine/judge";
import type { Rule } from "../../policy/engine/rule";
import { defaultSettings } from "../../policy/engine/settings";
import { TemplateSet } from "../../policy/engine/set";

/** The day on which tests judge. */
export const TODAY = new Date("2026-11-24T00:00:00Z");

/** An example is a whole template, or only its resources. */
export function templateOf(example: string): string {
  if (/^Resources:/m.test(example)) return example;
  return `Resources:\n${example
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n")}\n`;
}

/** Judges one template by some rules. */
export function judgeText(
  text: string,
  rules: readonly Rule[],
  parameters: Record<string, unknown> = {},
): Report {
  const set = new TemplateSet();
  set.add("example.yaml", templateOf(text), { parameters });
  return judge(rules, { set, settings: defaultSettings(TODAY) });
}
