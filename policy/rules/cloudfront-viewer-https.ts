import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { unresolved, violation, type Verdict } from "../engine/rule";
import { isOpaque, isPresent } from "../engine/values";
import { behaviors } from "../facts/distributions";

/** Viewers reach the distribution over HTTPS only. */
export const rule = pciRule({
  id: "cloudfront-viewer-https",
  title: "Viewers use HTTPS",
  row: 12,
  requirements: "2.2.7 4.2.1",
  severity: "high",
  rationale: "Plain HTTP between a viewer and the edge can be read and changed on the way.",
  fix: "Set ViewerProtocolPolicy to https-only or redirect-to-https in every behavior.",
  types: ["AWS::CloudFront::Distribution"],
  judge(resource) {
    return orCompliant(
      behaviors(resource).flatMap(({ behavior, path }): Verdict[] => {
        const value = behavior["ViewerProtocolPolicy"];
        const full = `${path}.ViewerProtocolPolicy`;
        const protocol = known(value);
        if (protocol === "https-only" || protocol === "redirect-to-https") return [];
        if (protocol === undefined && (isOpaque(value) || isPresent(value)))
          return [unresolved(full, "The viewers' protocol is known at deployment only.")];
        return [violation(full, "Viewers may use plain HTTP.")];
      }),
    );
  },
  examples: {
    compliant: [
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {DefaultCacheBehavior: {ViewerProtocolPolicy: redirect-to-https}, CacheBehaviors: [{ViewerProtocolPolicy: https-only}]}}}`,
    ],
    violation: [
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {DefaultCacheBehavior: {ViewerProtocolPolicy: https-only}, CacheBehaviors: [{ViewerProtocolPolicy: allow-all}]}}}`,
    ],
    unresolved: [
      `Parameters: {P: {Type: String}}
Resources: {D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {DefaultCacheBehavior: {ViewerProtocolPolicy: !Ref P}}}}}`,
    ],
  },
});
