import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { isPresent, isUnresolved, Reference } from "../engine/values";

/** Whoever may invoke a function is named; a service only for a named source. */
export const rule = pciRule({
  id: "lambda-permission-source",
  title: "Functions are not invocable by everyone, and by services only for a named source",
  row: 10,
  requirements: "1.4.2 7.3.1",
  severity: "high",
  rationale:
    "Without a source a service may be made to call the function on behalf of another customer's resource.",
  fix: "Name the principal, and give SourceArn or SourceAccount for a service.",
  types: ["AWS::Lambda::Permission"],
  judge(resource) {
    const value = resource.get("Principal");
    if (value === undefined) return notApplicable("It names no principal.");
    const source = ["SourceArn", "SourceAccount", "EventSourceToken", "PrincipalOrgID"].some((name) => {
      const given = resource.get(name);
      return isPresent(given) && !/^\*?$|^arn:(\*:)+\*$/.test(known(given) ?? "x");
    });
    if (value === "*") {
      return isPresent(resource.get("PrincipalOrgID"))
        ? COMPLIANT
        : violation("Principal", "Everyone may invoke the function.");
    }
    if (source || value instanceof Reference) return COMPLIANT;
    if (isUnresolved(value))
      return unresolved("Principal", "Whether the principal is a service is known at deployment only.");
    const principal = known(value) ?? "";
    return /\.amazonaws\.com(\.cn)?$/.test(principal)
      ? violation("Principal", `${principal} may invoke the function for any source.`)
      : COMPLIANT;
  },
  examples: {
    compliant: [
      `P: {Type: AWS::Lambda::Permission, Properties: {Action: "lambda:InvokeFunction", FunctionName: f, Principal: s3.amazonaws.com, SourceAccount: !Ref "AWS::AccountId"}}`,
      `P: {Type: AWS::Lambda::Permission, Properties: {Action: "lambda:InvokeFunction", FunctionName: f, Principal: "111122223333"}}`,
      `P: {Type: AWS::Lambda::Permission, Properties: {Action: "lambda:InvokeFunction", FunctionName: f, Principal: "*", PrincipalOrgID: o-1}}`,
    ],
    violation: [
      `P: {Type: AWS::Lambda::Permission, Properties: {Action: "lambda:InvokeFunction", FunctionName: f, Principal: "*"}}`,
      `P: {Type: AWS::Lambda::Permission, Properties: {Action: "lambda:InvokeFunction", FunctionName: f, Principal: events.amazonaws.com}}`,
    ],
    unresolved: [
      `Parameters: {Who: {Type: String}}
Resources: {P: {Type: AWS::Lambda::Permission, Properties: {Action: "lambda:InvokeFunction", FunctionName: f, Principal: !Ref Who}}}`,
    ],
  },
});
