import { why, orCompliant } from "../engine/checks";
import { referenced } from "../engine/links";
import { unresolved, violation, type Rule } from "../engine/rule";
import { isList } from "../engine/values";
import { isPublicSubnet } from "../facts/routes";

/** Database subnets have no route to an internet gateway. */
export const rule: Rule = {
  id: "rds-isolated-subnets",
  title: "Database subnets have no route to an internet gateway",
  pack: "pci",
  rows: [5],
  requirements: ["1.3.1", "1.4.1"],
  severity: "high",
  enforcement: "mandatory",
  rationale:
    "A network security control stands between untrusted networks and the databases when no route joins them.",
  fix: "Use subnets whose route table has no route through an internet gateway.",
  types: ["AWS::RDS::DBSubnetGroup"],
  judge(resource, { set }) {
    const subnets = resource.get("SubnetIds");
    if (subnets === undefined) return violation("SubnetIds", "The subnet group names no subnet.");
    if (!isList(subnets))
      return unresolved("SubnetIds", `The subnets' routes cannot be followed: ${why(subnets)}.`);
    return orCompliant(
      subnets.flatMap((item, index) => {
        const path = `SubnetIds.${index}`;
        const subnet = referenced(item).find((found) => found.type === "AWS::EC2::Subnet");
        if (subnet === undefined)
          return [unresolved(path, "The subnet's routes are not among the judged templates.")];
        return isPublicSubnet(set, subnet)
          ? [violation(path, `${subnet.logicalId} has a route to an internet gateway.`)]
          : [];
      }),
    );
  },
  examples: {
    compliant: [
      `S: {Type: AWS::EC2::Subnet, Properties: {VpcId: v}}
G: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [!Ref S]}}`,
      `S: {Type: AWS::EC2::Subnet, Properties: {VpcId: v}}
T: {Type: AWS::EC2::RouteTable, Properties: {VpcId: v}}
A: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref S, RouteTableId: !Ref T}}
N: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref T, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: nat-1}}
G: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [!Ref S]}}`,
    ],
    violation: [
      `S: {Type: AWS::EC2::Subnet, Properties: {VpcId: v}}
I: {Type: AWS::EC2::InternetGateway}
T: {Type: AWS::EC2::RouteTable, Properties: {VpcId: v}}
A: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref S, RouteTableId: !Ref T}}
N: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref T, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref I}}
G: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [!Ref S]}}`,
    ],
    unresolved: [
      `Parameters: {Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}}
Resources: {G: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: !Ref Subnets}}}`,
      `G: {Type: AWS::RDS::DBSubnetGroup, Properties: {SubnetIds: [subnet-1]}}`,
    ],
  },
};
