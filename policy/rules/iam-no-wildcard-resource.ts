import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { pattern, type Statement } from "../engine/iam";
import { unresolved, violation, type Verdict } from "../engine/rule";
import { IDENTITY_TYPES, allowed } from "../facts/identity";
import { isUnscoped } from "../iam/unscoped-actions";

/** True for `*` and for ARNs whose resource part is a wildcard from its name on (`table/*`, `function:*`). */
export function isEveryResource(resource: string): boolean {
  if (/^\*+$/.test(resource)) return true;
  if (!resource.startsWith("arn:")) return /^[*?]+$/.test(resource);
  const parts = resource.split(":");
  if (parts.slice(2).join(":").startsWith("*") && parts.length < 6) return true;
  const name = parts.slice(5).join(":");
  // A type in front (`table/`, `function:`, `log-group:`) is no name; S3 has buckets, no types.
  const bare = parts[2] === "s3" ? name : name.replace(/^\/?[a-z][a-z-]*[/:]/, "");
  return /^[*?]+([:/]|$)/.test(bare);
}

/** Actions of a statement that could name their resources but do not. */
function scopable(statement: Statement): string[] {
  if (statement.actions.length === 0) return statement.notActions.length > 0 ? ["NotAction"] : [];
  return statement.actions.flatMap((item) => {
    const action = pattern(item.value);
    if (action === undefined) return [];
    // A wildcard action contains some that could be scoped; another rule reports the wildcard itself.
    return /[*?]/.test(action) || !isUnscoped(action) ? [action] : [];
  });
}

/** Resources are named, where AWS lets a policy name them. */
export const rule = pciRule({
  id: "iam-no-wildcard-resource",
  title: "Policies name their resources",
  row: 34,
  requirements: "7.2.1 7.2.2 7.3.1",
  severity: "high",
  rationale:
    "Least privilege is an action on a thing. * is allowed only for actions that have no resource-level permission (AWS Service Authorization Reference).",
  fix: "Name the resources' ARNs; move actions without resource-level permission into a statement of their own.",
  types: IDENTITY_TYPES,
  judge(resource) {
    const { list, unknown } = allowed(resource);
    const found = list.flatMap((statement): Verdict[] => {
      if (statement.notResources.length > 0) {
        return [violation(`${statement.path}.NotResource`, "NotResource allows every resource but a few.")];
      }
      const wide = statement.resources.filter((item) => isEveryResource(pattern(item.value) ?? ""));
      const [first] = wide;
      if (first === undefined) return [];
      const actions = scopable(statement);
      if (actions.length === 0) return [];
      const shown = actions.length > 4 ? `${actions.slice(0, 4).join(", ")}, …` : actions.join(", ");
      return [violation(first.path, `${shown} allowed on every resource (${pattern(first.value) ?? ""}).`)];
    });
    return orCompliant([
      ...found,
      ...unknown.map((path) => unresolved(path, "The policy is known at deployment only.")),
    ]);
  },
  examples: {
    compliant: [
      `P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/*"}, {Effect: Allow, Action: ["ec2:DescribeInstances", "XRay:PutTraceSegments"], Resource: "*"}]}}}`,
      `P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: "logs:PutLogEvents", Resource: !Sub "arn:aws:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/f:*"}}}}`,
      `Q: {Type: AWS::SQS::Queue}
P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt Q.Arn}}}}`,
    ],
    violation: [
      `P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: "s3:GetObject", Resource: "*"}}}}`,
      `P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: "dynamodb:GetItem", Resource: !Sub "arn:aws:dynamodb:\${AWS::Region}:*:table/*"}}}}`,
      `P: {Type: AWS::IAM::Policy, Properties: {PolicyDocument: {Statement: {Effect: Allow, Action: "s3:GetObject", NotResource: "arn:aws:s3:::b/*"}}}}`,
    ],
    unresolved: [
      `Parameters: {P: {Type: String}}
Resources: {M: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: !Ref P}}}`,
    ],
  },
});
