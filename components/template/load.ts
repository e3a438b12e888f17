import * as fs from "node:fs";
import * as path from "node:path";
import * as yaml from "js-yaml";
import { TemplateError } from "./errors";
import { CLOUDFORMATION_SCHEMA } from "./schema";

/** One entry of a template's `Parameters`, constraints as CloudFormation names them. */
export interface ParameterDeclaration {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  /** Text that CloudFormation uses when no value is given; undefined makes the parameter required. */
  readonly defaultValue?: string;
  readonly allowedValues?: readonly string[];
  readonly allowedPattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly noEcho: boolean;
  readonly constraintDescription?: string;
}

/** One entry of a template's `Outputs`. */
export interface OutputDeclaration {
  readonly name: string;
  readonly description?: string;
  /** True when the output stands under a condition and may be absent. */
  readonly conditional: boolean;
}

/** A template as read: the text that is deployed, and what the program needs to know about it. */
export interface Template {
  /** File name without extension: the template's name in stack names and flat outputs. */
  readonly name: string;
  /** Path for messages, relative to the working directory where it can be. */
  readonly file: string;
  /** The text exactly as written: it is what CloudFormation gets, so line numbers stay true. */
  readonly text: string;
  /** Size in bytes (UTF-8), the unit of CloudFormation's limits. */
  readonly sizeBytes: number;
  readonly description?: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>;
  readonly outputs: ReadonlyMap<string, OutputDeclaration>;
  /** Logical id → resource type. Entries made by `Fn::ForEach` are not expanded. */
  readonly resourceTypes: ReadonlyMap<string, string>;
}

type Mapping = Record<string, unknown>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Line (from 1) of `entry` inside top-level `section`, or of the section itself; 1 when neither is there. */
function lineOf(text: string, section: string, entry?: string): number {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`${section}:`));
  if (start < 0) return 1;
  if (entry === undefined) return start + 1;
  const key = new RegExp(`^\\s+["']?${entry.replace(/[^A-Za-z0-9]/g, "\\$&")}["']?\\s*:`);
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (/^[^\s#]/.test(line)) break;
    if (key.test(line)) return index + 1;
  }
  return start + 1;
}

/** YAML scalars as CloudFormation reads them: everything in a parameter is text in the end. */
function scalarText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return undefined;
}

class Reader {
  constructor(
    private readonly file: string,
    private readonly text: string,
  ) {}

  fail(section: string, entry: string | undefined, reason: string): never {
    throw new TemplateError(this.file, lineOf(this.text, section, entry), reason);
  }

  /** The YAML document, with js-yaml's position turned into file and line. */
  parse(): Mapping {
    let parsed: unknown;
    try {
      parsed = yaml.load(this.text, { schema: CLOUDFORMATION_SCHEMA, filename: this.file });
    } catch (error) {
      if (!(error instanceof yaml.YAMLException)) throw error;
      // js-yaml's declaration says the mark is always there; it is not for errors about the whole stream.
      const mark = error.mark as { line: number } | undefined;
      throw new TemplateError(this.file, (mark?.line ?? 0) + 1, error.reason);
    }
    if (!isMapping(parsed)) throw new TemplateError(this.file, 1, "a template is a mapping with Resources");
    return parsed;
  }

  section(document: Mapping, name: string): Mapping {
    const value = document[name];
    if (value === undefined) return {};
    if (!isMapping(value)) return this.fail(name, undefined, `${name} must be a mapping`);
    return value;
  }

  parameter(name: string, raw: unknown): ParameterDeclaration {
    if (!isMapping(raw)) return this.fail("Parameters", name, `parameter ${name} must be a mapping`);
    const type = raw["Type"];
    if (typeof type !== "string") return this.fail("Parameters", name, `parameter ${name} has no Type`);
    const defaultValue = scalarText(raw["Default"]);
    if ("Default" in raw && defaultValue === undefined) {
      return this.fail(
        "Parameters",
        name,
        `Default of parameter ${name} must be text, a number or a boolean`,
      );
    }
    return {
      name,
      type,
      description: scalarText(raw["Description"])?.trim(),
      defaultValue,
      allowedValues: this.allowedValues(name, raw["AllowedValues"]),
      allowedPattern: this.pattern(name, raw["AllowedPattern"]),
      minLength: this.bound(name, raw, "MinLength"),
      maxLength: this.bound(name, raw, "MaxLength"),
      minValue: this.bound(name, raw, "MinValue"),
      maxValue: this.bound(name, raw, "MaxValue"),
      noEcho: scalarText(raw["NoEcho"]) === "true",
      constraintDescription: scalarText(raw["ConstraintDescription"]),
    };
  }

