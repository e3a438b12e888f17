import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { pattern } from "../engine/iam";
import { unresolved, violation, type Verdict } from "../engine/rule";
import { isList, symbolOf } from "../engine/values";
import { IDENTITY_TYPES, allowed } from "../facts/identity";

/** AWS's managed policies that allow everything, or nearly so. */
const ADMINISTRATOR = /:iam::aws:policy\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

/** Nobody is administrator. */
export const rule = pciRule({
  id: "iam-no-administrator",
  title: "No policy makes an administrator",
  row: 34,
  requirements: "7.2.1 7.2.2 7.3.1",
  severity: "critical",
  rationale: "Access is assigned by job and least privilege; everything is nobody's job.",
  fix: "Allow the actions that are needed on the resources that are needed.",
  types: IDENTITY_TYPES,
  judge(resource) {
    const { list, unknown } = allowed(resource);
    const found: Verdict[] = list
      .filter((statement) => {
        const actions = statement.actions.some((item) => /^(\*|\*:\*)$/.test(pattern(item.value) ?? ""));
        return actions && statement.resources.some((item) => item.value === "*");
      })
      .map((statement) => violation(statement.path, "The statement allows every action on every resource."));
    const managed = resource.get("ManagedPolicyArns");
    if (isList(managed)) {
      managed.forEach((arn, index) => {
        const name = ADMINISTRATOR.exec(symbolOf(arn))?.[1];
        if (name !== undefined) found.push(violation(`ManagedPolicyArns.${index}`, `${name} is attached.`));
      });
    }
    for (const path of unknown) found.push(unresolved(path, "The policy is known at deployment only."));
    return orCompliant(found);
  },
  examples: {
    compliant: [
      `R: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}}`,
    ],
    violation: [
      `P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: "*", Resource: "*"}}}}`,
      `R: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [!Sub "arn:\${AWS::Partition}:iam::aws:policy/AdministratorAccess"]}}`,
    ],
    unresolved: [
      `Parameters: {P: {Type: String}}
Resources: {M: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: !Ref P}}}`,
    ],
  },
});
