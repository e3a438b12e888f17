import { pciRule } from "../engine/define";
import { knownLower } from "../engine/literal";
import { COMPLIANT, unresolved, violation } from "../engine/rule";
import { isList, isMap, isOpaque, isPresent } from "../engine/values";

const DISPOSAL = [
  "ExpirationInDays",
  "ExpirationDate",
  "NoncurrentVersionExpiration",
  "NoncurrentVersionExpirationInDays",
];

/** Objects are disposed of after a set time. */
export const rule = pciRule({
  id: "s3-lifecycle",
  title: "Buckets set retention and disposal",
  row: 18,
  requirements: "3.2.1",
  severity: "medium",
  rationale: "Stored data is kept no longer than needed; a bucket without an expiry keeps it for ever.",
  fix: "Add an enabled lifecycle rule that expires objects or their noncurrent versions.",
  types: ["AWS::S3::Bucket"],
  judge(resource) {
    const path = "LifecycleConfiguration";
    const configuration = resource.get(path);
    if (isOpaque(configuration)) return unresolved(path, "The lifecycle is known at deployment only.");
    if (configuration === undefined) return violation(path, "The bucket has no lifecycle.");
    const rules = resource.get(`${path}.Rules`);
    if (isOpaque(rules)) return unresolved(`${path}.Rules`, "The lifecycle is known at deployment only.");
    const list = (isList(rules) ? rules : []).filter(isMap);
    const disposing = list.filter((item) => DISPOSAL.some((name) => isPresent(item[name])));
    if (disposing.some((item) => knownLower(item["Status"]) === "enabled")) return COMPLIANT;
    if (disposing.some((item) => isOpaque(item["Status"])))
      return unresolved(`${path}.Rules`, "Whether the rule is enabled is known at deployment only.");
    return violation(`${path}.Rules`, "No enabled lifecycle rule expires anything.");
  },
  examples: {
    compliant: [
      `B: {Type: AWS::S3::Bucket, Properties: {LifecycleConfiguration: {Rules: [{Status: Enabled, ExpirationInDays: 400}]}}}`,
    ],
    violation: [
      `B: {Type: AWS::S3::Bucket}`,
      `B: {Type: AWS::S3::Bucket, Properties: {LifecycleConfiguration: {Rules: [{Status: Disabled, ExpirationInDays: 400}]}}}`,
      `B: {Type: AWS::S3::Bucket, Properties: {LifecycleConfiguration: {Rules: [{Status: Enabled, AbortIncompleteMultipartUpload: {DaysAfterInitiation: 7}}]}}}`,
    ],
    unresolved: [
      `Parameters: {S: {Type: String}}
Resources: {B: {Type: AWS::S3::Bucket, Properties: {LifecycleConfiguration: {Rules: [{Status: !Ref S, ExpirationInDays: 400}]}}}}`,
    ],
  },
});
