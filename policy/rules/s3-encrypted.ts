import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { at, isList, isOpaque, isUnresolved } from "../engine/values";
import { takesOnlySseS3 } from "../facts/buckets";

/** Buckets encrypt with KMS. */
export const rule = pciRule({
  id: "s3-encrypted",
  title: "Buckets are encrypted with SSE-KMS",
  row: 21,
  requirements: "3.5.1 3.6.1",
  severity: "high",
  rationale:
    "S3 encrypts with its own keys by default; only KMS shows and limits who decrypts. Load balancers and S3 itself deliver access logs only to SSE-S3, so such buckets are excepted.",
  fix: "Set BucketEncryption with SSEAlgorithm aws:kms and a customer-managed key.",
  scope: "set",
  types: ["AWS::S3::Bucket"],
  judge(resource, { set }) {
    const path = "BucketEncryption.ServerSideEncryptionConfiguration";
    const rules = resource.get(path);
    if (isOpaque(rules)) return unresolved(path, "The encryption is known at deployment only.");
    const first = isList(rules) ? rules[0] : rules;
    const algorithm = at(first, "ServerSideEncryptionByDefault.SSEAlgorithm");
    if (isUnresolved(algorithm)) return unresolved(path, "The encryption is known at deployment only.");
    const name = known(algorithm);
    if (name === "aws:kms" || name === "aws:kms:dsse") return COMPLIANT;
    if (takesOnlySseS3(set, resource))
      return notApplicable("Access logs can be delivered only to a bucket with SSE-S3.");
    return violation(
      path,
      name === undefined
        ? "The bucket relies on S3's own keys."
        : `The bucket is encrypted with ${name}, not with KMS.`,
    );
  },
  examples: {
    compliant: [
      `B: {Type: AWS::S3::Bucket, Properties: {BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms", KMSMasterKeyID: k}}]}}}`,
    ],
    violation: [
      `B: {Type: AWS::S3::Bucket}`,
      `B: {Type: AWS::S3::Bucket, Properties: {BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: AES256}}]}}}`,
    ],
    notApplicable: [
      `B: {Type: AWS::S3::Bucket, Properties: {BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: AES256}}]}}}
L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {LoadBalancerAttributes: [{Key: access_logs.s3.bucket, Value: !Ref B}]}}`,
    ],
    unresolved: [
      `Parameters: {A: {Type: String}}
Resources: {B: {Type: AWS::S3::Bucket, Properties: {BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: !Ref A}}]}}}}`,
    ],
  },
});
