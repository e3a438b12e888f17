import { child, scalarText } from "../../policy/engine/nodes";
import { TemplateSet } from "../../policy/engine/set";
import type { Resource, Template } from "../../policy/engine/template";
import { isList, isMap, Reference, Text, Unknown, type Value } from "../../policy/engine/values";

/** A template with the parameter values that it is, or will be, deployed with. */
export interface ParameterisedTemplate {
  readonly body: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters that have a value which nobody knows yet. */
  readonly unknownParameters?: readonly string[];
}

/** A resource after conditions, parameters and pseudo parameters were put in. */
export interface ResolvedResource {
  Type: string;
  Properties?: Plain;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Metadata?: Plain;
}

type Plain = unknown;

/** Resource attributes that CloudFormation compares beside Properties. */
const ATTRIBUTES = ["DeletionPolicy", "UpdateReplacePolicy", "Metadata"] as const;

/** What is not known, under one key that no template has, so that equal things compare as equal. */
function plain(value: Value | undefined): Plain {
  if (value instanceof Reference) {
    const { logicalId } = value.resource;
    return value.attribute === "Ref" ? { Ref: logicalId } : { "Fn::GetAtt": [logicalId, value.attribute] };
  }
  if (value instanceof Text) return { Text: value.parts.map((part) => plain(part)) };
  if (value instanceof Unknown) return { Unknown: value.parameter ?? value.symbol };
  if (isList(value)) return value.map(plain);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return value;
}

function resolvedResource(resource: Resource): ResolvedResource {
  const resolved: ResolvedResource = { Type: resource.type, Properties: plain(resource.properties()) };
  for (const name of ATTRIBUTES) {
    const value = plain(resource.attribute(name));
    if (value !== undefined) Object.assign(resolved, { [name]: value });
  }
  return resolved;
}

function readTemplate(
  name: string,
  { body, parameters, unknownParameters }: ParameterisedTemplate,
): Template {
  return new TemplateSet().add(name, body, { parameters, unknownParameters: unknownParameters ?? [] });
}

/**
 * The resources that a deployment of the template has, by logical id: those whose condition holds, with everything
 * resolved that does not depend on another resource. The same engine as the policy pack's.
 * @param name of the stack; the same for templates that are compared
 * @throws TemplateReadError when the body is no template
 */
export function resolveResources(
  name: string,
  template: ParameterisedTemplate,
): Record<string, ResolvedResource> {
  const { resources } = readTemplate(name, template);
  return Object.fromEntries(
    [...resources.values()]
      .filter((resource) => resource.exists())
      .map((resource) => [resource.logicalId, resolvedResource(resource)]),
  );
}

/** The outputs that a deployment of the template has, by name, resolved as far as its resources are. @throws as above */
export function resolveOutputs(name: string, template: ParameterisedTemplate): Record<string, unknown> {
  const read = readTemplate(name, template);
  const outputs = read.section("Outputs");
  if (outputs?.kind !== "map") return {};
  const found: Record<string, unknown> = {};
  for (const [output, { node }] of outputs.entries) {
    const condition = scalarText(child(node, "Condition"));
    const value = child(node, "Value");
    if (value === undefined || (condition !== undefined && !read.evaluator.condition(condition))) continue;
    found[output] = plain(read.evaluator.evaluate(value));
  }
  return found;
}