  private allowedValues(name: string, raw: unknown): readonly string[] | undefined {
    if (raw === undefined) return undefined;
    const values = Array.isArray(raw) ? raw.map(scalarText) : [undefined];
    if (values.length === 0 || values.some((value) => value === undefined)) {
      return this.fail("Parameters", name, `AllowedValues of parameter ${name} must be a list of scalars`);
    }
    return values as string[];
  }

  private pattern(name: string, raw: unknown): string | undefined {
    const pattern = scalarText(raw);
    if (pattern === undefined) return undefined;
    try {
      new RegExp(pattern);
    } catch {
      return this.fail("Parameters", name, `AllowedPattern of parameter ${name} is no regular expression`);
    }
    return pattern;
  }

  private bound(name: string, raw: Mapping, rule: string): number | undefined {
    if (raw[rule] === undefined) return undefined;
    const bound = Number(scalarText(raw[rule]) ?? NaN);
    if (Number.isNaN(bound))
      return this.fail("Parameters", name, `${rule} of parameter ${name} is no number`);
    return bound;
  }

  output(name: string, raw: unknown): OutputDeclaration {
    if (!isMapping(raw) || raw["Value"] === undefined) {
      return this.fail("Outputs", name, `output ${name} has no Value`);
    }
    return {
      name,
      description: scalarText(raw["Description"])?.trim(),
      conditional: raw["Condition"] !== undefined,
    };
  }

  resourceType(name: string, raw: unknown): string {
    if (name.startsWith("Fn::ForEach::")) return "Fn::ForEach";
    const type = isMapping(raw) ? raw["Type"] : undefined;
    if (typeof type !== "string") return this.fail("Resources", name, `resource ${name} has no Type`);
    return type;
  }
}

function mapEntries<T>(section: Mapping, convert: (name: string, raw: unknown) => T): ReadonlyMap<string, T> {
  return new Map(Object.entries(section).map(([name, raw]) => [name, convert(name, raw)]));
}

/**
 * Refuses what CloudFormation would return changed: GetTemplate answers `?` for every non-ASCII character, which
 * shows as a difference in each preview for ever.
 */
function assertAscii(file: string, text: string): void {
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    const odd = /[^\x20-\x7e\t\r]/u.exec(line);
    if (odd) {
      const codePoint = odd[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
      throw new TemplateError(
        file,
        index + 1,
        `character U+${codePoint} is not ASCII; CloudFormation would return it as "?"`,
      );
    }
  }
}

/**
 * Reads a template from its text.
 * @param file name for messages; its base name without extension becomes the template's name
 * @throws TemplateError with file and line for bad YAML, unknown tags and malformed sections
 */
export function parseTemplate(file: string, text: string): Template {
  assertAscii(file, text);
  const reader = new Reader(file, text);
  const document = reader.parse();
  const resources = reader.section(document, "Resources");
  return {
    name: path.basename(file).replace(/\.ya?ml$/, ""),
    file,
    text,
    sizeBytes: Buffer.byteLength(text, "utf8"),
    description: scalarText(document["Description"]),
    document,
    parameters: mapEntries(reader.section(document, "Parameters"), (name, raw) =>
      reader.parameter(name, raw),
    ),
    outputs: mapEntries(reader.section(document, "Outputs"), (name, raw) => reader.output(name, raw)),
    resourceTypes: mapEntries(resources, (name, raw) => reader.resourceType(name, raw)),
  };
}

/**
 * Refuses a template that only declares its interface (parameters and outputs) so far.
 * @throws TemplateError pointing at Resources
 */
export function assertDeployable(template: Template): void {
  if (template.resourceTypes.size > 0) return;
  const line = lineOf(template.text, "Resources");
  throw new TemplateError(template.file, line, "a template declares at least one resource");
}

/**
 * Reads a template file.
 * @throws TemplateError as parseTemplate does; Node's own error when the file cannot be read
 */
export function loadTemplate(file: string): Template {
  const shown = path.relative(process.cwd(), file);
  return parseTemplate(shown.startsWith("..") ? file : shown, fs.readFileSync(file, "utf8"));
}
