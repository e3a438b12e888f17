import { pciRule } from "../engine/define";
import { lineOf } from "../engine/nodes";
import type { PartVerdict } from "../engine/rule";
import { defaultText, holdsSecret, namesSecret, secretShape } from "../facts/secrets";

/** Parameters that hold credentials are hidden and have no default. */
export const rule = pciRule({
  id: "parameter-secrets",
  title: "Parameters for credentials are NoEcho and have no default",
  row: 30,
  requirements: "8.3.2 8.6.2 8.6.3",
  severity: "critical",
  rationale:
    "Without NoEcho everyone who may describe the stack reads the value; a default is a password in a file.",
  fix: "Set NoEcho to true and remove the default, or use a dynamic reference in place of the parameter.",
  types: [],
  judgeTemplate(template) {
    const found: PartVerdict[] = [];
    for (const parameter of template.parameters.values()) {
      const base = { result: "violation", logicalId: parameter.name } as const;
      const text = defaultText(parameter) ?? "";
      const line = lineOf(parameter.node, "Default") ?? parameter.line;
      const path = `Parameters.${parameter.name}.Default`;
      const shape = secretShape(text);
      if (shape !== undefined) {
        found.push({ ...base, line, path, message: `The default holds ${shape}.` });
        continue;
      }
      if (!holdsSecret(parameter)) continue;
      // Names and ARNs of secrets are no secrets; a dynamic reference is resolved at deployment.
      if (text !== "" && !/^arn:|\{\{resolve:(secretsmanager|ssm-secure):/.test(text)) {
        found.push({ ...base, line, path, message: "A credential has a plain-text default." });
      } else if (!parameter.noEcho && namesSecret(parameter.name) && text === "") {
        const message = "The parameter holds a credential but is shown: NoEcho is missing.";
        found.push({ ...base, line: parameter.line, path: `Parameters.${parameter.name}`, message });
      }
    }
    return found;
  },
  examples: {
    compliant: [
      `Parameters: {DbPassword: {Type: String, NoEcho: "true"}, SecretArn: {Type: String}, UsePassword: {Type: String, Default: "true"}, PasswordLength: {Type: Number, Default: 20}}
Resources: {Q: {Type: AWS::SQS::Queue}}`,
    ],
    violation: [
      `Parameters: {DbPassword: {Type: String, NoEcho: true, Default: hunter22}}
Resources: {Q: {Type: AWS::SQS::Queue}}`,
      `Parameters: {ApiKey: {Type: String}}
Resources: {Q: {Type: AWS::SQS::Queue}}`,
    ],
  },
});
