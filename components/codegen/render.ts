import { pascalCase } from "../names";
import { isList, type ParameterDeclaration, type Template } from "../template";

const HEADER = `// Generated from cfn/*.yaml by components/codegen/main.ts ("npm run codegen"). Do not edit.
import type { Input } from "@pulumi/pulumi";
`;

/** Doc comment lines; a description that would end the comment early is defused. */
function docComment(lines: readonly (string | undefined)[], indent: string): string {
  const texts = lines
    .flatMap((line) => (line === undefined ? [] : line.split(/\r?\n/)))
    .map((line) => line.trim().replace(/\*\//g, "*\\/"))
    .filter((line) => line !== "");
  if (texts.length === 0) return "";
  if (texts.length === 1) return `${indent}/** ${texts[0]} */\n`;
  return `${indent}/**\n${texts.map((text) => `${indent} * ${text}\n`).join("")}${indent} */\n`;
}

/** `Input<…>` of one scalar: literal unions where values are enumerated, numbers also as text. */
function scalarType(declaration: ParameterDeclaration): string {
  const numeric = declaration.type === "Number" || declaration.type === "List<Number>";
  const allowed = declaration.allowedValues;
  if (!allowed) return numeric ? "number | string" : "string";
  const texts = allowed.map((value) => JSON.stringify(value));
  if (numeric) return [...allowed.map((value) => String(Number(value))), ...texts].join(" | ");
  const isBoolean = allowed.length === 2 && allowed.includes("true") && allowed.includes("false");
  return isBoolean ? `boolean | ${texts.join(" | ")}` : texts.join(" | ");
}

/**
 * TypeScript type of a parameter. A list is taken as an array, or as the comma list in which another stack's output
 * arrives.
 */
export function parameterType(declaration: ParameterDeclaration): string {
  const scalar = scalarType(declaration);
  if (!isList(declaration.type)) return `Input<${scalar}>`;
  return `Input<string> | Input<Input<${scalar}>[]>`;
}

function rules(declaration: ParameterDeclaration): string | undefined {
  const { minValue, maxValue, minLength, maxLength, allowedPattern, defaultValue } = declaration;
  const parts = [
    defaultValue === undefined ? undefined : `Default: ${defaultValue === "" ? "(empty)" : defaultValue}.`,
    minValue === undefined ? undefined : `At least ${minValue}.`,
    maxValue === undefined ? undefined : `At most ${maxValue}.`,
    minLength === undefined ? undefined : `At least ${minLength} characters.`,
    maxLength === undefined ? undefined : `At most ${maxLength} characters.`,
    allowedPattern === undefined ? undefined : `Pattern: \`${allowedPattern}\`.`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" ");
}

function parametersInterface(template: Template): string {
  const members = [...template.parameters.values()].map((declaration) => {
    const doc = docComment([declaration.description, rules(declaration)], "  ");
    const optional = declaration.defaultValue === undefined ? "" : "?";
    return `${doc}  readonly ${declaration.name}${optional}: ${parameterType(declaration)};\n`;
  });
  const doc = docComment([`Parameters of ${template.file.replace(/\\/g, "/")}.`, template.description], "");
  return `${doc}export interface ${pascalCase(template.name)}Parameters {\n${members.join("")}}\n`;
}

function outputsInterface(template: Template): string {
  const members = [...template.outputs.values()].map((output) => {
    const doc = docComment(
      [output.description, output.conditional ? "Absent under some conditions." : undefined],
      "  ",
    );
    return `${doc}  readonly ${output.name}: string;\n`;
  });
  const doc = docComment([`Outputs of ${template.file.replace(/\\/g, "/")}.`], "");
  const name = `${pascalCase(template.name)}Outputs`;
  // An empty interface would take any value.
  if (members.length === 0) return `${doc}export type ${name} = Record<never, never>;\n`;
  return `${doc}export interface ${name} {\n${members.join("")}}\n`;
}

function templatesInterface(templates: readonly Template[]): string {
  const members = templates.map(({ name }) => {
    const pascal = pascalCase(name);
    return `  readonly ${JSON.stringify(name)}: { readonly parameters: ${pascal}Parameters; readonly outputs: ${pascal}Outputs };\n`;
  });
  return `/** Every template by its name. */\nexport interface Templates {\n${members.join("")}}\n`;
}

function outputNames(templates: readonly Template[]): string {
  const members = templates.map(({ name, outputs }) => {
    const names = [...outputs.keys()].map((output) => JSON.stringify(output)).join(", ");
    return `  ${JSON.stringify(name)}: [${names}],\n`;
  });
  return (
    "/** Output names of every template, for code that walks over all of them. */\n" +
    'export const templateOutputs: { readonly [T in keyof Templates]: readonly (keyof Templates[T]["outputs"])[] } = {\n' +
    `${members.join("")}};\n`
  );
}

/** The whole generated module, before formatting. Templates come out sorted by name. */
export function renderModule(templates: readonly Template[]): string {
  const sorted = [...templates].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    HEADER,
    ...sorted.flatMap((template) => [parametersInterface(template), outputsInterface(template)]),
    templatesInterface(sorted),
    outputNames(sorted),
  ].join("\n");
}
