import { ParameterError } from "./errors";
import type { ParameterDeclaration } from "./load";

/** What a program may pass for a parameter, once resolved. */
export type ParameterValue = string | number | boolean | readonly (string | number | boolean)[];

/** Largest parameter value, in bytes. Source: CloudFormation quotas, "Parameter value size". */
const VALUE_LIMIT_BYTES = 4096;

/** Longest value repeated in an error message, in characters: enough to recognise it. */
const SHOWN_LIMIT_CHARACTERS = 200;

/** Decimal numbers as CloudFormation's type Number takes them. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

function scalarText(value: string | number | boolean): string {
  return typeof value === "number" && Object.is(value, -0) ? "0" : String(value);
}

/** `-0` and `1e2` are numbers too, but a canonical text must not depend on how they were written. */
function canonicalNumber(text: string): string {
  return NUMBER.test(text) ? scalarText(Number(text)) : text;
}

function isNumeric(type: string): boolean {
  return type === "Number" || type === "List<Number>";
}

/** True for `CommaDelimitedList` and every `List<…>` type, SSM parameter types excepted (those are keys). */
export function isList(type: string): boolean {
  return type === "CommaDelimitedList" || type.startsWith("List<");
}

/**
 * One text per value, whatever the program wrote: booleans and numbers as text, lists joined by commas without
 * blanks. CloudFormation answers in this form, so an unchanged value shows no difference (pulumi-aws#2492).
 */
export function normaliseParameter(declaration: ParameterDeclaration, value: ParameterValue): string {
  const texts = (Array.isArray(value) ? value : [value]).map((item: string | number | boolean) =>
    scalarText(item),
  );
  const items = isList(declaration.type)
    ? texts.flatMap((text) => text.split(",")).map((text) => text.trim())
    : texts;
  return (isNumeric(declaration.type) ? items.map(canonicalNumber) : items).join(",");
}

function shown(declaration: ParameterDeclaration, text: string): string {
  if (declaration.noEcho) return "(hidden, NoEcho)";
  return JSON.stringify(
    text.length > SHOWN_LIMIT_CHARACTERS ? `${text.slice(0, SHOWN_LIMIT_CHARACTERS)}...` : text,
  );
}

/** Allowed values are compared as numbers where the type is a number: `1` and `1.0` are the same. */
function isAllowed(declaration: ParameterDeclaration, item: string): boolean {
  const allowed = declaration.allowedValues ?? [];
  if (!isNumeric(declaration.type)) return allowed.includes(item);
  return allowed.some((value) => Number(value) === Number(item));
}

/** CloudFormation matches the whole value, whether or not the pattern is anchored. */
function matchesWhole(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text);
}

/** First rule that one item (a list's element, or the whole value) breaks. */
function brokenItemRule(declaration: ParameterDeclaration, item: string): string | undefined {
  const { type, allowedPattern, minValue, maxValue } = declaration;
  if (isNumeric(type)) {
    if (!NUMBER.test(item)) return `Type ${type} takes numbers only`;
    if (minValue !== undefined && Number(item) < minValue) return `MinValue is ${minValue}`;
    if (maxValue !== undefined && Number(item) > maxValue) return `MaxValue is ${maxValue}`;
  }
  if (declaration.allowedValues && !isAllowed(declaration, item)) {
    return `AllowedValues are ${declaration.allowedValues.join(", ")}`;
  }
  if (allowedPattern !== undefined && !matchesWhole(allowedPattern, item)) {
    return `AllowedPattern is ${allowedPattern}`;
  }
  if (type.startsWith("List<AWS::") && item === "") return `Type ${type} has no empty element`;
  return awsTypeRule(type, item);
}

/**
 * Shapes of the AWS-specific types that templates use. CloudFormation checks that the thing exists; its shape can be
 * checked before. Types that are not listed here pass.
 */
const AWS_TYPE_SHAPES: Readonly<Record<string, RegExp>> = {
  "AWS::EC2::VPC::Id": /^vpc-[0-9a-f]+$/,
  "AWS::EC2::Subnet::Id": /^subnet-[0-9a-f]+$/,
  "AWS::EC2::SecurityGroup::Id": /^sg-[0-9a-f]+$/,
  "AWS::EC2::AvailabilityZone::Name": /^[a-z]{2}(-[a-z]+)+-\d+[a-z]$/,
  "AWS::Route53::HostedZone::Id": /^Z[0-9A-Z]+$/,
};

function awsTypeRule(type: string, item: string): string | undefined {
  const elementType = /^List<(.+)>$/.exec(type)?.[1] ?? type;
  const shape = AWS_TYPE_SHAPES[elementType];
  return shape && !shape.test(item) ? `Type ${type} takes ids like ${shape.source}` : undefined;
}

function brokenRule(declaration: ParameterDeclaration, text: string): string | undefined {
  const { minLength, maxLength, type } = declaration;
  if (Buffer.byteLength(text, "utf8") > VALUE_LIMIT_BYTES)
    return `a value has at most ${VALUE_LIMIT_BYTES} bytes`;
  if (minLength !== undefined && text.length < minLength) return `MinLength is ${minLength}`;
  if (maxLength !== undefined && text.length > maxLength) return `MaxLength is ${maxLength}`;
  for (const item of isList(type) ? text.split(",") : [text]) {
    const broken = brokenItemRule(declaration, item);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/**
 * Checks one resolved value against the template's rules and returns its canonical text.
 * @throws ParameterError naming stack, parameter, value (hidden when NoEcho), rule and ConstraintDescription
 */
export function checkParameter(
  stack: string,
  declaration: ParameterDeclaration,
  value: ParameterValue,
): string {
  const text = normaliseParameter(declaration, value);
  const broken = brokenRule(declaration, text);
  if (broken === undefined) return text;
  const hint = declaration.constraintDescription;
  throw new ParameterError(
    stack,
    declaration.name,
    shown(declaration, text),
    hint === undefined ? broken : `${broken} (${hint.replace(/\.$/, "")})`,
  );
}

/**
 * Checks the names alone, which are known before any value is: nothing unknown, nothing required missing.
 * @param given names with a value
 * @throws ParameterError for the first name that fails
 */
export function checkParameterNames(
  stack: string,
  declarations: ReadonlyMap<string, ParameterDeclaration>,
  given: readonly string[],
): void {
  const unknown = given.filter((name) => !declarations.has(name)).sort()[0];
  if (unknown !== undefined) {
    const known = [...declarations.keys()].sort().join(", ");
    throw new ParameterError(
      stack,
      unknown,
      undefined,
      `the template declares no such parameter; it has ${known}`,
    );
  }
  for (const declaration of declarations.values()) {
    if (declaration.defaultValue === undefined && !given.includes(declaration.name)) {
      throw new ParameterError(stack, declaration.name, undefined, requiredRule(declaration));
    }
  }
}

/** Message for a required parameter without a value. */
export function requiredRule(declaration: ParameterDeclaration): string {
  const what = declaration.description === undefined ? "" : `: ${declaration.description}`;
  return `required, but no value is given (type ${declaration.type}${what})`;
}
