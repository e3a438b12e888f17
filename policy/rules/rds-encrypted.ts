import { requireCustomerKey, why } from "../engine/checks";
import { pciRule } from "../engine/define";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { flag, isPresent } from "../engine/values";
import { isClusterMember, isServerlessV1, restoredFrom } from "../facts/databases";

/** Databases are encrypted with a key of ours. */
export const rule = pciRule({
  id: "rds-encrypted",
  title: "Databases are encrypted with a customer-managed key",
  row: 19,
  requirements: "3.5.1 3.6.1",
  severity: "critical",
  rationale: "Only a customer-managed key lets us say who may decrypt, and end that.",
  fix: "Set StorageEncrypted to true and KmsKeyId to a customer-managed key.",
  types: ["AWS::RDS::DBCluster", "AWS::RDS::DBInstance", "AWS::RDS::GlobalCluster"],
  judge(resource) {
    if (isClusterMember(resource)) return notApplicable("The cluster's encryption covers its instances.");
    const value = resource.get("StorageEncrypted");
    const state = flag(value);
    const restored = restoredFrom(resource);
    const isGlobal = resource.type === "AWS::RDS::GlobalCluster";
    if (isGlobal && isPresent(resource.get("SourceDBClusterIdentifier"))) {
      return notApplicable("The source cluster's encryption decides.");
    }
    if (state === "unknown")
      return unresolved("StorageEncrypted", `Whether it is encrypted is not known: ${why(value)}.`);
    if (state === "absent" && restored !== undefined && !isPresent(resource.get("KmsKeyId"))) {
      return unresolved("StorageEncrypted", `${restored} decides whether it is encrypted.`);
    }
    const always =
      isServerlessV1(resource) || (restored !== undefined && isPresent(resource.get("KmsKeyId")));
    if (state !== "true" && !(state === "absent" && always)) {
      return violation("StorageEncrypted", "The storage is not encrypted.");
    }
    // A replica in the source's Region takes its key from there; a global cluster has no key of its own.
    if (isGlobal) return COMPLIANT;
    if (restored !== undefined && !isPresent(resource.get("KmsKeyId"))) {
      return unresolved("KmsKeyId", `${restored} decides with which key it is encrypted.`);
    }
    return requireCustomerKey(resource, "KmsKeyId", "The database");
  },
  examples: {
    compliant: [
      `D: {Type: AWS::RDS::DBCluster, Properties: {StorageEncrypted: "true", KmsKeyId: !Ref K}}
K: {Type: AWS::KMS::Key}`,
      `G: {Type: AWS::RDS::GlobalCluster, Properties: {StorageEncrypted: true}}`,
      `Parameters: {Key: {Type: String}}
Resources: {D: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: true, KmsKeyId: !Ref Key}}}`,
    ],
    violation: [
      `D: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres}}`,
      `D: {Type: AWS::RDS::DBCluster, Properties: {StorageEncrypted: true}}`,
      `D: {Type: AWS::RDS::DBCluster, Properties: {StorageEncrypted: true, KmsKeyId: alias/aws/rds}}`,
      `G: {Type: AWS::RDS::GlobalCluster, Properties: {Engine: aurora-postgresql}}`,
    ],
    notApplicable: [`D: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: c}}`],
    unresolved: [
      `D: {Type: AWS::RDS::DBInstance, Properties: {DBSnapshotIdentifier: s}}`,
      `Parameters: {E: {Type: String, AllowedValues: [true, false]}}
Resources: {D: {Type: AWS::RDS::DBInstance, Properties: {StorageEncrypted: !Ref E, KmsKeyId: k}}}`,
    ],
  },
});
