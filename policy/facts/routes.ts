import { companions, referenced, target } from "../engine/links";
import { known, knownLower } from "../engine/literal";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { flag, isList, isMap, symbolOf, type Value } from "../engine/values";
import { reachOf } from "./networks";

/** True for a route to anywhere through an internet gateway; "unknown" when its target is known at deployment. */
export function isInternetRoute(set: TemplateSet, route: Resource): boolean | "unknown" {
  const v4 = reachOf(route.get("DestinationCidrBlock"));
  const v6 = reachOf(route.get("DestinationIpv6CidrBlock"));
  if (v4 !== "world" && v6 !== "world") return false;
  const gateway = route.get("GatewayId");
  if (gateway === undefined) return false;
  const literal = known(gateway);
  if (literal !== undefined) return literal.startsWith("igw-");
  const found = referenced(gateway)[0];
  if (found !== undefined) {
    if (found.type === "AWS::EC2::InternetGateway") return true;
    // The attachment's Ref is no gateway id, but its GetAtt is.
    return found.type === "AWS::EC2::VPCGatewayAttachment";
  }
  return target(set, "AWS::EC2::InternetGateway", gateway) === undefined ? "unknown" : true;
}

/** The subnets that a route table is associated with, as far as the set shows them. */
export function subnetsOf(set: TemplateSet, table: Resource): Resource[] {
  return companions(set, "AWS::EC2::SubnetRouteTableAssociation", "RouteTableId", table).flatMap(
    (association) => referenced(association.get("SubnetId")),
  );
}

/** Whether a subnet's route table leads to an internet gateway. */
export function isPublicSubnet(set: TemplateSet, subnet: Resource): boolean {
  return companions(set, "AWS::EC2::SubnetRouteTableAssociation", "SubnetId", subnet).some((association) => {
    const table = referenced(association.get("RouteTableId"))[0];
    if (table === undefined) return false;
    return companions(set, "AWS::EC2::Route", "RouteTableId", table).some(
      (route) => isInternetRoute(set, route) === true,
    );
  });
}

/** Types that put something of the CDE into a subnet, with the property that names it. */
const CDE_PLACEMENTS: readonly (readonly [string, string])[] = [
  ["AWS::Lambda::Function", "VpcConfig.SubnetIds"],
  ["AWS::RDS::DBSubnetGroup", "SubnetIds"],
  ["AWS::EC2::Instance", "SubnetId"],
  ["AWS::ECS::Service", "NetworkConfiguration.AwsvpcConfiguration.Subnets"],
  ["AWS::ElastiCache::SubnetGroup", "SubnetIds"],
  ["AWS::AutoScaling::AutoScalingGroup", "VPCZoneIdentifier"],
  ["AWS::EKS::Nodegroup", "Subnets"],
];

/** What a subnet is for, by what stands in it, what it is called and how it addresses: the edge, the CDE, or no hint. */
export function purposeOf(set: TemplateSet, subnet: Resource): "edge" | "cde" | "unseen" {
  if (CDE_PLACEMENTS.some(([type, path]) => companions(set, type, path, subnet).length > 0)) return "cde";
  const balancers = companions(set, "AWS::ElasticLoadBalancingV2::LoadBalancer", "Subnets", subnet);
  if (balancers.some((balancer) => knownLower(balancer.get("Scheme")) === "internal")) return "cde";
  if (balancers.length > 0 || companions(set, "AWS::EC2::NatGateway", "SubnetId", subnet).length > 0)
    return "edge";
  const named = namedPurpose(subnet);
  if (named !== "unseen") return named;
  return flag(subnet.get("MapPublicIpOnLaunch")) === "true" ? "edge" : "unseen";
}

/** What a resource's logical id and Name tag say. */
export function namedPurpose(resource: Resource): "edge" | "cde" | "unseen" {
  const name = `${resource.logicalId} ${nameTag(resource.get("Tags"))}`.toLowerCase();
  if (/private|isolated|internal|database|data|backend|cde|app/.test(name)) return "cde";
  return /public|edge|dmz|ingress|nat|bastion/.test(name) ? "edge" : "unseen";
}

function nameTag(tags: Value | undefined): string {
  if (!isList(tags)) return "";
  const tag = tags.find((item) => isMap(item) && item["Key"] === "Name");
  return isMap(tag) ? symbolOf(tag["Value"]).replace(/<[^>]*>/g, "") : "";
}
