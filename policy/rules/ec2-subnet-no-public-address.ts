import { requireFlag } from "../engine/checks";
import type { Rule } from "../engine/rule";

/** Subnets do not hand out public addresses. */
export const rule: Rule = {
  id: "ec2-subnet-no-public-address",
  title: "Subnets do not assign public addresses",
  pack: "pci",
  rows: [6],
  requirements: ["1.3.1", "1.4.2"],
  severity: "medium",
  enforcement: "mandatory",
  rationale: "A public address must be a decision for one component, not the default of a subnet.",
  fix: "Leave MapPublicIpOnLaunch out or set it to false; load balancers and NAT gateways need none.",
  types: ["AWS::EC2::Subnet"],
  judge: (resource) =>
    requireFlag(
      resource,
      "MapPublicIpOnLaunch",
      "false",
      "false",
      "The subnet assigns public addresses at launch.",
    ),
  examples: {
    compliant: [
      `S: {Type: AWS::EC2::Subnet, Properties: {VpcId: v}}`,
      `S: {Type: AWS::EC2::Subnet, Properties: {VpcId: v, MapPublicIpOnLaunch: "false"}}`,
    ],
    violation: [`S: {Type: AWS::EC2::Subnet, Properties: {VpcId: v, MapPublicIpOnLaunch: true}}`],
    unresolved: [
      `Parameters: {Public: {Type: String}}
Resources: {S: {Type: AWS::EC2::Subnet, Properties: {VpcId: v, MapPublicIpOnLaunch: !Ref Public}}}`,
    ],
  },
};
