import { pciRule } from "../engine/define";
import { companions } from "../engine/links";
import { COMPLIANT, notApplicable, unresolved, violation, type Verdict } from "../engine/rule";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { flag, isPresent, isUnresolved } from "../engine/values";
import { attributeOf, balancerKind } from "../facts/balancers";
import { isLogBucket } from "../facts/buckets";

function present(resource: Resource, path: string, what: string): Verdict {
  return isPresent(resource.get(path)) ? COMPLIANT : violation(path, `${what} writes no access log.`);
}

function balancer(resource: Resource): Verdict {
  const kind = balancerKind(resource);
  if (kind === "network" || kind === "gateway") return notApplicable("It does not read HTTP requests.");
  const { value, path } = attributeOf(resource, "access_logs.s3.enabled");
  const state = flag(value);
  if (state === "true") return COMPLIANT;
  if (state === "unknown" || kind === "unknown")
    return unresolved(path, "Whether it logs is known at deployment only.");
  return violation(path, "The load balancer writes no access log.");
}

function distribution(resource: Resource, set: TemplateSet): Verdict {
  const delivered = companions(set, "AWS::Logs::DeliverySource", "ResourceArn", resource).length > 0;
  return delivered ? COMPLIANT : present(resource, "DistributionConfig.Logging.Bucket", "The distribution");
}

function bucket(resource: Resource, set: TemplateSet): Verdict {
  if (resource.get("LoggingConfiguration") !== undefined) return COMPLIANT;
  if (isLogBucket(set, resource)) return notApplicable("The bucket receives logs itself.");
  return violation("LoggingConfiguration", "The bucket writes no access log.");
}

/** Every door writes down who came through. */
export const rule = pciRule({
  id: "access-logs",
  title: "Stages, load balancers, distributions and buckets write access logs",
  row: 36,
  requirements: "10.2.1",
  severity: "medium",
  rationale: "Audit logs record all individual access to card data and all access attempts.",
  fix: "Give the stage AccessLogSetting, the load balancer access_logs.s3.enabled, the distribution Logging, the bucket LoggingConfiguration.",
  scope: "set",
  types: [
    "AWS::ApiGateway::Stage",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::CloudFront::Distribution",
    "AWS::S3::Bucket",
  ],
  judge(resource, { set }) {
    if (isUnresolved(resource.properties()))
      return unresolved("", "The properties are known at deployment only.");
    switch (resource.type) {
      case "AWS::ApiGateway::Stage":
        return present(resource, "AccessLogSetting.DestinationArn", "The stage");
      case "AWS::ApiGatewayV2::Stage":
        return present(resource, "AccessLogSettings.DestinationArn", "The stage");
      case "AWS::CloudFront::Distribution":
        return distribution(resource, set);
      case "AWS::S3::Bucket":
        return bucket(resource, set);
      default:
        return balancer(resource);
    }
  },
  examples: {
    compliant: [
      `S: {Type: AWS::ApiGateway::Stage, Properties: {AccessLogSetting: {DestinationArn: a, Format: f}}}`,
      `L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {LoadBalancerAttributes: [{Key: access_logs.s3.enabled, Value: true}]}}`,
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Logging: {Bucket: b}}}}`,
      `B: {Type: AWS::S3::Bucket, Properties: {LoggingConfiguration: {DestinationBucketName: l}}}`,
    ],
    violation: [
      `S: {Type: AWS::ApiGateway::Stage}`,
      `S: {Type: AWS::ApiGatewayV2::Stage}`,
      `L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}`,
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Enabled: true}}}`,
      `B: {Type: AWS::S3::Bucket}`,
    ],
    notApplicable: [
      `L: {Type: AWS::S3::Bucket, Properties: {AccessControl: LogDeliveryWrite}}`,
      `L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network}}`,
    ],
    unresolved: [
      `Parameters: {E: {Type: String}}
Resources: {L: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {LoadBalancerAttributes: [{Key: access_logs.s3.enabled, Value: !Ref E}]}}}`,
    ],
  },
});
