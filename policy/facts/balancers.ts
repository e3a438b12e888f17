import { target } from "../engine/links";
import { knownLower } from "../engine/literal";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { at, isList, isMap, isOpaque, isUnresolved, type Value } from "../engine/values";

export type BalancerKind = "application" | "network" | "gateway" | "unknown";

/** The kind of a load balancer; `application` by default. */
export function balancerKind(balancer: Resource): BalancerKind {
  const value = balancer.get("Type");
  if (isUnresolved(value)) return "unknown";
  const kind = knownLower(value) ?? "application";
  return kind === "network" || kind === "gateway" ? kind : "application";
}

/** The value of a load-balancer attribute; `{known: false}` when the list or the value is not known. */
export function attributeOf(balancer: Resource, key: string): { value: Value | undefined; path: string } {
  const path = "LoadBalancerAttributes";
  const list = balancer.get(path);
  if (isOpaque(list)) return { value: list, path };
  if (!isList(list)) return { value: undefined, path };
  const index = list.findIndex((item) => isMap(item) && item["Key"] === key);
  return index < 0
    ? { value: undefined, path }
    : { value: at(list[index], "Value"), path: `${path}.${index}.Value` };
}

/** The load balancer of a listener, if it is in the set. */
export function balancerOf(set: TemplateSet, listener: Resource): Resource | undefined {
  return target(set, "AWS::ElasticLoadBalancingV2::LoadBalancer", listener.get("LoadBalancerArn"));
}

/** True when every action redirects to HTTPS. */
export function redirectsToHttps(actions: Value | undefined): boolean | "unknown" {
  if (isOpaque(actions)) return "unknown";
  if (!isList(actions) || actions.length === 0) return false;
  const redirects = actions.filter((action) => isMap(action) && knownLower(action["Type"]) === "redirect");
  if (redirects.length === 0) return actions.some(isOpaque) ? "unknown" : false;
  return redirects.every((action) => {
    const protocol = at(action, "RedirectConfig.Protocol");
    return isUnresolved(protocol) || knownLower(protocol) === "https";
  });
}
