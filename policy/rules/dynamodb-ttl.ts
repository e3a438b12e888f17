import { requireFlag } from "../engine/checks";
import { pciRule } from "../engine/define";

/** Items expire. */
export const rule = pciRule({
  id: "dynamodb-ttl",
  title: "Tables dispose of items by time to live",
  row: 18,
  requirements: "3.2.1",
  severity: "low",
  rationale: "Stored data is kept no longer than needed; without a time to live a table keeps every item.",
  fix: "Enable TimeToLiveSpecification, or state in a suppression how the table's items are disposed of.",
  types: ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"],
  judge: (resource) =>
    requireFlag(resource, "TimeToLiveSpecification.Enabled", "true", "false", "Items never expire."),
  examples: {
    compliant: [
      `T: {Type: AWS::DynamoDB::Table, Properties: {TimeToLiveSpecification: {AttributeName: expiresAt, Enabled: true}}}`,
    ],
    violation: [
      `T: {Type: AWS::DynamoDB::Table}`,
      `T: {Type: AWS::DynamoDB::GlobalTable, Properties: {TimeToLiveSpecification: {AttributeName: e, Enabled: false}}}`,
    ],
    unresolved: [
      `Parameters: {E: {Type: String}}
Resources: {T: {Type: AWS::DynamoDB::Table, Properties: {TimeToLiveSpecification: {AttributeName: e, Enabled: !Ref E}}}}`,
    ],
  },
});
