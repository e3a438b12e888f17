import { pciRule } from "../engine/define";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { integer } from "../engine/values";
import { isClusterMember, isReplica } from "../facts/databases";

/** Databases are backed up. RDS keeps one day when nothing is said. */
export const rule = pciRule({
  id: "rds-backups",
  title: "Database backups are kept long enough",
  row: 45,
  requirements: "10.3.3 12.10.1",
  severity: "medium",
  rationale: "An error or an attack is often noticed days later; one day of backups is then too young.",
  fix: "Set BackupRetentionPeriod to 7 days or more.",
  types: ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"],
  judge(resource, { settings }) {
    if (isClusterMember(resource)) return notApplicable("The cluster is backed up.");
    const days = integer(resource.get("BackupRetentionPeriod"));
    if (days === "absent" && isReplica(resource)) return notApplicable("The replica's source is backed up.");
    if (days === "unknown")
      return unresolved("BackupRetentionPeriod", "The retention is known at deployment only.");
    const effective = days === "absent" ? 1 : days;
    if (effective >= settings.backupRetentionDays) return COMPLIANT;
    return violation(
      "BackupRetentionPeriod",
      `Backups are kept for ${effective} day(s); ${settings.backupRetentionDays} are needed.`,
    );
  },
  examples: {
    compliant: [`D: {Type: AWS::RDS::DBCluster, Properties: {BackupRetentionPeriod: "35"}}`],
    violation: [
      `D: {Type: AWS::RDS::DBInstance}`,
      `D: {Type: AWS::RDS::DBInstance, Properties: {BackupRetentionPeriod: 0}}`,
    ],
    notApplicable: [`D: {Type: AWS::RDS::DBInstance, Properties: {DBClusterIdentifier: c}}`],
    unresolved: [
      `Parameters: {B: {Type: Number}}
Resources: {D: {Type: AWS::RDS::DBInstance, Properties: {BackupRetentionPeriod: !Ref B}}}`,
    ],
  },
});
