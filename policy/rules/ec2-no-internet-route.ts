import { referenced } from "../engine/links";
import { COMPLIANT, notApplicable, unresolved, violation, type Rule } from "../engine/rule";
import { isInternetRoute, namedPurpose, purposeOf, subnetsOf } from "../facts/routes";

/** Route tables of the CDE do not lead to an internet gateway; those of the edge do. */
export const rule: Rule = {
  id: "ec2-no-internet-route",
  title: "No default route to an internet gateway from the CDE",
  pack: "pci",
  rows: [7],
  requirements: ["1.3.1", "1.4.2"],
  severity: "high",
  enforcement: "mandatory",
  rationale: "Only the edge (load balancers and NAT gateways in public subnets) touches untrusted networks.",
  fix: "Route through a NAT gateway or VPC endpoints; keep the internet gateway for the edge's own route table.",
  types: ["AWS::EC2::Route"],
  judge(resource, { set }) {
    const internet = isInternetRoute(set, resource);
    if (internet === false) return COMPLIANT;
    const path = "GatewayId";
    if (internet === "unknown")
      return unresolved(path, "Whether the gateway leads to the internet is not known.");
    const table = referenced(resource.get("RouteTableId")).find(
      (found) => found.type === "AWS::EC2::RouteTable",
    );
    const message = "The route table leads to an internet gateway";
    if (table === undefined) {
      const named = namedPurpose(resource);
      if (named === "edge") return notApplicable("By its name the route belongs to the public edge.");
      return violation(path, `${message}.`);
    }
    const purposes = subnetsOf(set, table).map((subnet) => ({ subnet, purpose: purposeOf(set, subnet) }));
    const inside = purposes.find(({ purpose }) => purpose === "cde");
    if (inside !== undefined)
      return violation(path, `${message} and serves ${inside.subnet.logicalId}, which is inside the CDE.`);
    if (purposes.some(({ purpose }) => purpose === "edge"))
      return notApplicable("Its subnets are the public edge.");
    const named = namedPurpose(table) === "unseen" ? namedPurpose(resource) : namedPurpose(table);
    if (named === "edge") return notApplicable("By its name the route table belongs to the public edge.");
    return violation(path, `${message}, and nothing shows that it belongs to the public edge.`);
  },
  examples: {
    compliant: [
      `R: {Type: AWS::EC2::Route, Properties: {RouteTableId: rtb-1, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: nat-1}}`,
      `R: {Type: AWS::EC2::Route, Properties: {RouteTableId: rtb-1, DestinationCidrBlock: 10.1.0.0/16, GatewayId: vgw-1}}`,
    ],
    violation: [
      `I: {Type: AWS::EC2::InternetGateway}
T: {Type: AWS::EC2::RouteTable, Properties: {VpcId: v}}
S: {Type: AWS::EC2::Subnet, Properties: {VpcId: v}}
A: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref S, RouteTableId: !Ref T}}
F: {Type: AWS::Lambda::Function, Properties: {VpcConfig: {SubnetIds: [!Ref S]}}}
R: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref T, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref I}}`,
      `R: {Type: AWS::EC2::Route, Properties: {RouteTableId: rtb-1, DestinationIpv6CidrBlock: "::/0", GatewayId: igw-1}}`,
    ],
    notApplicable: [
      `I: {Type: AWS::EC2::InternetGateway}
T: {Type: AWS::EC2::RouteTable, Properties: {VpcId: v}}
S: {Type: AWS::EC2::Subnet, Properties: {VpcId: v}}
A: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref S, RouteTableId: !Ref T}}
N: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref S}}
R: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref T, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref I}}`,
    ],
    unresolved: [
      `Parameters: {Gateway: {Type: String}}
Resources: {R: {Type: AWS::EC2::Route, Properties: {RouteTableId: rtb-1, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}}`,
    ],
  },
};
