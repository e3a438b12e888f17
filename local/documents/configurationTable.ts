import * as z from "zod";
import { CONFIG_KEYS } from "../../components/config";

type Json = Readonly<Record<string, unknown>>;

/** A cell of a Markdown table: `|` would end it, and `<` would begin a tag outside code. */
function cell(text: string): string {
  const escaped = text.includes("`") ? text : text.replaceAll("<", "&lt;");
  return escaped.replaceAll("|", "\\|");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows.map((cells) => cells.map(cell))];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function isRequired(schema: z.ZodType): boolean {
  return !schema.safeParse(undefined).success;
}

/** The keys, one row each: for the README. */
export function configurationTable(): string {
  const rows = Object.entries(CONFIG_KEYS).map(([key, { schema, expected }]) => [
    `\`${key}\``,
    isRequired(schema) ? "yes" : "no",
    expected,
  ]);
  return table(["Key", "Required", "Takes"], rows);
}

const HEADER = `# Configuration

Every key of \`Pulumi.<stack>.yaml\`, each in the namespace \`payments:\`, with every field and its rule. Generated from the schema in
\`components/config.ts\` by \`npm run -s documents\`; a test fails when it is stale. A wrong or missing value ends the program before anything is
deployed, naming the key, what it takes and an example. [Pulumi.prod.yaml](../Pulumi.prod.yaml) shows all of them.
`;

/** The document with every key, field, rule and example. */
export function configurationDocument(): string {
  const sections = Object.entries(CONFIG_KEYS).map(([key, { schema, expected, example }]) => {
    const rule = z.toJSONSchema(schema as z.ZodType, { io: "input", unrepresentable: "any" }) as Json;
    const fields = fieldsOf(rule, key).map(({ path, takes }) => [`\`${path}\``, takes]);
    return [
      `## ${key}`,
      `${isRequired(schema) ? "Required" : "Optional"}. Takes ${expected.replaceAll("<", "&lt;")}.`,
      `\`\`\`yaml\npayments:${key}: ${example}\n\`\`\``,
      ...(fields.length > 0 ? [table(["Field", "Takes"], fields)] : []),
    ].join("\n\n");
  });
  return `${HEADER}\n${sections.join("\n\n")}\n`;
}

interface Field {
  readonly path: string;
  readonly takes: string;
}

/** The leaves below an object's rule. A pair of Regions with one rule is one field. */
function fieldsOf(rule: Json, path: string): Field[] {
  const properties = rule["properties"] as Readonly<Record<string, Json>> | undefined;
  if (properties === undefined) return [];
  return Object.entries(properties).flatMap(([name, inner]) => {
    const here = `${path}.${name}`;
    return inner["properties"] === undefined
      ? [{ path: here, takes: ruleText(inner) }]
      : fieldsOf(inner, here);
  });
}

function ruleText(rule: Json): string {
  const { type, enum: values, pattern, minimum, maximum, multipleOf, items, format } = rule;
  if (Array.isArray(values)) return values.map((value) => `\`${String(value)}\``).join(", ");
  const parts = [
    type === "array"
      ? `list of ${ruleText((items ?? {}) as Json)}`
      : typeof type === "string"
        ? type
        : "any value",
    typeof minimum === "number" ? `${minimum} to ${String(maximum)}` : undefined,
    typeof multipleOf === "number" ? `in steps of ${multipleOf}` : undefined,
    typeof format === "string" ? format : undefined,
    typeof pattern === "string" ? `\`${pattern}\`` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}
