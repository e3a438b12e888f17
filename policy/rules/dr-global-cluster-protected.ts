import { drRule } from "../engine/define";
import { requireFlag } from "../engine/checks";
import { isPresent } from "../engine/values";
import { notApplicable } from "../engine/rule";
import { isNonproduction } from "../facts/environment";

/** A global cluster is encrypted and cannot be deleted by mistake. */
export const rule = drRule({
  id: "dr-global-cluster-protected",
  title: "Global clusters are encrypted and protected from deletion",
  severity: "high",
  rationale: "The global cluster is the only copy of the payments that spans both Regions.",
  fix: "Set StorageEncrypted and DeletionProtection to true.",
  types: ["AWS::RDS::GlobalCluster"],
  judge(resource) {
    const encrypted = isPresent(resource.get("SourceDBClusterIdentifier"))
      ? notApplicable("The source cluster decides.")
      : requireFlag(resource, "StorageEncrypted", "true", "false", "The global cluster is not encrypted.");
    if (isNonproduction(resource.template)) return encrypted;
    return [
      encrypted,
      requireFlag(
        resource,
        "DeletionProtection",
        "true",
        "false",
        "The global cluster can be deleted by one call.",
      ),
    ];
  },
  examples: {
    compliant: [
      `G: {Type: AWS::RDS::GlobalCluster, Properties: {StorageEncrypted: true, DeletionProtection: true}}`,
    ],
    violation: [`G: {Type: AWS::RDS::GlobalCluster, Properties: {StorageEncrypted: true}}`],
    unresolved: [
      `Parameters: {D: {Type: String}}
Resources: {G: {Type: AWS::RDS::GlobalCluster, Properties: {StorageEncrypted: true, DeletionProtection: !Ref D}}}`,
    ],
  },
});
