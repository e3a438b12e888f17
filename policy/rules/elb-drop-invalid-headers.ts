import { pciRule } from "../engine/define";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { flag } from "../engine/values";
import { attributeOf, balancerKind } from "../facts/balancers";

/** Application Load Balancers drop what is no valid header. */
export const rule = pciRule({
  id: "elb-drop-invalid-headers",
  title: "Invalid HTTP headers are dropped",
  row: 16,
  requirements: "4.2.1",
  severity: "medium",
  rationale: "Malformed headers are how requests are smuggled past a load balancer.",
  fix: "Set routing.http.drop_invalid_header_fields.enabled to true.",
  types: ["AWS::ElasticLoadBalancingV2::LoadBalancer"],
  judge(resource) {
    const kind = balancerKind(resource);
    if (kind === "network" || kind === "gateway") return notApplicable("It does not read HTTP.");
    const { value, path } = attributeOf(resource, "routing.http.drop_invalid_header_fields.enabled");
    const state = flag(value);
    if (state === "true") return COMPLIANT;
    if (state === "unknown" || kind === "unknown")
      return unresolved(path, "The attribute is known at deployment only.");
    return violation(path, "Invalid headers are passed on.");
  },
  examples: {
    compliant: [
      `L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {LoadBalancerAttributes: [{Key: routing.http.drop_invalid_header_fields.enabled, Value: "true"}]}}`,
    ],
    violation: [
      `L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}`,
      `L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: application, LoadBalancerAttributes: [{Key: routing.http.drop_invalid_header_fields.enabled, Value: false}]}}`,
    ],
    notApplicable: [`L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network}}`],
    unresolved: [
      `Parameters: {V: {Type: String}}
Resources: {L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {LoadBalancerAttributes: [{Key: routing.http.drop_invalid_header_fields.enabled, Value: !Ref V}]}}}`,
    ],
  },
});
