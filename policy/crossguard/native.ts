import { nodeFromValue, type MapNode } from "../engine/nodes";
import type { Rule } from "../engine/rule";
import type { ProgramResource } from "./stacks";
import { isUnknownValue } from "./unknown";
import NAMES from "./cloudformation-names.json";

/** Mappings whose keys are the user's own and keep their spelling. */
const FREE_FORM = new Set([
  "assumeRolePolicyDocument",
  "definition",
  "keyPolicy",
  "parameters",
  "policyDocument",
  "redriveAllowPolicy",
  "redrivePolicy",
  "variables",
]);

const irregular: Readonly<Record<string, readonly string[]>> = NAMES;

/** The spelling of names with irregular capitals, for one resource type. */
function spellings(type: string): ReadonlyMap<string, string> {
  const names = [...(irregular["*"] ?? []), ...(irregular[type] ?? [])];
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}

/** `aws-native:rds:dbcluster` (in lower case) → `AWS::RDS::DBCluster`, for the types that the rules know. */
export function nativeTypes(
  rules: readonly Rule[],
  companions: readonly string[],
): ReadonlyMap<string, string> {
  const types = [...rules.flatMap((rule) => rule.types), ...companions];
  return new Map(
    types.map((type) => {
      const [, service = "", name = ""] = type.split("::");
      return [`aws-native:${service}:${name}`.toLowerCase(), type];
    }),
  );
}

/** `kmsKeyId` → `KmsKeyId`; names with irregular capitals come from a list. */
export function cloudFormationName(name: string, names: ReadonlyMap<string, string>): string {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) return name;
  return names.get(name.toLowerCase()) ?? `${name[0]?.toUpperCase() ?? ""}${name.slice(1)}`;
}

/** Turns the properties of one resource into CloudFormation's spelling. */
class Converter {
  readonly #names: ReadonlyMap<string, string>;

  constructor(
    type: string,
    /** Names of parameters without a value, which stand for unknown values. */
    private readonly unknowns: string[],
  ) {
    this.#names = spellings(type);
  }

  name(key: string): string {
    return cloudFormationName(key, this.#names);
  }

  convert(value: unknown, dependency: string | undefined, keep: boolean): unknown {
    if (isUnknownValue(value)) {
      if (dependency !== undefined) return { Ref: dependency };
      const name = `Unknown${this.unknowns.length + 1}`;
      this.unknowns.push(name);
      return { Ref: name };
    }
    if (Array.isArray(value)) return value.map((item) => this.convert(item, dependency, keep));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        keep ? key : this.name(key),
        this.convert(item, dependency, keep || FREE_FORM.has(key)),
      ]),
    );
  }
}

/** One resource of aws-native with the resources that its properties come from. */
export interface NativeResource {
  readonly resource: ProgramResource;
  /** Property → name of the one resource whose output it is. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** A template that holds aws-native resources as if they had been written in CloudFormation. */
export function nativeTemplate(
  resources: readonly NativeResource[],
  types: ReadonlyMap<string, string>,
): MapNode {
  const unknowns: string[] = [];
  const body: Record<string, unknown> = {};
  for (const { resource, dependencies } of resources) {
    const type = types.get(resource.type.toLowerCase()) ?? resource.type;
    const converter = new Converter(type, unknowns);
    const properties = Object.fromEntries(
      Object.entries(resource.properties).map(([key, value]) => [
        converter.name(key),
        converter.convert(value, dependencies[key], FREE_FORM.has(key)),
      ]),
    );
    body[resource.name] = { Type: type, Properties: properties };
  }
  const parameters = Object.fromEntries(unknowns.map((name) => [name, { Type: "String" }]));
  return nodeFromValue({ Parameters: parameters, Resources: body }, 1) as MapNode;
}
