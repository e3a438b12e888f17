import { orCompliant, why } from "../engine/checks";
import { companions } from "../engine/links";
import { COMPLIANT, unresolved, violation, type Rule, type Verdict } from "../engine/rule";
import { isOpaque } from "../engine/values";
import { portRange } from "../facts/networks";
import { groupRules, rulePath, ruleReach } from "../facts/security-groups";

/** Outbound traffic is limited by rules; the default that allows everything is gone. */
export const rule: Rule = {
  id: "ec2-egress-restricted",
  title: "Outbound traffic is restricted",
  pack: "pci",
  rows: [2],
  requirements: ["1.3.2"],
  severity: "medium",
  enforcement: "mandatory",
  // AWS::EC2::SecurityGroup: without an egress rule the default one remains, which allows all traffic.
  rationale:
    "Outbound traffic from the CDE is restricted to what is necessary; a group without egress rules allows all.",
  fix: "Give SecurityGroupEgress rules with the protocols, ports and destinations that are needed.",
  types: ["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress"],
  judge(resource, { set }) {
    const rules = groupRules(resource, "SecurityGroupEgress");
    if (isOpaque(rules))
      return unresolved("SecurityGroupEgress", `The rules cannot be judged: ${why(rules)}.`);
    if (rules.length === 0 && resource.type === "AWS::EC2::SecurityGroup") {
      // A stand-alone egress rule removes the default one and is judged by itself.
      return companions(set, "AWS::EC2::SecurityGroupEgress", "GroupId", resource).length > 0
        ? COMPLIANT
        : violation(
            "SecurityGroupEgress",
            "Without an egress rule the group's default allows all outbound traffic.",
          );
    }
    const verdicts: Verdict[] = [];
    for (const entry of rules) {
      const { reach, property } = ruleReach(entry.rule);
      if (reach === "limited") continue;
      const ports = portRange(entry.rule);
      const everything = ports.protocol === "all" || (ports.from <= 1 && ports.to >= 65535);
      if (ports.known && !everything) continue;
      const path = rulePath(entry, property);
      if (reach === "unknown" || !ports.known) {
        verdicts.push(unresolved(path, "Whether this rule allows all outbound traffic is not known."));
      } else {
        verdicts.push(violation(path, "The rule allows outbound traffic on all ports to any address."));
      }
    }
    return orCompliant(verdicts);
  },
  examples: {
    compliant: [
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]}}`,
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, SecurityGroupEgress: [{IpProtocol: "-1", CidrIp: 127.0.0.1/32}]}}`,
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x}}
E: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !GetAtt G.GroupId, IpProtocol: tcp, FromPort: 5432, ToPort: 5432, DestinationSecurityGroupId: sg-2}}`,
    ],
    violation: [
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x}}`,
      `E: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: sg-1, IpProtocol: -1, CidrIp: 0.0.0.0/0}}`,
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 0, ToPort: 65535, CidrIpv6: "::/0"}]}}`,
    ],
    unresolved: [
      `Parameters: {To: {Type: String}}
Resources: {E: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: sg-1, IpProtocol: "-1", CidrIp: !Ref To}}}`,
    ],
  },
};
