import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { flag, isOpaque } from "../engine/values";

interface TlsParameter {
  readonly name: string;
  /** What AWS does when the group does not set it. */
  readonly byDefault: boolean;
}

/**
 * The parameter that enforces TLS for a family; undefined when the family has none in this kind of group.
 * Source: RDS and Aurora user guides, "Requiring an SSL/TLS connection". RDS for PostgreSQL enforces it from 15 on,
 * Aurora PostgreSQL from 17 on, RDS for MySQL from 8.4 on, MariaDB from 11.8 on.
 */
export function tlsParameter(family: string, cluster: boolean): TlsParameter | undefined {
  const aurora = family.startsWith("aurora-");
  if (aurora && !cluster) return undefined;
  const version = Number(/(\d+(\.\d+)?)$/.exec(family)?.[1] ?? "0");
  if (/^(aurora-postgresql|postgres)/.test(family))
    return { name: "rds.force_ssl", byDefault: version >= (aurora ? 17 : 15) };
  if (family.startsWith("sqlserver")) return { name: "rds.force_ssl", byDefault: false };
  if (/^(aurora-mysql|mysql)/.test(family))
    return { name: "require_secure_transport", byDefault: !aurora && version >= 8.4 };
  if (family.startsWith("mariadb")) return { name: "require_secure_transport", byDefault: version >= 11.8 };
  return undefined;
}

/** The database refuses connections without TLS. */
export const rule = pciRule({
  id: "rds-tls-enforced",
  title: "Databases enforce TLS",
  row: 17,
  requirements: "4.2.1",
  severity: "high",
  rationale: "A client that forgets TLS must be refused, not served in plain text.",
  fix: "Set rds.force_ssl to 1 (PostgreSQL, SQL Server) or require_secure_transport to ON (MySQL, MariaDB).",
  types: ["AWS::RDS::DBClusterParameterGroup", "AWS::RDS::DBParameterGroup"],
  judge(resource) {
    const family = known(resource.get("Family"))?.toLowerCase();
    if (family === undefined) return unresolved("Family", "The engine family is known at deployment only.");
    const parameter = tlsParameter(family, resource.type === "AWS::RDS::DBClusterParameterGroup");
    if (parameter === undefined) return notApplicable("TLS is not enforced by a parameter of this group.");
    const parameters = resource.get("Parameters");
    const path = isOpaque(parameters) ? "Parameters" : `Parameters.${parameter.name}`;
    // The parameter's own name contains a dot, so it cannot be part of a path.
    const value = isOpaque(parameters)
      ? parameters
      : (parameters as Record<string, never> | undefined)?.[parameter.name];
    const state = flag(value);
    if (state === "true" || (state === "absent" && parameter.byDefault)) return COMPLIANT;
    if (state === "unknown") return unresolved(path, `${parameter.name} is known at deployment only.`);
    return violation(path, `${parameter.name} is off${state === "absent" ? " by default" : ""}.`);
  },
  examples: {
    compliant: [
      `G: {Type: AWS::RDS::DBClusterParameterGroup, Properties: {Family: aurora-postgresql15, Parameters: {rds.force_ssl: "1"}}}`,
      `G: {Type: AWS::RDS::DBParameterGroup, Properties: {Family: mysql8.0, Parameters: {require_secure_transport: "ON"}}}`,
      `G: {Type: AWS::RDS::DBParameterGroup, Properties: {Family: postgres16}}`,
    ],
    violation: [
      `G: {Type: AWS::RDS::DBClusterParameterGroup, Properties: {Family: aurora-postgresql15, Parameters: {log_statement: all}}}`,
      `G: {Type: AWS::RDS::DBParameterGroup, Properties: {Family: postgres16, Parameters: {rds.force_ssl: 0}}}`,
      `G: {Type: AWS::RDS::DBClusterParameterGroup, Properties: {Family: aurora-mysql8.0, Parameters: {require_secure_transport: "OFF"}}}`,
    ],
    notApplicable: [`G: {Type: AWS::RDS::DBParameterGroup, Properties: {Family: aurora-postgresql15}}`],
    unresolved: [
      `Parameters: {Family: {Type: String}}
Resources: {G: {Type: AWS::RDS::DBParameterGroup, Properties: {Family: !Ref Family}}}`,
    ],
  },
});
