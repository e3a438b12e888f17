import assert from "node:assert/strict";
import { judge, type Report } from "../../policy/engine/judge";
import type { Rule } from "../../policy/engine/rule";
import { defaultSettings } from "../../policy/engine/settings";
import { RULES } from "../../policy/rules/index";
import { PLACES, deployedSet, readPlain, templateFiles, type Plain, type PlainResource } from "./deployment";
import { TODAY } from "./examples";
import { MUTATIONS, WITHOUT_VIOLATION, type Mutation } from "./mutations";

const settings = defaultSettings(TODAY);
const [PRIMARY] = PLACES;

function write(target: Record<string, unknown>, path: string, value: unknown): void {
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  let current = target;
  for (const step of steps) {
    if (typeof current[step] !== "object" || current[step] === null) current[step] = {};
    current = current[step] as Record<string, unknown>;
  }
  if (value === undefined) delete current[last];
  else current[last] = value;
}

function read(target: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], target);
}

/** Breaks one resource; false when the mutation does not fit it. */
function breakResource(resource: PlainResource, mutation: Exclude<Mutation, { add: unknown }>): boolean {
  const properties = (resource.Properties ??= {});
  if ("set" in mutation) {
    for (const [path, value] of Object.entries(mutation.set)) {
      if (path.startsWith("@")) resource[path.slice(1)] = value;
      else write(properties, path, value);
    }
    return true;
  }
  if ("remove" in mutation) {
    if (read(properties, mutation.remove) === undefined) return false;
    write(properties, mutation.remove, undefined);
    return true;
  }
  if ("statement" in mutation) {
    const { path, value } = mutation.statement;
    const before = read(properties, path);
    if (before === undefined) return false;
    write(properties, path, [
      ...(Array.isArray(before) ? (before as unknown[]) : [before]),
      ...[value].flat(),
    ]);
    return true;
  }
  return false;
}

interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly template: Plain;
  /** The thing that has to be reported; any when the mutation took a companion away. */
  readonly logicalId: string | undefined;
}

/** The resources of the unmutated set that the rule finds compliant: what a mutation can break. */
function compliantIn(baseline: Report, rule: Rule, file: string): Set<string> {
  return new Set(
    baseline.assessments
      .filter(
        (item) =>
          item.rule === rule.id && item.file === `${PRIMARY.code}/${file}` && item.result !== "violation",
      )
      .filter((item) => item.result === "compliant")
      .map((item) => item.logicalId),
  );
}

function mutantsOf(rule: Rule, mutation: Mutation, baseline: Report): Mutant[] {
  const found: Mutant[] = [];
  for (const file of templateFiles()) {
    if ("add" in mutation || "parameter" in mutation || "output" in mutation) {
      if (found.length > 0) continue;
      const template = readPlain(file);
      if ("add" in mutation) template.Resources["Mutant"] = structuredClone(mutation.add) as PlainResource;
      else {
        const [section, value, name] =
          "parameter" in mutation
            ? ["Parameters", mutation.parameter, "MutantPassword"]
            : ["Outputs", mutation.output, "Mutant"];
        template[section] = { ...(template[section] as object), [name]: value };
      }
      found.push({
        name: "added",
        file,
        template,
        logicalId: "parameter" in mutation ? "MutantPassword" : "Mutant",
      });
    } else if ("without" in mutation) {
      const template = readPlain(file);
      const gone = Object.keys(template.Resources).filter(
        (id) => template.Resources[id]?.Type === mutation.without,
      );
      for (const id of gone) delete template.Resources[id];
      if (gone.length > 0)
        found.push({ name: `without ${gone.join(", ")}`, file, template, logicalId: undefined });
    } else {
      for (const logicalId of compliantIn(baseline, rule, file)) {
        const template = readPlain(file);
        const resource = template.Resources[logicalId];
        if (resource?.Type !== mutation.type || !breakResource(resource, mutation)) continue;
        if ("spares" in mutation && mutation.spares?.includes(logicalId)) continue;
        found.push({ name: logicalId, file, template, logicalId });
      }
    }
  }
  return found;
}

function isKilled(rule: Rule, mutant: Mutant): boolean {
  // Parity and versions compare the two Regions; every other answer needs the primary only.
  const places = ["dr-parameter-group-parity", "dr-one-engine-version"].includes(rule.id)
    ? PLACES
    : [PRIMARY];
  const set = deployedSet({ [mutant.file]: mutant.template }, places);
  return judge([rule], { set, settings, rethrow: true }).findings.some(
    (finding) =>
      finding.result === "violation" &&
      finding.rule === rule.id &&
      (mutant.logicalId === undefined || finding.logicalId === mutant.logicalId),
  );
}

describe("templates of this system", function () {
  this.timeout(240_000);
  const baseline = judge(RULES, { set: deployedSet(), settings, rethrow: true });

  it("satisfies R36: violate no rule in either Region, and every exception is explained", () => {
    const violations = baseline.findings.filter((finding) => finding.result === "violation");
    assert.deepEqual(
      violations.map(({ file, line, rule, message }) => `${file}:${line} ${rule}: ${message}`),
      [],
    );
    for (const { suppression } of baseline.suppressed) assert.ok(suppression.reason.length >= 10);
  });

  it("are caught by the intended rule when they are mutated", () => {
    let total = 0;
    const survivors: string[] = [];
    const idle: string[] = [];
    for (const rule of RULES) {
      if (WITHOUT_VIOLATION.has(rule.id)) continue;
      const mutants = (MUTATIONS[rule.id] ?? []).flatMap((mutation) => mutantsOf(rule, mutation, baseline));
      if (mutants.length === 0) idle.push(rule.id);
      for (const mutant of mutants) {
        total += 1;
        if (!isKilled(rule, mutant)) survivors.push(`${rule.id}: ${mutant.file} ${mutant.name}`);
      }
    }
    const killed = total - survivors.length;
    console.log(
      `      mutation score: ${killed} of ${total} mutants killed (${((100 * killed) / total).toFixed(1)} %)`,
    );
    assert.deepEqual(survivors, []);
    assert.deepEqual(idle, [], "rules without a mutant");
  });
});
