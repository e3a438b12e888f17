import { pciRule } from "../engine/define";
import { COMPLIANT } from "../engine/rule";
import { requirePolicy, tlsGap } from "../facts/policies";

/** Only requests over TLS. */
export const rule = pciRule({
  id: "s3-tls-only",
  title: "The bucket admits only TLS",
  row: 11,
  requirements: "2.2.7 4.2.1",
  severity: "high",
  rationale:
    "AWS endpoints answer plain HTTP as well; only a Deny on aws:SecureTransport=false ends that for every caller.",
  fix: "Deny every principal all actions when aws:SecureTransport is false.",
  scope: "set",
  types: ["AWS::S3::Bucket", "AWS::S3::BucketPolicy"],
  judge(resource, { set }) {
    if (resource.type !== "AWS::S3::Bucket") return tlsGap(resource, "PolicyDocument", "s3") ?? COMPLIANT;
    return requirePolicy(set, resource, [["AWS::S3::BucketPolicy", "Bucket"]], "bucket");
  },
  examples: {
    compliant: [
      `P: {Type: AWS::S3::BucketPolicy, Properties: {PolicyDocument: {Statement: [{Effect: Deny, Principal: "*", Action: "s3:*", Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], Condition: {Bool: {"aws:SecureTransport": "false"}}}]}}}`,
      `P: {Type: AWS::S3::BucketPolicy, Properties: {PolicyDocument: {Statement: {Effect: Deny, Principal: {AWS: "*"}, Action: ["s3:*"], Resource: "*", Condition: {Bool: {"AWS:SecureTransport": false}}}}}}`,
    ],
    violation: [
      `X: {Type: AWS::S3::Bucket}`,
      `P: {Type: AWS::S3::BucketPolicy, Properties: {PolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: "111122223333"}, Action: "s3:*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "true"}}}]}}}`,
      `P: {Type: AWS::S3::BucketPolicy, Properties: {PolicyDocument: {Statement: [{Effect: Deny, Principal: {AWS: "111122223333"}, Action: "s3:*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}}]}}}`,
    ],
    unresolved: [
      `Parameters: {Policy: {Type: String}}
Resources: {P: {Type: AWS::S3::BucketPolicy, Properties: {PolicyDocument: !Ref Policy}}}`,
    ],
  },
});
