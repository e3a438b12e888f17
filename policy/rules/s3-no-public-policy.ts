import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { publicStatements } from "../facts/policies";

/** No bucket policy lets everyone in. */
export const rule = pciRule({
  id: "s3-no-public-policy",
  title: "No bucket policy allows everyone",
  row: 9,
  requirements: "1.4.2 7.3.1",
  severity: "critical",
  rationale: "A policy for everyone makes the bucket public.",
  fix: "Name the principals, or tie the statement to an organisation, account, VPC endpoint or source ARN.",
  types: ["AWS::S3::BucketPolicy"],
  judge: (resource) => orCompliant(publicStatements(resource, "PolicyDocument")),
  examples: {
    compliant: [
      `P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: b, PolicyDocument: {Statement: {Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*"}}}}`,
      `P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: b, PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "*", Condition: {StringEquals: {"aws:PrincipalOrgID": o-1}}}]}}}`,
    ],
    violation: [
      `P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: b, PolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: ["*"]}, Action: "s3:GetObject", Resource: "*"}]}}}`,
      `P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: b, PolicyDocument: {Statement: [{Effect: Allow, NotPrincipal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "s3:*", Resource: "*"}]}}}`,
      `P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: b, PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "*", Condition: {StringNotEquals: {"aws:SourceVpce": vpce-1}}}]}}}`,
    ],
    unresolved: [
      `Parameters: {Policy: {Type: String}}
Resources: {P: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: b, PolicyDocument: !Ref Policy}}}`,
    ],
  },
});
