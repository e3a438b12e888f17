import assert from "node:assert/strict";
import type { StackContent } from "../../../../components/preview/estimate";
import { loadTemplate } from "../../../../components/template";
import { templateFile } from "../../../../components/TemplateStack";

/** One of our templates with a value for every parameter, as a stack of the primary Region has it. */
export function deployed(template: string, values: Readonly<Record<string, string>> = {}): StackContent {
  const { text, parameters } = loadTemplate(templateFile(template));
  const given = [...parameters.values()].map(({ name, defaultValue, allowedValues }) => [
    name,
    values[name] ?? defaultValue ?? allowedValues?.[0] ?? `value-of-${name}`,
  ]);
  return {
    body: text,
    parameters: {
      ...(Object.fromEntries(given) as Record<string, string>),
      EnvironmentSuffix: "local",
      RegionCode: "apse1",
      ...values,
    },
    tags: { Environment: "local", Project: "payments", CostCenter: "engineering" },
  };
}

/** The template with one text in the place of another, which must be there. */
export function changed(content: StackContent, from: string | RegExp, to: string): StackContent {
  const body = content.body.replace(from, to);
  assert.notEqual(body, content.body, `nothing to change: ${String(from)}`);
  return { ...content, body };
}

/** The template without a resource, its output and whatever else names it. */
export function withValues(content: StackContent, values: Readonly<Record<string, string>>): StackContent {
  return { ...content, parameters: { ...content.parameters, ...values } };
}
