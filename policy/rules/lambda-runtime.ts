import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { isUnresolved } from "../engine/values";
import { RUNTIME_ENDS } from "../facts/runtimes";

/** Functions run on a supported runtime. */
export const rule = pciRule({
  id: "lambda-runtime",
  title: "Functions use a supported runtime",
  row: 31,
  requirements: "6.3.3",
  severity: "high",
  rationale: "A runtime past its end gets no security patches.",
  fix: "Move to a runtime that Lambda supports.",
  types: ["AWS::Lambda::Function", "AWS::Serverless::Function"],
  judge(resource, { settings }) {
    const value = resource.get("Runtime");
    if (value === undefined) return notApplicable("It names no runtime: its image brings one.");
    if (isUnresolved(value)) return unresolved("Runtime", "The runtime is known at deployment only.");
    const runtime = known(value) ?? "";
    const end = RUNTIME_ENDS[runtime];
    if (end !== undefined && Date.parse(end) <= settings.today.getTime()) {
      return violation("Runtime", `Lambda's support for ${runtime} ended on ${end}.`);
    }
    return COMPLIANT;
  },
  examples: {
    compliant: [`F: {Type: AWS::Lambda::Function, Properties: {Runtime: nodejs24.x}}`],
    violation: [
      `F: {Type: AWS::Lambda::Function, Properties: {Runtime: nodejs14.x}}`,
      `Parameters: {R: {Type: String, Default: python3.7}}
Resources: {F: {Type: AWS::Lambda::Function, Properties: {Runtime: !Ref R}}}`,
    ],
    notApplicable: [`F: {Type: AWS::Lambda::Function, Properties: {PackageType: Image}}`],
    unresolved: [
      `Parameters: {R: {Type: String}}
Resources: {F: {Type: AWS::Lambda::Function, Properties: {Runtime: !Ref R}}}`,
    ],
  },
});
