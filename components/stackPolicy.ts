import type { Template } from "./template";

/** Resource types whose replacement or removal loses data. */
export const STATEFUL_TYPES: readonly string[] = [
  "AWS::Backup::BackupVault",
  "AWS::DynamoDB::GlobalTable",
  "AWS::DynamoDB::Table",
  "AWS::KMS::Key",
  "AWS::RDS::DBCluster",
  "AWS::RDS::GlobalCluster",
  "AWS::S3::Bucket",
];

/** True when the template has a resource whose loss is a loss of data (or of the key that opens the data). */
export function holdsData(template: Pick<Template, "resourceTypes">): boolean {
  return [...template.resourceTypes.values()].some((type) => STATEFUL_TYPES.includes(type));
}

/**
 * Stack policy for stacks that hold data: everything may be updated, nothing stateful replaced or removed. It guards
 * updates only; deletion of the stack is guarded by Pulumi's `protect` and by the resources' own deletion protection.
 */
export function statefulStackPolicy(): string {
  return JSON.stringify({
    Statement: [
      { Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" },
      {
        Effect: "Deny",
        Action: ["Update:Replace", "Update:Delete"],
        Principal: "*",
        Resource: "*",
        Condition: { StringEquals: { ResourceType: STATEFUL_TYPES } },
      },
    ],
  });
}
