import { readFileSync } from "node:fs";
import type { TemplateInputs } from "../engine/template";
import { isUnknownValue, withoutProxy } from "./unknown";

/** The Pulumi type of a CloudFormation stack. */
export const STACK_TYPE = "aws:cloudformation/stack:Stack";
/** Pulumi types of an object in a bucket that may hold a template. */
const OBJECT_TYPES = new Set(["aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/bucketObject:BucketObject"]);

/** A resource as this pack sees it. */
export interface ProgramResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly properties: Record<string, unknown>;
  readonly provider?: { readonly name: string; readonly properties: Record<string, unknown> };
  readonly isProtected: boolean;
}

/** The text of a stack's template, or why it cannot be had. */
export type StackTemplate =
  { readonly body: string; readonly inputs: TemplateInputs } | { readonly problem: string };

/** The template of a stack: its inline body, or the object of the same program that its URL names. */
export function stackTemplate(stack: ProgramResource, objects: readonly ProgramResource[]): StackTemplate {
  const { templateBody, templateUrl } = stack.properties;
  const inputs = stackInputs(stack);
  if (isUnknownValue(templateBody))
    return { problem: "the template is computed from values that are not known yet" };
  if (typeof templateBody === "string" && templateBody !== "") return { body: templateBody, inputs };
  const object = objects.find((candidate) => namedBy(templateUrl, candidate));
  const body = object === undefined ? undefined : objectText(object);
  if (body !== undefined) return { body, inputs };
  return { problem: "its templateUrl names no object whose content this program uploads" };
}

/** Whether a template URL ends in the object's key. */
function namedBy(url: unknown, object: ProgramResource): boolean {
  const { key } = object.properties;
  if (typeof key !== "string" || isUnknownValue(key)) return false;
  if (typeof url !== "string" || isUnknownValue(url)) return false;
  return url.split("?")[0]?.endsWith(`/${key}`) === true;
}

/** The template in an object that is known to be the stack's, although its URL is not known yet. */
export function stackTemplateByDependency(stack: ProgramResource, object: ProgramResource): StackTemplate {
  const body = objectText(object);
  return body === undefined
    ? { problem: "the content of its template object is not known" }
    : { body, inputs: stackInputs(stack) };
}

export function isTemplateObject(type: string): boolean {
  return OBJECT_TYPES.has(type);
}

function objectText(object: ProgramResource): string | undefined {
  const { content, source } = object.properties;
  if (typeof content === "string" && !isUnknownValue(content)) return content;
  const asset = withoutProxy((source ?? {}) as Record<string, unknown>);
  const { text, path } = asset as { text?: unknown; path?: unknown };
  if (typeof text === "string") return text;
  if (typeof path !== "string") return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Parameter values, the stack's name and its provider's Region. */
function stackInputs(stack: ProgramResource): TemplateInputs {
  const parameters: Record<string, unknown> = {};
  const unknownParameters: string[] = [];
  const given = stack.properties["parameters"];
  if (typeof given === "object" && given !== null) {
    for (const [name, value] of Object.entries(given)) {
      if (isUnknownValue(value)) unknownParameters.push(name);
      else parameters[name] = value;
    }
  }
  const region = stack.properties["region"] ?? stack.provider?.properties["region"];
  if (typeof region === "string" && !isUnknownValue(region)) parameters["AWS::Region"] = region;
  const { name } = stack.properties;
  if (typeof name === "string" && !isUnknownValue(name)) parameters["AWS::StackName"] = name;
  return { parameters, unknownParameters };
}
