import * as fs from "node:fs";
import * as path from "node:path";
import { loadTemplate } from "../../../components/template";

/** A template's content as data: intrinsic functions are mappings such as `{"Fn::Sub": …}`. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** One template as the checks see it. */
export interface TemplateUnderTest {
  readonly name: string;
  readonly text: string;
  readonly document: { [key: string]: Json };
}

/** One resource and where it stands. */
export interface ResourceUnderTest {
  readonly template: string;
  readonly id: string;
  readonly type: string;
  readonly resource: { [key: string]: Json };
  readonly properties: { [key: string]: Json };
}

export type Templates = ReadonlyMap<string, TemplateUnderTest>;

/** A check lists what is wrong, each entry beginning with `template/LogicalId`; empty means nothing is. */
export type Check = (templates: Templates) => string[];

const FOLDER = path.resolve(__dirname, "../../../cfn");

/** All templates of `cfn/`, by name. */
export function loadTemplates(): Templates {
  const files = fs.readdirSync(FOLDER).filter((file) => file.endsWith(".yaml"));
  return new Map(
    files.map((file) => {
      const { name, text, document } = loadTemplate(path.join(FOLDER, file));
      return [name, { name, text, document: structuredClone(document) as { [key: string]: Json } }];
    }),
  );
}

export function isMapping(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path; undefined where the path ends early. Numbers index lists. */
export function at(value: Json | undefined, ...steps: (string | number)[]): Json | undefined {
  let current = value;
  for (const step of steps) {
    if (typeof step === "number") current = Array.isArray(current) ? current[step] : undefined;
    else current = isMapping(current) ? current[step] : undefined;
  }
  return current;
}

/** A value as a list: a lone value is a list of one, nothing is an empty list. */
export function list(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** Text of a scalar or of `Fn::Sub` (its template, unresolved); other functions give their JSON. */
export function text(value: Json | undefined): string {
  if (typeof value === "string") return value;
  const sub = at(value, "Fn::Sub");
  if (typeof sub === "string") return sub;
  if (Array.isArray(sub)) return text(sub[0]);
  return value === undefined ? "" : JSON.stringify(value);
}

/** Every resource of all templates, or of the types named. */
export function resources(templates: Templates, ...types: string[]): ResourceUnderTest[] {
  return [...templates.values()].flatMap(({ name, document }) =>
    Object.entries(isMapping(document["Resources"]) ? document["Resources"] : {}).flatMap(
      ([id, resource]) => {
        if (!isMapping(resource)) return [];
        const type = text(resource["Type"]);
        const properties = isMapping(resource["Properties"]) ? resource["Properties"] : {};
        return types.length === 0 || types.includes(type)
          ? [{ template: name, id, type, resource, properties }]
          : [];
      },
    ),
  );
}

/** `template/LogicalId` for messages. */
export function where({ template, id }: Pick<ResourceUnderTest, "template" | "id">): string {
  return `${template}/${id}`;
}

/** Whether a value is `Ref` or `Fn::GetAtt` of the resource. */
export function refersTo(value: Json | undefined, id: string): boolean {
  const attribute = at(value, "Fn::GetAtt");
  return (
    at(value, "Ref") === id ||
    (typeof attribute === "string" && attribute.startsWith(`${id}.`)) ||
    (Array.isArray(attribute) && attribute[0] === id) ||
    text(value).includes(`\${${id}.`) ||
    text(value).includes(`\${${id}}`)
  );
}

/** Whether a value or anything in it is `Ref` or `Fn::GetAtt` of the resource. */
export function mentions(value: Json | undefined, id: string): boolean {
  if (refersTo(value, id)) return true;
  if (Array.isArray(value)) return value.some((item) => mentions(item, id));
  return isMapping(value) && Object.values(value).some((item) => mentions(item, id));
}

/** Statements of a policy document; both branches of an `Fn::If` count. */
export function statementsOf(document: Json | undefined): { [key: string]: Json }[] {
  return list(at(document, "Statement")).flatMap((statement) => {
    const branches = at(statement, "Fn::If");
    return (Array.isArray(branches) ? branches.slice(1) : [statement]).filter(
      (item): item is { [key: string]: Json } => isMapping(item) && item["Effect"] !== undefined,
    );
  });
}

/** A copy of the templates in which one template's document was changed. */
export function mutated(
  templates: Templates,
  name: string,
  change: (document: { [key: string]: Json }) => void,
): Templates {
  const original = templates.get(name);
  if (original === undefined) throw new Error(`there is no template ${name}`);
  const document = structuredClone(original.document);
  change(document);
  return new Map(templates).set(name, { ...original, document });
}

/** A copy of the templates in which a property of a resource was set, or removed when `value` is undefined. */
export function withValue(
  templates: Templates,
  name: string,
  id: string,
  steps: (string | number)[],
  value: Json | undefined,
): Templates {
  return mutated(templates, name, (document) => {
    const last = steps.at(-1);
    const parent = at(document, "Resources", id, ...steps.slice(0, -1));
    if (isMapping(parent) && typeof last === "string" && (value !== undefined || last in parent)) {
      if (value === undefined) delete parent[last];
      else parent[last] = value;
    } else if (Array.isArray(parent) && typeof last === "number" && last < parent.length) {
      if (value === undefined) parent.splice(last, 1);
      else parent[last] = value;
    } else throw new Error(`${name}/${id} has nothing at ${steps.join(".")}`);
  });
}
