import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { notApplicable, unresolved, violation, type Verdict } from "../engine/rule";
import { at, isList, isMap, isOpaque, isPresent, isUnresolved } from "../engine/values";

/** Replicas are encrypted again, with the destination's key. */
export const rule = pciRule({
  id: "s3-replication-encrypted",
  title: "Replication re-encrypts with the destination's key",
  row: 21,
  requirements: "3.5.1 3.6.1",
  severity: "high",
  rationale:
    "Objects under KMS are left out of replication, or lose their key, unless the rule names the destination's key.",
  fix: "Set SourceSelectionCriteria.SseKmsEncryptedObjects to Enabled and EncryptionConfiguration.ReplicaKmsKeyID.",
  types: ["AWS::S3::Bucket"],
  judge(resource) {
    const path = "ReplicationConfiguration.Rules";
    const rules = resource.get(path);
    if (isOpaque(rules)) return unresolved(path, "The replication is known at deployment only.");
    if (!isList(rules)) return notApplicable("The bucket replicates nothing.");
    return orCompliant(
      rules.flatMap((item, index): Verdict[] => {
        if (!isMap(item) || known(item["Status"]) === "Disabled") return [];
        const found: Verdict[] = [];
        const key = `${path}.${index}.Destination.EncryptionConfiguration.ReplicaKmsKeyID`;
        const status = at(item, "SourceSelectionCriteria.SseKmsEncryptedObjects.Status");
        const criteria = `${path}.${index}.SourceSelectionCriteria`;
        if (!isPresent(at(item, "Destination.EncryptionConfiguration.ReplicaKmsKeyID")))
          found.push(violation(key, "The rule names no key of the destination."));
        if (isUnresolved(status))
          found.push(unresolved(criteria, "Whether KMS objects are replicated is known at deployment only."));
        else if (known(status) !== "Enabled")
          found.push(violation(criteria, "Objects under KMS are not replicated."));
        return found;
      }),
    );
  },
  examples: {
    compliant: [
      `B: {Type: AWS::S3::Bucket, Properties: {ReplicationConfiguration: {Role: r, Rules: [{Status: Enabled, SourceSelectionCriteria: {SseKmsEncryptedObjects: {Status: Enabled}}, Destination: {Bucket: b, EncryptionConfiguration: {ReplicaKmsKeyID: k}}}]}}}`,
    ],
    violation: [
      `B: {Type: AWS::S3::Bucket, Properties: {ReplicationConfiguration: {Role: r, Rules: [{Status: Enabled, Destination: {Bucket: b}}]}}}`,
    ],
    notApplicable: [`B: {Type: AWS::S3::Bucket}`],
    unresolved: [
      `Parameters: {R: {Type: String}}
Resources: {B: {Type: AWS::S3::Bucket, Properties: {ReplicationConfiguration: {Role: r, Rules: !Ref R}}}}`,
    ],
  },
});
