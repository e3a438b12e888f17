import { orCompliant, why } from "../engine/checks";
import { unresolved, violation, type Rule, type Verdict } from "../engine/rule";
import { isOpaque } from "../engine/values";
import { describePorts, portRange } from "../facts/networks";
import { groupOf, groupRules, rulePath, ruleReach, wornBy } from "../facts/security-groups";

/** Only HTTPS on the edge load balancer is open to the internet. */
export const rule: Rule = {
  id: "ec2-ingress-open",
  title: "Inbound traffic from the internet is limited to HTTPS on the edge load balancer",
  pack: "pci",
  rows: [1],
  requirements: ["1.3.1", "1.4.2"],
  severity: "high",
  enforcement: "mandatory",
  rationale:
    "Inbound traffic to the CDE is restricted to what is necessary; from untrusted networks only to the edge.",
  fix: "Allow a security group or the VPC's range instead, or only TCP 443 on the internet-facing load balancer.",
  types: ["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"],
  judge(resource, { set }) {
    const rules = groupRules(resource, "SecurityGroupIngress");
    if (isOpaque(rules))
      return unresolved("SecurityGroupIngress", `The rules cannot be judged: ${why(rules)}.`);
    const group = groupOf(set, resource);
    const verdicts: Verdict[] = [];
    for (const entry of rules) {
      const { reach, property } = ruleReach(entry.rule);
      if (reach === "limited") continue;
      const ports = portRange(entry.rule);
      const https = ports.known && ports.protocol === "tcp" && ports.from === 443 && ports.to === 443;
      if (https && (group === undefined || wornBy(set, group) !== "other")) continue;
      const path = rulePath(entry, property);
      if (reach === "unknown" || !ports.known) {
        verdicts.push(unresolved(path, `Whether this opens more than HTTPS to the internet is not known.`));
      } else {
        verdicts.push(violation(path, `The internet may reach ${describePorts(ports)}.`));
      }
    }
    return orCompliant(verdicts);
  },
  examples: {
    compliant: [
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: edge, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]}}`,
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: inner, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 5432, ToPort: 5432, CidrIp: 10.0.0.0/8}]}}`,
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: none}}`,
      `R: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: sg-1, IpProtocol: "-1", SourceSecurityGroupId: sg-2}}`,
    ],
    violation: [
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, SecurityGroupIngress: {IpProtocol: tcp, FromPort: "80", ToPort: "80", CidrIp: 0.0.0.0/0}}}`,
      `R: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: sg-1, IpProtocol: -1, CidrIpv6: "::/0"}}`,
      `R: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: sg-1, IpProtocol: icmp, FromPort: -1, ToPort: -1, CidrIp: 0.0.0.0/0}}`,
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]}}
F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [s], SecurityGroupIds: [!Ref G]}}}`,
    ],
    unresolved: [
      `Parameters: {From: {Type: String}}
Resources: {R: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: sg-1, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: !Ref From}}}`,
    ],
  },
};
