import type { Enforcement } from "../engine/rule";
import { namesSecret, secretShape } from "../facts/secrets";
import { readTemplate } from "../engine/reader";
import { child, scalarText } from "../engine/nodes";
import { STACK_TYPE, type ProgramResource } from "./stacks";
import { isUnknownValue } from "./unknown";

/** A rule about the Pulumi program itself. */
export interface ProgramRule {
  readonly id: string;
  readonly title: string;
  readonly enforcement: Enforcement;
  readonly fix: string;
  /** What is wrong with a resource of the program; empty when nothing. */
  readonly judge: (resource: ProgramResource, stack: string) => readonly string[];
}

/** The two Regions of the platform: primary and DR. */
export const REGIONS: readonly string[] = ["ap-southeast-1", "ap-southeast-2"];
const TAGS = ["Environment", "Project", "CostCenter"];
/** Pulumi stacks that run in production. */
const PRODUCTION = /^prod(uction)?$/;
/** CloudFormation types that hold data or what decrypts it. */
const DATA_TYPES = new Set([
  "AWS::DynamoDB::GlobalTable",
  "AWS::DynamoDB::Table",
  "AWS::KMS::Key",
  "AWS::RDS::DBCluster",
  "AWS::RDS::DBInstance",
  "AWS::RDS::GlobalCluster",
  "AWS::S3::Bucket",
]);

const isAws = (type: string): boolean => /^aws(-native)?:/.test(type);
const isProvider = (type: string): boolean => /^pulumi:providers:aws(-native)?$/.test(type);

const explicitProviders: ProgramRule = {
  id: "program-explicit-providers",
  title: "Every AWS resource names its provider",
  enforcement: "mandatory",
  fix: "Pass the Region's provider.",
  judge({ type, provider }) {
    // A component has no provider of its own; the engine gives every other resource one.
    if (!isAws(type) || provider === undefined) return [];
    return /^default(_|$)/.test(provider.name) ? ["The resource uses the default provider."] : [];
  },
};

const onlyTwoRegions: ProgramRule = {
  id: "program-two-regions",
  title: "Resources stand in the two Regions only",
  enforcement: "mandatory",
  fix: `Use ${REGIONS.join(" or ")}.`,
  judge({ type, properties, provider }) {
    if (!isAws(type) && !isProvider(type)) return [];
    const region = properties["region"] ?? provider?.properties["region"];
    if (typeof region !== "string" || isUnknownValue(region)) return [];
    return REGIONS.includes(region) ? [] : [`${region} is not a Region of this platform.`];
  },
};

const threeTags: ProgramRule = {
  id: "program-three-tags",
  title: "Stacks carry Environment, Project and CostCenter",
  enforcement: "mandatory",
  fix: "Give the stack the three tags; CloudFormation hands them on.",
  judge({ type, properties }) {
    if (type !== STACK_TYPE) return [];
    const { tags } = properties;
    if (isUnknownValue(tags)) return [];
    const given = (typeof tags === "object" && tags !== null ? tags : {}) as Record<string, unknown>;
    const missing = TAGS.filter((tag) => given[tag] === undefined || given[tag] === "");
    return missing.length === 0 ? [] : [`The stack lacks the tag ${missing.join(", ")}.`];
  },
};

/** The types of a template's resources; empty when it cannot be read, which another policy reports. */
function typesIn(body: unknown): string[] {
  if (typeof body !== "string" || isUnknownValue(body)) return [];
  try {
    const resources = child(readTemplate(body), "Resources");
    if (resources?.kind !== "map") return [];
    return [...resources.entries.values()].map(({ node }) => scalarText(child(node, "Type")) ?? "");
  } catch {
    return [];
  }
}

const protectedData: ProgramRule = {
  id: "program-data-protected",
  title: "Stacks that hold data are protected in production",
  enforcement: "mandatory",
  fix: "Set protect on the stack.",
  judge({ type, properties, isProtected }, stack) {
    if (type !== STACK_TYPE || isProtected || !PRODUCTION.test(stack)) return [];
    const held = typesIn(properties["templateBody"]).find((name) => DATA_TYPES.has(name));
    return held === undefined ? [] : [`The stack holds ${held} but is not protected.`];
  },
};

const noSecretOutputs: ProgramRule = {
  id: "program-no-secret-outputs",
  title: "No stack output is a secret",
  enforcement: "mandatory",
  fix: "Export the secret's ARN.",
  judge({ type, properties }) {
    if (type !== "pulumi:pulumi:Stack") return [];
    return Object.entries(properties).flatMap(([name, value]) => {
      if (typeof value !== "string" || value === "" || isUnknownValue(value) || value.startsWith("arn:"))
        return [];
      const shape = secretShape(value);
      if (shape !== undefined) return [`The output ${name} is ${shape}.`];
      return namesSecret(name) ? [`By its name the output ${name} is a secret.`] : [];
    });
  },
};

export const PROGRAM_RULES: readonly ProgramRule[] = [
  explicitProviders,
  onlyTwoRegions,
  threeTags,
  protectedData,
  noSecretOutputs,
];
