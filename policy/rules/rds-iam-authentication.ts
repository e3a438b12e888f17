import { requireFlag } from "../engine/checks";
import { pciRule } from "../engine/define";
import { notApplicable } from "../engine/rule";
import { engineOf, isClusterMember, isServerlessV1 } from "../facts/databases";

/** People and functions can authenticate to the database with IAM. */
export const rule = pciRule({
  id: "rds-iam-authentication",
  title: "Databases offer IAM authentication",
  row: 35,
  requirements: "8.2.1",
  severity: "medium",
  rationale: "With IAM every access belongs to an identity and ends with a short-lived token.",
  fix: "Set EnableIAMDatabaseAuthentication to true.",
  types: ["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"],
  judge(resource) {
    if (isClusterMember(resource)) return notApplicable("The cluster's setting decides.");
    if (isServerlessV1(resource)) return notApplicable("Aurora Serverless v1 has no IAM authentication.");
    if (/^(oracle|sqlserver|custom|db2)/.test(engineOf(resource) ?? ""))
      return notApplicable("The engine has no IAM authentication.");
    return requireFlag(
      resource,
      "EnableIAMDatabaseAuthentication",
      "true",
      "false",
      "IAM authentication is off.",
    );
  },
  examples: {
    compliant: [`D: {Type: AWS::RDS::DBCluster, Properties: {EnableIAMDatabaseAuthentication: "true"}}`],
    violation: [`D: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres}}`],
    notApplicable: [
      `D: {Type: AWS::RDS::DBInstance, Properties: {Engine: aurora-mysql}}`,
      `D: {Type: AWS::RDS::DBInstance, Properties: {Engine: oracle-ee}}`,
    ],
    unresolved: [
      `Parameters: {E: {Type: String}}
Resources: {D: {Type: AWS::RDS::DBCluster, Properties: {EnableIAMDatabaseAuthentication: !Ref E}}}`,
    ],
  },
});
