import { orCompliant } from "../engine/checks";
import { unresolved, violation, type Rule, type Verdict } from "../engine/rule";
import { isOpaque } from "../engine/values";
import { portRange } from "../facts/networks";
import { groupRules, rulePath, ruleReach } from "../facts/security-groups";

/** Administration and database ports are never open to the internet. */
export const rule: Rule = {
  id: "ec2-ingress-sensitive-port",
  title: "No administration or database port is open to the internet",
  pack: "pci",
  rows: [1],
  requirements: ["1.3.1", "1.4.2"],
  severity: "critical",
  enforcement: "mandatory",
  rationale: "Remote administration and databases are what attackers look for first; no edge needs them.",
  fix: "Reach administration ports through Session Manager and databases from the security group of their clients.",
  types: ["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"],
  judge(resource, { settings }) {
    const rules = groupRules(resource, "SecurityGroupIngress");
    if (isOpaque(rules)) return unresolved("SecurityGroupIngress", "The rules are known at deployment only.");
    const verdicts: Verdict[] = [];
    for (const entry of rules) {
      const { reach, property } = ruleReach(entry.rule);
      if (reach === "limited") continue;
      const ports = portRange(entry.rule);
      if (ports.protocol === "other") continue;
      const open = settings.sensitivePorts.filter((port) => port >= ports.from && port <= ports.to);
      if (ports.known && open.length === 0) continue;
      const path = rulePath(entry, property);
      if (reach === "unknown" || !ports.known) {
        verdicts.push(unresolved(path, "Whether the internet reaches a sensitive port is not known."));
      } else {
        const shown = open.length > 6 ? `${open.slice(0, 6).join(", ")}, …` : open.join(", ");
        verdicts.push(violation(path, `The internet may reach the sensitive port(s) ${shown}.`));
      }
    }
    return orCompliant(verdicts);
  },
  examples: {
    compliant: [
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]}}`,
    ],
    violation: [
      `G: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: x, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 20, ToPort: 30, CidrIp: 0.0.0.0/0}]}}`,
      `R: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: sg-1, IpProtocol: "-1", CidrIp: 0.0.0.0/0}}`,
      `R: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: sg-1, IpProtocol: "6", FromPort: "5432", ToPort: "5432", CidrIpv6: "::/0"}}`,
    ],
    unresolved: [
      `Parameters: {Port: {Type: Number}}
Resources: {R: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: sg-1, IpProtocol: tcp, FromPort: !Ref Port, ToPort: !Ref Port, CidrIp: 0.0.0.0/0}}}`,
    ],
  },
};
