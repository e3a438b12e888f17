import * as yaml from "js-yaml";

type Kind = "scalar" | "sequence" | "mapping";

/**
 * Every short form that CloudFormation documents, with the node kinds it may stand on. A tag that is not listed is a
 * load error (js-yaml's "unknown tag"), so none is ever dropped silently.
 * Source: CloudFormation Template Reference, "Intrinsic functions" and "Rule-specific intrinsic functions".
 */
export const CLOUDFORMATION_TAGS: Readonly<Record<string, readonly Kind[]>> = {
  Ref: ["scalar"],
  Condition: ["scalar"],
  GetAtt: ["scalar", "sequence"],
  Sub: ["scalar", "sequence"],
  Base64: ["scalar", "mapping"],
  Cidr: ["sequence"],
  FindInMap: ["sequence"],
  GetAZs: ["scalar", "mapping"],
  ImportValue: ["scalar", "mapping"],
  Join: ["sequence"],
  Length: ["scalar", "sequence", "mapping"],
  Select: ["sequence"],
  Split: ["sequence"],
  ToJsonString: ["mapping", "sequence"],
  Transform: ["mapping"],
  If: ["sequence"],
  And: ["sequence"],
  Or: ["sequence"],
  Not: ["sequence"],
  Equals: ["sequence"],
  Contains: ["sequence"],
  EachMemberEquals: ["sequence"],
  EachMemberIn: ["sequence"],
  RefAll: ["scalar"],
  ValueOf: ["sequence"],
  ValueOfAll: ["sequence"],
};

/** `!Ref` and `!Condition` are the two whose long form carries no `Fn::`. */
function longForm(tag: string): string {
  return tag === "Ref" || tag === "Condition" ? tag : `Fn::${tag}`;
}

/** `!GetAtt Stack.Outputs.Arn` means resource `Stack`, attribute `Outputs.Arn`: only the first dot separates. */
function attributePair(data: unknown): unknown {
  if (typeof data !== "string") return data;
  const dot = data.indexOf(".");
  return dot < 0 ? [data] : [data.slice(0, dot), data.slice(dot + 1)];
}

function tagType(tag: string, kind: Kind): yaml.Type {
  const key = longForm(tag);
  return new yaml.Type(`!${tag}`, {
    kind,
    construct: (data: unknown) => ({ [key]: tag === "GetAtt" ? attributePair(data) : data }),
  });
}

/**
 * YAML schema of CloudFormation templates: short forms become long forms. Built on the core schema, which leaves
 * dates alone (`AWSTemplateFormatVersion: 2010-09-09` is text) and has no merge keys, as CloudFormation has none.
 */
export const CLOUDFORMATION_SCHEMA: yaml.Schema = yaml.CORE_SCHEMA.extend(
  Object.entries(CLOUDFORMATION_TAGS).flatMap(([tag, kinds]) => kinds.map((kind) => tagType(tag, kind))),
);
