import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { companions, target } from "../engine/links";
import { Unknown, isList, isMap, isOpaque, text, type MapValue, type Opaque } from "../engine/values";
import { reachOf, type Reach } from "./networks";

/** One ingress or egress rule, wherever it is written. */
export interface GroupRule {
  readonly rule: MapValue;
  /** Relative to Properties; empty for a rule that is a resource of its own. */
  readonly path: string;
}

/** The rules of a group's list property, or of a stand-alone rule resource. Opaque when the list is not known. */
export function groupRules(resource: Resource, property: string): readonly GroupRule[] | Opaque {
  if (resource.type !== "AWS::EC2::SecurityGroup") {
    const properties = resource.properties();
    return isMap(properties) ? [{ rule: properties, path: "" }] : [];
  }
  const list = resource.get(property);
  if (isOpaque(list)) return list;
  if (isMap(list)) return [{ rule: list, path: property }];
  if (!isList(list)) return [];
  return list.flatMap((rule, index): GroupRule[] => {
    if (isMap(rule)) return [{ rule, path: `${property}.${index}` }];
    return rule instanceof Unknown
      ? [{ rule: { CidrIp: rule, IpProtocol: rule }, path: `${property}.${index}` }]
      : [];
  });
}

/** The widest reach of a rule's address ranges and the property it stands in. */
export function ruleReach(rule: MapValue): { reach: Reach; property: string } {
  const v4 = reachOf(rule["CidrIp"]);
  const v6 = reachOf(rule["CidrIpv6"]);
  if (v4 === "world") return { reach: "world", property: "CidrIp" };
  if (v6 === "world") return { reach: "world", property: "CidrIpv6" };
  if (v4 === "unknown") return { reach: "unknown", property: "CidrIp" };
  return { reach: v6, property: "CidrIpv6" };
}

/** A path inside a rule, for a group's list or for a rule of its own. */
export function rulePath(rule: GroupRule, property: string): string {
  return rule.path === "" ? property : `${rule.path}.${property}`;
}

/** Where a group is worn: on the public load balancer, on something else that the set shows, or nowhere in it. */
export function wornBy(set: TemplateSet, group: Resource): "edge" | "other" | "unseen" {
  const wearers = [
    ...companions(set, "AWS::Lambda::Function", "VpcConfig.SecurityGroupIds", group),
    ...companions(set, "AWS::EC2::Instance", "SecurityGroupIds", group),
    ...companions(set, "AWS::EC2::Instance", "SecurityGroups", group),
    ...companions(set, "AWS::RDS::DBCluster", "VpcSecurityGroupIds", group),
    ...companions(set, "AWS::RDS::DBInstance", "VPCSecurityGroups", group),
    ...companions(set, "AWS::EC2::LaunchTemplate", "LaunchTemplateData.SecurityGroupIds", group),
    ...companions(set, "AWS::EC2::VPCEndpoint", "SecurityGroupIds", group),
    ...companions(set, "AWS::ECS::Service", "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups", group),
    ...companions(set, "AWS::ElastiCache::ReplicationGroup", "SecurityGroupIds", group),
  ];
  const balancers = companions(set, "AWS::ElasticLoadBalancingV2::LoadBalancer", "SecurityGroups", group);
  const internal = balancers.filter((balancer) => {
    const scheme = text(balancer.get("Scheme"));
    return scheme.known && scheme.text === "internal";
  });
  if (wearers.length + internal.length > 0) return "other";
  return balancers.length > 0 ? "edge" : "unseen";
}

/** The group that a stand-alone rule belongs to, or the group itself. */
export function groupOf(set: TemplateSet, resource: Resource): Resource | undefined {
  return resource.type === "AWS::EC2::SecurityGroup"
    ? resource
    : target(set, "AWS::EC2::SecurityGroup", resource.get("GroupId"));
}
