import { requireFlag } from "../engine/checks";
import { pciRule } from "../engine/define";

/** Tables are encrypted under KMS. */
export const rule = pciRule({
  id: "dynamodb-encrypted",
  title: "Tables are encrypted with SSE-KMS",
  row: 20,
  requirements: "3.5.1 3.6.1",
  severity: "high",
  rationale:
    "Without SSESpecification DynamoDB uses a key that it owns: no one sees its use, no one can end it.",
  fix: "Set SSESpecification.SSEEnabled to true with SSEType KMS and a customer-managed key.",
  types: ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"],
  judge: (resource) =>
    requireFlag(
      resource,
      "SSESpecification.SSEEnabled",
      "true",
      "false",
      "The table is encrypted with a key that AWS owns.",
    ),
  examples: {
    compliant: [
      `T: {Type: AWS::DynamoDB::Table, Properties: {SSESpecification: {SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: k}}}`,
    ],
    violation: [
      `T: {Type: AWS::DynamoDB::Table}`,
      `T: {Type: AWS::DynamoDB::GlobalTable, Properties: {SSESpecification: {SSEEnabled: "false"}}}`,
    ],
    unresolved: [
      `Parameters: {E: {Type: String}}
Resources: {T: {Type: AWS::DynamoDB::Table, Properties: {SSESpecification: {SSEEnabled: !Ref E}}}}`,
    ],
  },
});
