import type { Template } from "./load";

/** What CloudFormation asks the caller to acknowledge. */
export type Capability = "CAPABILITY_IAM" | "CAPABILITY_NAMED_IAM" | "CAPABILITY_AUTO_EXPAND";

/** IAM types that need an acknowledgement, with the property that makes them "named". */
const IAM_NAME_PROPERTIES: Readonly<Record<string, string>> = {
  "AWS::IAM::AccessKey": "",
  "AWS::IAM::Group": "GroupName",
  "AWS::IAM::GroupPolicy": "",
  "AWS::IAM::InstanceProfile": "InstanceProfileName",
  "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
  "AWS::IAM::Policy": "",
  "AWS::IAM::Role": "RoleName",
  "AWS::IAM::RolePolicy": "",
  "AWS::IAM::User": "UserName",
  "AWS::IAM::UserPolicy": "",
  "AWS::IAM::UserToGroupAddition": "",
};

const FOR_EACH = "Fn::ForEach::";

type Mapping = Record<string, unknown>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function containsKey(node: unknown, matches: (key: string) => boolean): boolean {
  if (Array.isArray(node)) return node.some((item) => containsKey(item, matches));
  if (!isMapping(node)) return false;
  return Object.entries(node).some(([key, value]) => matches(key) || containsKey(value, matches));
}

/** Resource bodies, those inside `Fn::ForEach` loops (`[variable, collection, {id: body}]`) included. */
function resourceBodies(resources: Mapping): Mapping[] {
  return Object.entries(resources).flatMap(([name, body]) => {
    if (!name.startsWith(FOR_EACH)) return isMapping(body) ? [body] : [];
    const fragment: unknown = Array.isArray(body) ? body[2] : undefined;
    return isMapping(fragment) ? resourceBodies(fragment) : [];
  });
}

function iamCapability(body: Mapping): Capability | undefined {
  const nameProperty = IAM_NAME_PROPERTIES[String(body["Type"])];
  if (nameProperty === undefined) return undefined;
  const properties = isMapping(body["Properties"]) ? body["Properties"] : {};
  return nameProperty !== "" && properties[nameProperty] !== undefined
    ? "CAPABILITY_NAMED_IAM"
    : "CAPABILITY_IAM";
}

/**
 * Capabilities that a template needs, sorted. NAMED_IAM includes IAM, so only one of the two is returned. A nested
 * stack may hold anything: it asks for NAMED_IAM and AUTO_EXPAND.
 * Source: CloudFormation API reference, CreateStack, `Capabilities`.
 */
export function capabilitiesOf(template: Pick<Template, "document">): Capability[] {
  const resources = isMapping(template.document["Resources"]) ? template.document["Resources"] : {};
  const bodies = resourceBodies(resources);
  const iam = new Set(bodies.map(iamCapability));
  const nested = bodies.some((body) => body["Type"] === "AWS::CloudFormation::Stack");
  const expands =
    nested ||
    template.document["Transform"] !== undefined ||
    bodies.some((body) => body["Type"] === "AWS::CloudFormation::Macro") ||
    containsKey(template.document, (key) => key === "Fn::Transform" || key.startsWith(FOR_EACH));
  const needed: Capability[] = [];
  if (expands) needed.push("CAPABILITY_AUTO_EXPAND");
  if (nested || iam.has("CAPABILITY_NAMED_IAM")) needed.push("CAPABILITY_NAMED_IAM");
  else if (iam.has("CAPABILITY_IAM")) needed.push("CAPABILITY_IAM");
  return needed;
}
