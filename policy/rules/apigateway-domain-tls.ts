import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { unresolved, violation, type Verdict } from "../engine/rule";
import { isList, isMap, isUnresolved, type Value } from "../engine/values";

function policyVerdict(value: Value | undefined, path: string, absentIsCurrent: boolean): Verdict[] {
  if (isUnresolved(value)) return [unresolved(path, "The security policy is known at deployment only.")];
  const policy = known(value);
  if (policy === undefined)
    return absentIsCurrent ? [] : [violation(path, "Without a security policy TLS 1.0 may be accepted.")];
  return /^TLS_1_[23]$|^SecurityPolicy_(TLS13|TLS12)_/.test(policy)
    ? []
    : [violation(path, `The security policy ${policy} accepts TLS 1.0.`)];
}

/** API domains speak TLS 1.2 or newer. HTTP APIs know no other policy, so there its absence is fine. */
export const rule = pciRule({
  id: "apigateway-domain-tls",
  title: "API domain names require TLS 1.2 or newer",
  row: 14,
  requirements: "2.2.7 4.2.1",
  severity: "high",
  rationale: "TLS 1.0 and 1.1 are not strong cryptography.",
  fix: "Set SecurityPolicy to TLS_1_2.",
  types: ["AWS::ApiGateway::DomainName", "AWS::ApiGateway::DomainNameV2", "AWS::ApiGatewayV2::DomainName"],
  judge(resource) {
    if (resource.type !== "AWS::ApiGatewayV2::DomainName") {
      const isPrivate = resource.type === "AWS::ApiGateway::DomainNameV2";
      return orCompliant(policyVerdict(resource.get("SecurityPolicy"), "SecurityPolicy", isPrivate));
    }
    const list = resource.get("DomainNameConfigurations");
    if (!isList(list)) return orCompliant([]);
    return orCompliant(
      list.flatMap((item, index) =>
        policyVerdict(
          isMap(item) ? item["SecurityPolicy"] : undefined,
          `DomainNameConfigurations.${index}.SecurityPolicy`,
          true,
        ),
      ),
    );
  },
  examples: {
    compliant: [
      `D: {Type: AWS::ApiGateway::DomainName, Properties: {SecurityPolicy: TLS_1_2}}`,
      `D: {Type: AWS::ApiGatewayV2::DomainName, Properties: {DomainNameConfigurations: [{CertificateArn: a}]}}`,
    ],
    violation: [
      `D: {Type: AWS::ApiGateway::DomainName, Properties: {SecurityPolicy: TLS_1_0}}`,
      `D: {Type: AWS::ApiGateway::DomainName, Properties: {DomainName: a.example}}`,
    ],
    unresolved: [
      `Parameters: {P: {Type: String}}
Resources: {D: {Type: AWS::ApiGateway::DomainName, Properties: {SecurityPolicy: !Ref P}}}`,
    ],
  },
});
