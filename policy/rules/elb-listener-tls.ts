import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { isUnresolved } from "../engine/values";
import { balancerKind, balancerOf, redirectsToHttps } from "../facts/balancers";

/** Policies without TLS 1.0 and 1.1. Source: Elastic Load Balancing, "Security policies". */
const CURRENT = /^ELBSecurityPolicy-(TLS13-1-[23]-|TLS-1-2-|FS-1-2-)/;

/** Listeners speak TLS with a current policy or send clients there. */
export const rule = pciRule({
  id: "elb-listener-tls",
  title: "Listeners use HTTPS or TLS with a current policy, or redirect to HTTPS",
  row: 15,
  requirements: "4.2.1",
  severity: "high",
  rationale:
    "Plain HTTP and TLS before 1.2 do not protect data in transit; the default policy of 2016 accepts TLS 1.0.",
  fix: "Use HTTPS with ELBSecurityPolicy-TLS13-1-2-Res-2021-06 or newer; on port 80 only redirect to HTTPS.",
  types: ["AWS::ElasticLoadBalancingV2::Listener"],
  judge(resource, { set }) {
    const value = resource.get("Protocol");
    const balancer = balancerOf(set, resource);
    if (isUnresolved(value))
      return unresolved("Protocol", "The listener's protocol is known at deployment only.");
    const protocol = known(value)?.toUpperCase();
    if (protocol === undefined) {
      if (balancer !== undefined && balancerKind(balancer) === "gateway")
        return notApplicable("Gateway Load Balancers forward packets.");
      return unresolved("Protocol", "The listener names no protocol.");
    }
    if (protocol === "GENEVE") return notApplicable("Gateway Load Balancers forward packets.");
    if (protocol === "HTTPS" || protocol === "TLS") {
      const policy = resource.get("SslPolicy");
      if (isUnresolved(policy)) return unresolved("SslPolicy", "The TLS policy is known at deployment only.");
      return CURRENT.test(known(policy) ?? "")
        ? COMPLIANT
        : violation(
            "SslPolicy",
            `The TLS policy ${known(policy) ?? "ELBSecurityPolicy-2016-08, the default,"} is not current.`,
          );
    }
    if (protocol === "HTTP") {
      const redirect = redirectsToHttps(resource.get("DefaultActions"));
      if (redirect === true) return COMPLIANT;
      if (redirect === "unknown")
        return unresolved("DefaultActions", "Whether it redirects is known at deployment only.");
      return violation("Protocol", "The listener serves plain HTTP.");
    }
    if (protocol === "TCP" && known(resource.get("Port")) === "443") {
      return unresolved(
        "Protocol",
        "The load balancer passes bytes through; whether the targets end TLS is not shown.",
      );
    }
    return violation("Protocol", `The listener's protocol ${protocol} is not encrypted.`);
  },
  examples: {
    compliant: [
      `L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {Port: 443, Protocol: HTTPS, SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06}}`,
      `L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {Port: 80, Protocol: HTTP, DefaultActions: [{Type: redirect, RedirectConfig: {Protocol: HTTPS, StatusCode: HTTP_301}}]}}`,
    ],
    violation: [
      `L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {Port: 443, Protocol: HTTPS}}`,
      `L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {Port: 443, Protocol: TLS, SslPolicy: ELBSecurityPolicy-TLS13-1-0-2021-06}}`,
      `L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {Port: 80, Protocol: HTTP, DefaultActions: [{Type: redirect, RedirectConfig: {Host: b, StatusCode: HTTP_301}}]}}`,
      `L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {Port: 5000, Protocol: UDP}}`,
    ],
    notApplicable: [`L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {Protocol: GENEVE}}`],
    unresolved: [
      `L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {Port: 443, Protocol: TCP}}`,
      `Parameters: {P: {Type: String}}
Resources: {L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {Port: 443, Protocol: HTTPS, SslPolicy: !Ref P}}}`,
    ],
  },
});
