import { isMap, isList, type Value } from "../engine/values";
import { statements, type Statement } from "../engine/iam";
import type { Resource } from "../engine/template";

/** Resource types that carry identity policies. */
export const IDENTITY_TYPES = [
  "AWS::IAM::Role",
  "AWS::IAM::Policy",
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::RolePolicy",
  "AWS::IAM::Group",
  "AWS::IAM::GroupPolicy",
  "AWS::IAM::User",
  "AWS::IAM::UserPolicy",
];

/** The policy documents of an identity resource with their paths. */
export function documents(resource: Resource): { document: Value; path: string }[] {
  const found: { document: Value; path: string }[] = [];
  const own = resource.get("PolicyDocument");
  if (own !== undefined) found.push({ document: own, path: "PolicyDocument" });
  const inline = resource.get("Policies");
  const list = isList(inline) ? inline : inline === undefined ? [] : [inline];
  list.forEach((policy, index) => {
    const document = isMap(policy) ? policy["PolicyDocument"] : policy;
    if (document !== undefined)
      found.push({ document, path: isList(inline) ? `Policies.${index}.PolicyDocument` : "Policies" });
  });
  return found;
}

/** All Allow statements of an identity resource; `unknown` holds the paths of documents that cannot be known. */
export function allowed(resource: Resource): { list: Statement[]; unknown: string[] } {
  const list: Statement[] = [];
  const unknown: string[] = [];
  for (const { document, path } of documents(resource)) {
    const found = statements(document, path);
    if (found === undefined) unknown.push(path);
    else list.push(...found.filter((statement) => statement.effect !== "Deny"));
  }
  return { list, unknown };
}
