import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { unresolved, violation, type Verdict } from "../engine/rule";
import { isList, isMap, isOpaque, isUnresolved } from "../engine/values";
import { origins } from "../facts/distributions";

/** CloudFront reaches custom origins over HTTPS with TLS 1.2. S3 origins follow the viewer, who uses HTTPS. */
export const rule = pciRule({
  id: "cloudfront-origin-https",
  title: "Origins are reached over HTTPS with TLS 1.2",
  row: 13,
  requirements: "2.2.7 4.2.1",
  severity: "high",
  rationale:
    "What is encrypted up to the edge must stay encrypted on the way to the origin, over the internet as well.",
  fix: "Set OriginProtocolPolicy https-only and OriginSSLProtocols [TLSv1.2].",
  types: ["AWS::CloudFront::Distribution"],
  judge(resource) {
    return orCompliant(
      origins(resource).flatMap(({ origin, path }): Verdict[] => {
        const custom = origin["CustomOriginConfig"];
        if (custom === undefined) return [];
        const base = `${path}.CustomOriginConfig`;
        if (isOpaque(custom)) return [unresolved(base, "The origin's protocol is known at deployment only.")];
        if (!isMap(custom)) return [];
        const protocol = custom["OriginProtocolPolicy"];
        const found: Verdict[] = [];
        if (isUnresolved(protocol))
          found.push(
            unresolved(`${base}.OriginProtocolPolicy`, "The origin's protocol is known at deployment only."),
          );
        else if (known(protocol) !== "https-only")
          found.push(violation(`${base}.OriginProtocolPolicy`, "The origin may be reached over plain HTTP."));
        const versions = custom["OriginSSLProtocols"];
        const weak = isList(versions)
          ? versions
              .map((version) => known(version))
              .find((version) => version !== undefined && !/^TLSv1\.[23]$/.test(version))
          : undefined;
        if (weak !== undefined)
          found.push(violation(`${base}.OriginSSLProtocols`, `The origin may be reached with ${weak}.`));
        if (versions === undefined && known(protocol) !== "http-only") {
          found.push(
            violation(
              `${base}.OriginSSLProtocols`,
              "Without OriginSSLProtocols older versions than TLS 1.2 are accepted.",
            ),
          );
        }
        return found;
      }),
    );
  },
  examples: {
    compliant: [
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Origins: [{Id: a, CustomOriginConfig: {OriginProtocolPolicy: https-only, OriginSSLProtocols: [TLSv1.2]}}, {Id: b, S3OriginConfig: {}}]}}}`,
    ],
    violation: [
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Origins: [{Id: a, CustomOriginConfig: {OriginProtocolPolicy: match-viewer, OriginSSLProtocols: [TLSv1.2]}}]}}}`,
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Origins: [{Id: a, CustomOriginConfig: {OriginProtocolPolicy: https-only, OriginSSLProtocols: [TLSv1, TLSv1.2]}}]}}}`,
    ],
    unresolved: [
      `Parameters: {P: {Type: String}}
Resources: {D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Origins: [{Id: a, CustomOriginConfig: {OriginProtocolPolicy: !Ref P, OriginSSLProtocols: [TLSv1.2]}}]}}}}`,
    ],
  },
});
