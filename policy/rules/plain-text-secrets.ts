import { pciRule } from "../engine/define";
import type { TemplateNode } from "../engine/nodes";
import type { PartVerdict } from "../engine/rule";
import { isCredentialKey, scriptSecret, secretShape } from "../facts/secrets";

/** Shorter texts are no credential that could be told from a word. */
const MIN_LENGTH = 4;

interface Found {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

function judgeText(text: string, key: string, inUserData: boolean): string | undefined {
  const shape = secretShape(text);
  if (shape !== undefined) return `The text holds ${shape}.`;
  if (inUserData) {
    const name = scriptSecret(text);
    return name === undefined ? undefined : `The script sets ${name} to a plain text.`;
  }
  const harmless = /^(arn:|\{\{resolve:(secretsmanager|ssm-secure):)/.test(text);
  return isCredentialKey(key) && !harmless ? `${key} holds a plain text.` : undefined;
}

/** Walks through everything that is written in a resource. */
function walk(node: TemplateNode, path: string, key: string, inUserData: boolean, found: Found[]): void {
  if (node.kind === "scalar") {
    if (typeof node.value !== "string" || node.value.length < MIN_LENGTH) return;
    const message = judgeText(node.value, key, inUserData);
    if (message !== undefined) found.push({ path, line: node.line, message });
    return;
  }
  if (node.kind === "list") {
    node.items.forEach((item, index) => walk(item, `${path}[${index}]`, "", inUserData, found));
    return;
  }
  for (const [name, entry] of node.entries) {
    // The argument of Ref, GetAtt and the like is a name, not a value.
    const isCall = name === "Ref" || name.startsWith("Fn::");
    walk(
      entry.node,
      isCall ? path : `${path}.${name}`,
      isCall ? "" : name,
      inUserData || name === "UserData",
      found,
    );
  }
}

/** Types whose credentials the rules about credential properties and environments judge by their values. */
const JUDGED_ELSEWHERE =
  /^AWS::(RDS|DocDB|Redshift|ElastiCache|DMS|DirectoryService|AmazonMQ|SecretsManager|MemoryDB|Lambda)::/;

/** No resource carries a credential in plain text. */
export const rule = pciRule({
  id: "plain-text-secrets",
  title: "No resource holds a plain-text password, key or token",
  row: 30,
  requirements: "8.3.2 8.6.2 8.6.3",
  severity: "critical",
  rationale: "A template is a file that many can read, in every version that was ever committed.",
  fix: "Use a dynamic reference to Secrets Manager, or let the resource read the secret at run time.",
  types: [],
  judgeTemplate(template) {
    const verdicts: PartVerdict[] = [];
    for (const resource of template.resources.values()) {
      const properties = resource.node.entries.get("Properties");
      if (JUDGED_ELSEWHERE.test(resource.type) || properties === undefined || !resource.exists()) continue;
      const found: Found[] = [];
      walk(properties.node, "Properties", "", false, found);
      for (const item of found)
        verdicts.push({ result: "violation", logicalId: resource.logicalId, ...item });
    }
    return verdicts;
  },
  examples: {
    compliant: [
      `I: {Type: AWS::EC2::Instance, Properties: {UserData: !Base64 "PASSWORD=$(aws secretsmanager get-secret-value --secret-id s)"}}
C: {Type: "Custom::Thing", Properties: {Password: "{{resolve:secretsmanager:s:SecretString:p}}", ApiKey: !Ref "AWS::NoValue"}}`,
    ],
    violation: [
      `I: {Type: AWS::EC2::Instance, Properties: {UserData: !Base64 "export DB_PASSWORD=hunter22"}}`,
      `C: {Type: "Custom::Thing", Properties: {Password: hunter22}}`,
      `P: {Type: AWS::SSM::Parameter, Properties: {Value: AKIAIOSFODNN7EXAMPLE}}`,
    ],
  },
});
