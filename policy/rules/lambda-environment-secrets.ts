import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { notApplicable, unresolved, violation, type Verdict } from "../engine/rule";
import type { Template } from "../engine/template";
import { Text, at, isList, isMap, isOpaque, symbolOf, type Value } from "../engine/values";
import { judgeSecretValue, namesSecret, secretShape } from "../facts/secrets";

/** Judges one variable by its name and by the shape of its value. */
function variableVerdict(name: string, value: Value, path: string, template: Template): Verdict[] {
  const text = value instanceof Text ? value.render("") : typeof value === "object" ? "" : String(value);
  const shape = secretShape(text);
  if (shape !== undefined) return [violation(path, `${name} holds ${shape}.`)];
  if (!namesSecret(name)) return [];
  const verdict = judgeSecretValue(value, template);
  if (verdict === undefined) return [];
  return [
    verdict.result === "violation"
      ? violation(path, `${name}: ${verdict.message}`)
      : unresolved(path, verdict.message),
  ];
}

/** Lists of `{Name, Value}` pairs that become a process's environment. */
const PAIR_LISTS: Readonly<Record<string, readonly [string, string]>> = {
  "AWS::ECS::TaskDefinition": ["ContainerDefinitions", "Environment"],
  "AWS::CodeBuild::Project": ["Environment", "EnvironmentVariables"],
};

function pairs(
  value: Value | undefined,
  list: string,
  path: string,
): { name: string; value: Value; path: string }[] {
  if (isList(value)) return value.flatMap((item, index) => pairs(item, list, `${path}.${index}`));
  const entries = at(value, list);
  if (!isList(entries)) return [];
  return entries.flatMap((entry, index) => {
    if (!isMap(entry) || entry["Value"] === undefined) return [];
    // CodeBuild reads these two from a store; the value is a name.
    if (entry["Type"] === "SECRETS_MANAGER" || entry["Type"] === "PARAMETER_STORE") return [];
    return [{ name: symbolOf(entry["Name"]), value: entry["Value"], path: `${path}.${list}.${index}.Value` }];
  });
}

/** No environment carries a credential in plain text. */
export const rule = pciRule({
  id: "lambda-environment-secrets",
  title: "No environment variable holds a plain-text password, key or token",
  row: 30,
  requirements: "8.3.2 8.6.2 8.6.3",
  severity: "critical",
  rationale: "Environment variables are shown to everyone who may read the configuration.",
  fix: "Pass the secret's ARN and read the secret at run time.",
  types: ["AWS::Lambda::Function", ...Object.keys(PAIR_LISTS)],
  judge(resource) {
    const { template } = resource;
    const list = PAIR_LISTS[resource.type];
    if (list !== undefined) {
      const found = pairs(resource.get(list[0]), list[1], list[0]);
      return orCompliant(
        found.flatMap(({ name, value, path }) => variableVerdict(name, value, path, template)),
      );
    }
    const variables = resource.get("Environment.Variables");
    if (isOpaque(variables))
      return unresolved("Environment.Variables", "The variables are known at deployment only.");
    if (!isMap(variables)) return notApplicable("It has no environment variables.");
    return orCompliant(
      Object.entries(variables).flatMap(([name, value]) =>
        value === undefined ? [] : variableVerdict(name, value, `Environment.Variables.${name}`, template),
      ),
    );
  },
  examples: {
    compliant: [
      `F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {SECRET_ARN: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s", TOKEN_TABLE: t, DB_HOST: h}}}}`,
      `Parameters: {First: {Type: String}, Second: {Type: String}}
Resources: {F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {SECRET_ARNS: !Join [",", [!Ref First, !Ref Second]]}}}}}`,
      `F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_PASSWORD: "{{resolve:secretsmanager:s:SecretString:p}}"}}}}`,
      `S: {Type: AWS::SecretsManager::Secret}
F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_SECRET: !Ref S}}}}`,
    ],
    violation: [
      `F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {DB_PASSWORD: hunter22}}}}`,
      `F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {URL: "postgres://user:hunter22@host/db"}}}}`,
      `Parameters: {ApiKey: {Type: String}}
Resources: {F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {API_KEY: !Ref ApiKey}}}}}`,
    ],
    notApplicable: [`F: {Type: AWS::Lambda::Function, Properties: {Runtime: nodejs22.x}}`],
    unresolved: [
      `Parameters: {V: {Type: String}}
Resources: {F: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: !Ref V}}}}`,
    ],
  },
});
