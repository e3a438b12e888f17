import { pciRule } from "../engine/define";
import { child, type TemplateNode } from "../engine/nodes";
import type { PartVerdict } from "../engine/rule";
import { intrinsicCall, scalarText } from "../engine/nodes";
import type { Template } from "../engine/template";
import { secretShape } from "../facts/secrets";

/** The first hidden parameter that a node uses, by Ref or in a Sub. */
function hiddenParameter(node: TemplateNode, template: Template): string | undefined {
  const hidden = (name: string | undefined): string | undefined =>
    name !== undefined && template.parameters.get(name)?.noEcho === true ? name : undefined;
  if (node.kind === "scalar") return undefined;
  const call = intrinsicCall(node);
  if (call?.name === "Ref") return hidden(scalarText(call.argument));
  if (call?.name === "Fn::Sub") {
    const text = scalarText(call.argument.kind === "list" ? call.argument.items[0] : call.argument) ?? "";
    const found = [...text.matchAll(/\$\{([A-Za-z0-9]+)\}/g)]
      .map((match) => hidden(match[1]))
      .find((name) => name !== undefined);
    if (found !== undefined) return found;
  }
  const inner = node.kind === "list" ? node.items : [...node.entries.values()].map((entry) => entry.node);
  return inner.map((item) => hiddenParameter(item, template)).find((name) => name !== undefined);
}

/** Outputs show no credential. */
export const rule = pciRule({
  id: "output-secrets",
  title: "Outputs show no credential",
  row: 30,
  requirements: "8.3.2 8.6.2",
  severity: "critical",
  rationale: "Outputs are plain text for everyone who may describe the stack, whatever NoEcho hid before.",
  fix: "Output the secret's ARN instead of its value.",
  types: [],
  judgeTemplate(template) {
    const outputs = template.section("Outputs");
    if (outputs?.kind !== "map") return [];
    const found: PartVerdict[] = [];
    for (const [name, { node, line }] of outputs.entries) {
      const value = child(node, "Value");
      if (value === undefined) continue;
      const parameter = hiddenParameter(value, template);
      const shape = secretShape(scalarText(value) ?? "");
      const reason = parameter !== undefined ? `the hidden parameter ${parameter}` : shape;
      if (reason === undefined) continue;
      found.push({
        result: "violation",
        logicalId: name,
        line,
        path: `Outputs.${name}.Value`,
        message: `The output shows ${reason}.`,
      });
    }
    return found;
  },
  examples: {
    compliant: [
      `Resources: {S: {Type: AWS::SecretsManager::Secret}}
Outputs: {Arn: {Value: !Ref S}}`,
    ],
    violation: [
      `Parameters: {DbPassword: {Type: String, NoEcho: true}}
Resources: {Q: {Type: AWS::SQS::Queue}}
Outputs: {P: {Value: !Sub "p=\${DbPassword}"}}`,
    ],
  },
});
