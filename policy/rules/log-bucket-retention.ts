import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { notApplicable, unresolved, violation, type Verdict } from "../engine/rule";
import { integer, isList, isMap } from "../engine/values";
import { isLogBucket } from "../facts/buckets";

/** Log buckets keep a year. */
export const rule = pciRule({
  id: "log-bucket-retention",
  title: "Log buckets keep objects at least 365 days",
  row: 43,
  requirements: "10.5.1",
  severity: "medium",
  rationale: "Audit log history is retained for at least twelve months.",
  fix: "Let logs expire after 365 days or more.",
  scope: "set",
  types: ["AWS::S3::Bucket"],
  judge(resource, { set, settings }) {
    if (!isLogBucket(set, resource)) return notApplicable("Nothing shows that the bucket receives logs.");
    const rules = resource.get("LifecycleConfiguration.Rules");
    return orCompliant(
      (isList(rules) ? rules : []).flatMap((item, index): Verdict[] => {
        if (!isMap(item) || known(item["Status"]) === "Disabled") return [];
        const days = integer(item["ExpirationInDays"]);
        const path = `LifecycleConfiguration.Rules.${index}.ExpirationInDays`;
        if (days === "unknown") return [unresolved(path, "The retention is known at deployment only.")];
        return typeof days === "number" && days < settings.logRetentionDays
          ? [violation(path, `Logs are kept for ${days} days only.`)]
          : [];
      }),
    );
  },
  examples: {
    compliant: [
      `B: {Type: AWS::S3::Bucket, Properties: {AccessControl: LogDeliveryWrite, LifecycleConfiguration: {Rules: [{Status: Enabled, ExpirationInDays: 400}]}}}`,
    ],
    violation: [
      `B: {Type: AWS::S3::Bucket, Properties: {AccessControl: LogDeliveryWrite, LifecycleConfiguration: {Rules: [{Status: Enabled, ExpirationInDays: 90}]}}}`,
    ],
    notApplicable: [
      `B: {Type: AWS::S3::Bucket, Properties: {LifecycleConfiguration: {Rules: [{Status: Enabled, ExpirationInDays: 90}]}}}`,
    ],
    unresolved: [
      `Parameters: {D: {Type: Number}}
Resources: {B: {Type: AWS::S3::Bucket, Properties: {AccessControl: LogDeliveryWrite, LifecycleConfiguration: {Rules: [{Status: Enabled, ExpirationInDays: !Ref D}]}}}}`,
    ],
  },
});
