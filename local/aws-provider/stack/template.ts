import { load as loadYaml, DEFAULT_SCHEMA, Type } from "js-yaml";
import { canonicalJson } from "../properties";

/** CloudFormation's short forms (`!Ref`, `!Sub`, …): here it only matters that the text can be read. */
const SHORT_FORMS = DEFAULT_SCHEMA.extend(
  (["scalar", "sequence", "mapping"] as const).map(
    (kind) => new Type("!", { kind, multi: true, construct: (data: unknown) => data }),
  ),
);

/** The official provider takes for JSON what begins like a JSON object. */
function looksLikeJson(body: string): boolean {
  return body.trimStart().startsWith("{");
}

/** @returns why a template or policy cannot be read, or undefined */
export function unreadable(body: unknown): string | undefined {
  try {
    if (looksLikeJson(String(body))) {
      JSON.parse(String(body));
    } else {
      loadYaml(String(body), { schema: SHORT_FORMS });
    }
    return undefined;
  } catch (error) {
    return `contains invalid JSON or YAML: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`;
  }
}

export function unreadableJson(body: unknown): string | undefined {
  return looksLikeJson(String(body)) ? unreadable(body) : "contains invalid JSON: it must be an object";
}

/**
 * A template as the official provider compares it: JSON without regard to blanks and order, YAML as the text that it
 * is, but for line ends (CloudFormation gives back the original text, and its comments are part of it).
 */
export function normaliseTemplate(body: unknown): string {
  const text = String(body);
  if (looksLikeJson(text)) {
    try {
      return canonicalJson(JSON.parse(text));
    } catch {
      // check() has refused such a body; one that AWS returns is compared as text.
      return text;
    }
  }
  return text.replaceAll("\r\n", "\n").trimEnd();
}
