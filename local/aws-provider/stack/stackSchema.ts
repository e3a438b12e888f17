import { Capability, OnFailure } from "@aws-sdk/client-cloudformation";
import type { Schema } from "../schema";
import { normaliseTemplate, unreadable, unreadableJson } from "./template";

const TEMPLATE_BODY_LIMIT_BYTES = 51_200;

/** The inputs of `aws.cloudformation.Stack`, as @pulumi/aws 7 declares and terraform-provider-aws 6 treats them. */
export const STACK_SCHEMA: Schema = {
  capabilities: { type: "strings", set: true, validate: knownCapabilities },
  disableRollback: { type: "boolean", replaces: true, conflictsWith: ["onFailure"] },
  iamRoleArn: { type: "string" },
  name: { type: "string", replaces: true, validate: validName },
  notificationArns: { type: "strings", set: true },
  onFailure: { type: "string", replaces: true, values: Object.values(OnFailure) },
  parameters: { type: "stringMap", keptWhenAbsent: true },
  policyBody: {
    type: "string",
    keptWhenAbsent: true,
    conflictsWith: ["policyUrl"],
    validate: unreadableJson,
    normalise: normaliseTemplate,
  },
  policyUrl: { type: "string" },
  region: { type: "string", replaces: true, keptWhenAbsent: true },
  tags: { type: "stringMap" },
  tagsAll: { type: "stringMap" },
  templateBody: {
    type: "string",
    keptWhenAbsent: true,
    conflictsWith: ["templateUrl"],
    validate: (body) => tooLong(String(body)) ?? unreadable(body),
    normalise: normaliseTemplate,
  },
  templateUrl: { type: "string" },
  timeoutInMinutes: { type: "integer", replaces: true },
};

function knownCapabilities(value: unknown): string | undefined {
  const known: string[] = Object.values(Capability);
  const wrong = (value as string[]).filter((capability) => !known.includes(capability));
  return wrong.length === 0
    ? undefined
    : `expected capabilities of ${known.join(", ")}, got ${wrong.join(", ")}`;
}

/** CreateStack's own rule for StackName. */
function validName(value: unknown): string | undefined {
  return /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(String(value))
    ? undefined
    : "must begin with a letter and have at most 128 letters, digits and hyphens";
}

function tooLong(body: string): string | undefined {
  const bytes = Buffer.byteLength(body);
  return bytes <= TEMPLATE_BODY_LIMIT_BYTES
    ? undefined
    : `has ${bytes} bytes; CloudFormation takes ${TEMPLATE_BODY_LIMIT_BYTES} inline, more only by templateUrl`;
}
