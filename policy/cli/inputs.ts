import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { load } from "js-yaml";
import { defaultSettings, type Settings } from "../engine/settings";
import { TemplateSet } from "../engine/set";
import { SUPPRESSION_RULE } from "../engine/suppressions";
import type { Enforcement, Rule } from "../engine/rule";
import { UsageError } from "./arguments";

/** A file that could not be read, and why. */
export interface Unreadable {
  readonly file: string;
  readonly reason: string;
}

/** Reads files into one set; what cannot be read is listed and the rest is judged. */
export function readFiles(
  files: readonly string[],
  parameters: Readonly<Record<string, unknown>>,
): { set: TemplateSet; unreadable: Unreadable[] } {
  const set = new TemplateSet();
  const unreadable: Unreadable[] = [];
  for (const file of new Set(files)) {
    try {
      set.add(file, readFileSync(file, "utf8"), { parameters });
    } catch (error) {
      unreadable.push({ file, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { set, unreadable };
}

interface Deployment {
  readonly name: string;
  /** Folder of templates, relative to the folder above the file's own. */
  readonly directory: string;
  readonly except?: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
}

/**
 * Reads every template as often as it is deployed, each time with that deployment's parameters. The name in findings is
 * `<deployment>:<file>`.
 * @throws UsageError when the file lists no deployments
 */
export function readDeployments(
  file: string,
  parameters: Readonly<Record<string, unknown>>,
): { set: TemplateSet; unreadable: Unreadable[] } {
  const { deployments } = (readData(file) ?? {}) as { deployments?: readonly Deployment[] };
  if (!Array.isArray(deployments)) throw new UsageError(`${file} lists no deployments`);
  const set = new TemplateSet();
  const unreadable: Unreadable[] = [];
  const root = dirname(dirname(resolve(file)));
  for (const deployment of deployments as readonly Deployment[]) {
    const directory = join(root, deployment.directory);
    const names = readdirSync(directory).filter((name) => /\.(ya?ml|json)$/.test(name));
    for (const name of names.sort()) {
      if (deployment.except?.includes(name) === true) continue;
      const label = `${deployment.name}:${deployment.directory}/${name}`;
      try {
        const text = readFileSync(join(directory, name), "utf8");
        set.add(label, text, { parameters: { ...deployment.parameters, ...parameters } });
      } catch (error) {
        unreadable.push({ file: label, reason: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  return { set, unreadable };
}

/**
 * Parameter values from a file: a mapping, `{Parameters: mapping}`, or the AWS command line's list of
 * `{ParameterKey, ParameterValue}`.
 * @throws UsageError when it is none of these.
 */
export function readParameters(file: string): Record<string, unknown> {
  const content = readData(file);
  if (Array.isArray(content)) {
    return Object.fromEntries(
      content.map((entry: { ParameterKey?: string; ParameterValue?: unknown }) => {
        if (typeof entry.ParameterKey !== "string")
          throw new UsageError(`${file}: an entry has no ParameterKey`);
        return [entry.ParameterKey, entry.ParameterValue];
      }),
    );
  }
  if (typeof content !== "object" || content === null) throw new UsageError(`${file} holds no parameters`);
  const inner = (content as { Parameters?: unknown }).Parameters;
  return (typeof inner === "object" && inner !== null ? inner : content) as Record<string, unknown>;
}

function readData(file: string): unknown {
  try {
    return load(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * The settings of a run. The configuration file may hold `enforcement` (rule id → mandatory, advisory or disabled)
 * and the numbers and lists of `Settings`.
 * @throws UsageError for an unknown rule, an unknown setting or a date that is none.
 */
export function readSettings(
  rules: readonly Rule[],
  configuration: string | undefined,
  today: string | undefined,
): Settings {
  const date = today === undefined ? new Date() : new Date(`${today}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) throw new UsageError(`"${today}" is no date (YYYY-MM-DD)`);
  const defaults = defaultSettings(date);
  if (configuration === undefined) return defaults;
  const content = readData(configuration);
  if (typeof content !== "object" || content === null) throw new UsageError(`${configuration} is no mapping`);
  const given = content as Record<string, unknown>;
  const unknown = Object.keys(given).find((key) => !(key in defaults) || key === "today");
  if (unknown !== undefined) throw new UsageError(`${configuration}: there is no setting "${unknown}"`);
  checkEnforcement(rules, configuration, (given["enforcement"] ?? {}) as Record<string, Enforcement>);
  return { ...defaults, ...given };
}

function checkEnforcement(
  rules: readonly Rule[],
  configuration: string,
  enforcement: Readonly<Record<string, Enforcement>>,
): void {
  const ids = new Set([...rules.map((rule) => rule.id), SUPPRESSION_RULE]);
  for (const [id, level] of Object.entries(enforcement)) {
    if (!ids.has(id)) throw new UsageError(`${configuration}: there is no rule "${id}"`);
    if (!["mandatory", "advisory", "disabled"].includes(level)) {
      throw new UsageError(`${configuration}: "${String(level)}" is no enforcement of ${id}`);
    }
  }
}
