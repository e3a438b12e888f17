import { pciRule } from "../engine/define";
import { companions, denotes, referenced } from "../engine/links";
import { known, knownLower } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved, violation, type Verdict } from "../engine/rule";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { Text, Unknown, at, isList, isPresent, isUnresolved, symbolOf } from "../engine/values";
import { balancerKind } from "../facts/balancers";

const ASSOCIATION = "AWS::WAFv2::WebACLAssociation";

function balancerVerdict(set: TemplateSet, balancer: Resource): Verdict {
  const kind = balancerKind(balancer);
  if (kind === "network" || kind === "gateway")
    return notApplicable("WAF protects application load balancers.");
  const scheme = balancer.get("Scheme");
  if (knownLower(scheme) === "internal") return notApplicable("It is not reachable from the internet.");
  if (companions(set, ASSOCIATION, "ResourceArn", balancer).length > 0) return COMPLIANT;
  if (isUnresolved(scheme) || kind === "unknown")
    return unresolved("Scheme", "Whether it faces the internet is known at deployment only.");
  return violation("", "No web ACL is associated with the internet-facing load balancer.");
}

/** An association names a stage as …/restapis/<api>/stages/<stage>. */
function protectsStage(association: Resource, api: Resource | undefined, stage: Resource): boolean {
  const arn = association.get("ResourceArn");
  const found = referenced(arn);
  if (found.includes(stage)) return true;
  if (!(arn instanceof Text) && typeof arn !== "string") return false;
  const text = symbolOf(arn);
  const ofApi = api === undefined ? text.includes(symbolOf(stage.get("RestApiId"))) : found.includes(api);
  return ofApi && text.endsWith(`/stages/${symbolOf(stage.get("StageName"))}`);
}

function stageVerdict(set: TemplateSet, stage: Resource): Verdict {
  const api = referenced(stage.get("RestApiId")).find(
    (resource) => resource.type === "AWS::ApiGateway::RestApi",
  );
  const types = api?.get("EndpointConfiguration.Types");
  if (isList(types) && types.some((type) => known(type)?.toUpperCase() === "PRIVATE"))
    return notApplicable("The API is private.");
  const associations = set.ofType(ASSOCIATION).filter((association) => association.exists());
  if (
    associations.some(
      (association) =>
        protectsStage(association, api, stage) || denotes(association.get("ResourceArn"), stage),
    )
  ) {
    return COMPLIANT;
  }
  return violation("", "No web ACL is associated with the public API stage.");
}

/** A web application firewall stands before every public web application. */
export const rule = pciRule({
  id: "waf-before-public-apps",
  title: "A web application firewall stands before every public web application",
  row: 32,
  requirements: "6.4.1 6.4.2",
  severity: "high",
  rationale:
    "An automated technical solution detects and prevents web-based attacks on public-facing applications.",
  fix: "Associate a WAFv2 web ACL with the load balancer or stage; give a distribution a WebACLId (from us-east-1).",
  scope: "set",
  types: [
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ApiGateway::Stage",
    "AWS::CloudFront::Distribution",
  ],
  judge(resource, { set }) {
    switch (resource.type) {
      case "AWS::ApiGateway::Stage":
        return stageVerdict(set, resource);
      case "AWS::CloudFront::Distribution": {
        const config = resource.get("DistributionConfig");
        if (config instanceof Unknown)
          return unresolved("DistributionConfig", "The configuration is known at deployment only.");
        return isPresent(at(config, "WebACLId"))
          ? COMPLIANT
          : violation("DistributionConfig.WebACLId", "No web ACL protects the distribution.");
      }
      default:
        return balancerVerdict(set, resource);
    }
  },
  examples: {
    compliant: [
      `L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: internet-facing}}
A: {Type: AWS::WAFv2::WebACLAssociation, Properties: {ResourceArn: !Ref L, WebACLArn: w}}`,
      `R: {Type: AWS::ApiGateway::RestApi}
S: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref R, StageName: live}}
A: {Type: AWS::WAFv2::WebACLAssociation, Properties: {ResourceArn: !Sub "arn:aws:apigateway:\${AWS::Region}::/restapis/\${R}/stages/live", WebACLArn: w}}`,
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {WebACLId: w}}}`,
    ],
    violation: [
      `L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}`,
      `R: {Type: AWS::ApiGateway::RestApi}
S: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref R, StageName: live}}`,
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Enabled: true}}}`,
    ],
    notApplicable: [
      `L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: internal}}`,
      `L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network}}`,
      `R: {Type: AWS::ApiGateway::RestApi, Properties: {EndpointConfiguration: {Types: [PRIVATE]}}}
S: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref R, StageName: live}}`,
    ],
    unresolved: [
      `Parameters: {S: {Type: String}}
Resources: {L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Scheme: !Ref S}}}`,
    ],
  },
});
