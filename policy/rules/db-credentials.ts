import { COMPLIANT, notApplicable, unresolved, violation, type Verdict } from "../engine/rule";
import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { isList, isMap, isPresent, type Value } from "../engine/values";
import { judgeSecretValue } from "../facts/secrets";

/** Properties that hold a credential, by type. Source: the CloudFormation resource reference. */
const CREDENTIALS: Readonly<Record<string, readonly string[]>> = {
  "AWS::RDS::DBInstance": ["MasterUserPassword", "TdeCredentialPassword"],
  "AWS::RDS::DBCluster": ["MasterUserPassword"],
  "AWS::DocDB::DBCluster": ["MasterUserPassword"],
  "AWS::Redshift::Cluster": ["MasterUserPassword"],
  "AWS::ElastiCache::ReplicationGroup": ["AuthToken"],
  "AWS::DMS::Endpoint": ["Password"],
  "AWS::DirectoryService::MicrosoftAD": ["Password"],
  "AWS::DirectoryService::SimpleAD": ["Password"],
  "AWS::AmazonMQ::Broker": ["Users.Password"],
  "AWS::IAM::User": ["LoginProfile.Password"],
  "AWS::SecretsManager::Secret": ["SecretString"],
  "AWS::ApiGateway::ApiKey": ["Value"],
  "AWS::OpsWorks::App": ["AppSource.Password"],
  "AWS::MemoryDB::User": ["AuthenticationMode.Passwords"],
};

/** The values at a path; a list on the way is walked through. */
function valuesAt(
  value: Value | undefined,
  steps: readonly string[],
  path: string,
): { value: Value; path: string }[] {
  if (value === undefined) return [];
  if (isList(value)) return value.flatMap((item, index) => valuesAt(item, steps, `${path}.${index}`));
  const [step, ...rest] = steps;
  if (step === undefined || !isMap(value)) return step === undefined ? [{ value, path }] : [];
  return valuesAt(value[step], rest, `${path}.${step}`);
}

/** Credentials of databases and brokers come from a secret store or a hidden parameter. */
export const rule = pciRule({
  id: "db-credentials",
  title: "No credential property holds plain text",
  row: 30,
  requirements: "8.3.2 8.6.2 8.6.3",
  severity: "critical",
  rationale:
    "Passwords for applications and systems are not written into files; a template is a file that many can read.",
  fix: "Let RDS manage the password, or use a dynamic reference to Secrets Manager, or a NoEcho parameter without a default.",
  types: Object.keys(CREDENTIALS),
  judge(resource) {
    const names = CREDENTIALS[resource.type] ?? [];
    const found = names.flatMap((name) => {
      const [first = "", ...rest] = name.split(".");
      return valuesAt(resource.get(first), rest, first);
    });
    if (!found.some(({ value }) => isPresent(value))) {
      return resource.get("ManageMasterUserPassword") === undefined
        ? notApplicable("It holds no credential.")
        : COMPLIANT;
    }
    return orCompliant(
      found.flatMap(({ value, path }): Verdict[] => {
        const verdict = judgeSecretValue(value, resource.template);
        if (verdict === undefined) return [];
        return [
          verdict.result === "violation"
            ? violation(path, verdict.message)
            : unresolved(path, verdict.message),
        ];
      }),
    );
  },
  examples: {
    compliant: [
      `D: {Type: AWS::RDS::DBInstance, Properties: {ManageMasterUserPassword: true}}`,
      `D: {Type: AWS::RDS::DBCluster, Properties: {MasterUserPassword: "{{resolve:secretsmanager:s:SecretString:password}}"}}`,
      `Parameters: {Pw: {Type: String, NoEcho: true}}
Resources: {D: {Type: AWS::RDS::DBCluster, Properties: {MasterUserPassword: !Ref Pw}}}`,
      `S: {Type: AWS::SecretsManager::Secret}
D: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: !Sub "{{resolve:secretsmanager:\${S}::password}}"}}`,
    ],
    violation: [
      `D: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: hunter22}}`,
      `Parameters: {Pw: {Type: String}}
Resources: {D: {Type: AWS::RDS::DBCluster, Properties: {MasterUserPassword: !Ref Pw}}}`,
      `Parameters: {Pw: {Type: String, NoEcho: true, Default: hunter22}}
Resources: {D: {Type: AWS::RDS::DBCluster, Properties: {MasterUserPassword: !Ref Pw}}}`,
      `D: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: '{"password":"hunter22"}'}}`,
    ],
    notApplicable: [`D: {Type: AWS::RDS::DBCluster, Properties: {Engine: aurora-postgresql}}`],
  },
});
