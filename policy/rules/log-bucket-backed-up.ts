import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved } from "../engine/rule";
import { isList, isMap, isOpaque } from "../engine/values";
import { logUse } from "../facts/buckets";

/** The bucket of the trail exists twice. A backup plan may select it by tag, so its absence is no proof. */
export const rule = pciRule({
  id: "log-bucket-backed-up",
  title: "The trail's bucket is replicated or backed up",
  row: 42,
  requirements: "10.3.3",
  severity: "low",
  rationale: "Audit log files are promptly backed up to a secure, central place.",
  fix: "Replicate the bucket to another Region, or name the backup plan in a suppression.",
  scope: "set",
  types: ["AWS::S3::Bucket"],
  judge(resource, { set }) {
    if (!logUse(set, resource).trail) return notApplicable("No trail of the set writes to it.");
    const rules = resource.get("ReplicationConfiguration.Rules");
    const active =
      isOpaque(rules) ||
      (isList(rules) && rules.some((item) => isMap(item) && known(item["Status"]) !== "Disabled"));
    if (active) return COMPLIANT;
    return unresolved(
      "ReplicationConfiguration",
      "It is not replicated; whether a backup plan covers it is not shown.",
    );
  },
  examples: {
    compliant: [
      `B: {Type: AWS::S3::Bucket, Properties: {ReplicationConfiguration: {Rules: [{Status: Enabled}]}}}
T: {Type: AWS::CloudTrail::Trail, Properties: {S3BucketName: !Ref B}}`,
    ],
    violation: [],
    notApplicable: [`B: {Type: AWS::S3::Bucket}`],
    unresolved: [
      `B: {Type: AWS::S3::Bucket}
T: {Type: AWS::CloudTrail::Trail, Properties: {S3BucketName: !Ref B}}`,
    ],
  },
});
