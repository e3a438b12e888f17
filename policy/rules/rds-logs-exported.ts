import { requirePresent } from "../engine/checks";
import { pciRule } from "../engine/define";
import { notApplicable } from "../engine/rule";
import { isClusterMember } from "../facts/databases";

/** Database logs leave the database. */
export const rule = pciRule({
  id: "rds-logs-exported",
  title: "Database logs are exported to CloudWatch Logs",
  row: 37,
  requirements: "10.2.1",
  severity: "medium",
  rationale:
    "A log that stays on the database can be changed by whoever administers it, and goes when it goes.",
  fix: "Set EnableCloudwatchLogsExports to the engine's logs.",
  types: ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"],
  judge(resource) {
    if (isClusterMember(resource)) return notApplicable("The cluster exports the logs.");
    return requirePresent(resource, "EnableCloudwatchLogsExports", "No log is exported.");
  },
  examples: {
    compliant: [`D: {Type: AWS::RDS::DBCluster, Properties: {EnableCloudwatchLogsExports: [postgresql]}}`],
    violation: [
      `D: {Type: AWS::RDS::DBInstance}`,
      `D: {Type: AWS::RDS::DBCluster, Properties: {EnableCloudwatchLogsExports: []}}`,
    ],
    notApplicable: [`D: {Type: AWS::RDS::DBInstance, Properties: {Engine: aurora-postgresql}}`],
  },
});
