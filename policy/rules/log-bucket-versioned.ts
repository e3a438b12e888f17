import { pciRule } from "../engine/define";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { isLogBucket, isVersioned } from "../facts/buckets";

/** Logs in a bucket cannot be overwritten for good. */
export const rule = pciRule({
  id: "log-bucket-versioned",
  title: "Log buckets are versioned or locked",
  row: 41,
  requirements: "10.3.2 10.3.4",
  severity: "medium",
  rationale:
    "Audit log files are protected from modification; a version or a lock keeps what was written first.",
  fix: "Set VersioningConfiguration.Status to Enabled, or an object lock.",
  scope: "set",
  types: ["AWS::S3::Bucket"],
  judge(resource, { set }) {
    if (!isLogBucket(set, resource)) return notApplicable("Nothing shows that the bucket receives logs.");
    const versioned = isVersioned(resource);
    const path = "VersioningConfiguration.Status";
    if (versioned === "unknown")
      return unresolved(path, "Whether it is versioned is known at deployment only.");
    return versioned === "yes"
      ? COMPLIANT
      : violation(path, "The log bucket is neither versioned nor locked.");
  },
  examples: {
    compliant: [
      `B: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: Enabled}}}
T: {Type: AWS::CloudTrail::Trail, Properties: {S3BucketName: !Ref B}}`,
    ],
    violation: [
      `B: {Type: AWS::S3::Bucket}
T: {Type: AWS::CloudTrail::Trail, Properties: {S3BucketName: !Ref B}}`,
    ],
    notApplicable: [`B: {Type: AWS::S3::Bucket}`],
    unresolved: [
      `Parameters: {V: {Type: String}}
Resources: {B: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: !Ref V}}}, T: {Type: AWS::CloudTrail::Trail, Properties: {S3BucketName: !Ref B}}}`,
    ],
  },
});
