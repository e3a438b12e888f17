import assert from "node:assert/strict";
import {
  isMapping,
  loadTemplates,
  mutated,
  withValue,
  type Check,
  type Json,
  type Templates,
} from "./templates";

/** A change to the real templates that the check must notice, in the words of what went wrong. */
export interface Mutation {
  readonly what: string;
  readonly where: string;
  readonly change: (templates: Templates) => Templates;
}

/** A path as JSON Pointer writes it, without the leading slash: numbers index lists, `~1` is a slash. */
function stepsOf(path: string): (string | number)[] {
  return path.split("/").map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll("~1", "/")));
}

/** Sets (or, without a value, removes) something of one resource. */
export function set(where: string, path: string, value?: Json): Mutation {
  const [name = "", id = ""] = where.split("/");
  const steps = stepsOf(path);
  return {
    what: value === undefined ? `${where} loses ${path}` : `${where} gets ${path} = ${JSON.stringify(value)}`,
    where,
    change: (from) => withValue(from, name, id, steps, value),
  };
}

/** Removes a resource; the check must name `blamed`. */
export function without(where: string, blamed: string): Mutation {
  const [name = "", id = ""] = where.split("/");
  return {
    what: `${where} is gone`,
    where: blamed,
    change: (from) =>
      mutated(from, name, (document) => {
        const all = document["Resources"];
        if (!isMapping(all) || !(id in all)) throw new Error(`there is no ${where}`);
        delete all[id];
      }),
  };
}

/** Changes a parameter's declaration. */
export function parameter(where: string, key: string, value?: Json): Mutation {
  const [name = "", id = ""] = where.split("/");
  return {
    what: `parameter ${where} has ${key} = ${JSON.stringify(value)}`,
    where,
    change: (from) =>
      mutated(from, name, (document) => {
        const all = document["Parameters"];
        const declared = isMapping(all) ? all[id] : undefined;
        if (!isMapping(declared)) throw new Error(`there is no ${where}`);
        if (value === undefined) delete declared[key];
        else declared[key] = value;
      }),
  };
}

export function body(name: string, change: (text: string) => string): Mutation {
  return {
    what: `${name} has another text`,
    where: `${name}/`,
    change: (from) => {
      const original = from.get(name);
      if (original === undefined) throw new Error(`there is no template ${name}`);
      return new Map(from).set(name, { ...original, text: change(original.text) });
    },
  };
}

/** Puts one text for another inside a string property. */
export function replaced(where: string, path: string, from: string, to: string): Mutation {
  const [name = "", id = ""] = where.split("/");
  return {
    what: `${where} has ${to} for ${from}`,
    where,
    change: (original) => {
      const steps = stepsOf(path);
      let value: Json | undefined = original.get(name)?.document["Resources"];
      for (const step of [id, ...steps]) {
        value = Array.isArray(value) ? value[step as number] : isMapping(value) ? value[step] : undefined;
      }
      if (typeof value !== "string" || !value.includes(from))
        throw new Error(`${where} has no ${from} at ${path}`);
      return withValue(original, name, id, steps, value.replace(from, to));
    },
  };
}

/** A check, in the words of what it promises, with the mutations that it must notice. */
export type Promised = readonly [title: string, check: Check, mutations: readonly Mutation[]];

/** Declares the tests of a group of checks: the templates pass as they stand, and every mutation is noticed. */
export function describeChecks(group: string, checks: readonly Promised[]): void {
  const templates = loadTemplates();
  describe(`CloudFormation templates: ${group}`, () => {
    for (const [title, check, mutations] of checks) {
      describe(title, () => {
        it("as they stand", () => {
          assert.deepEqual(check(templates), []);
        });

        for (const { what, where, change } of mutations) {
          it(`and notices when ${what}`, () => {
            // Prepare
            const changed = change(templates);

            // Act
            const problems = check(changed);

            // Assess
            assert.ok(
              problems.some((problem) => problem.startsWith(where)),
              `${where} is not among: ${problems.join("; ")}`,
            );
          });
        }
      });
    }
  });
}
