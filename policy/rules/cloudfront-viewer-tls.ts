import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { COMPLIANT, unresolved, violation } from "../engine/rule";
import { flag, isOpaque, isPresent, isUnresolved } from "../engine/values";

/** CloudFront's policies that admit TLS 1.2 with current ciphers, or better. */
const CURRENT = /^TLSv1\.(2_20(2[1-9]|[3-9]\d)|[3-9]_\d{4})$/;

/** The distribution presents its own certificate with a current policy. */
export const rule = pciRule({
  id: "cloudfront-viewer-tls",
  title: "Viewers use TLS 1.2 with a current policy (TLSv1.2_2021 or newer)",
  row: 12,
  requirements: "2.2.7 4.2.1",
  severity: "high",
  rationale: "With CloudFront's default certificate, and without a minimum, TLS 1.0 is accepted.",
  fix: "Give a certificate of us-east-1 and MinimumProtocolVersion TLSv1.2_2021 or newer.",
  types: ["AWS::CloudFront::Distribution"],
  judge(resource) {
    const base = "DistributionConfig.ViewerCertificate";
    const certificate = resource.get(base);
    if (isOpaque(certificate)) return unresolved(base, "The viewer certificate is known at deployment only.");
    if (flag(resource.get(`${base}.CloudFrontDefaultCertificate`)) === "true" || !isPresent(certificate)) {
      return violation(base, "CloudFront's default certificate accepts TLS 1.0.");
    }
    const path = `${base}.MinimumProtocolVersion`;
    const value = resource.get(path);
    if (isUnresolved(value)) return unresolved(path, "The minimum TLS version is known at deployment only.");
    return CURRENT.test(known(value) ?? "")
      ? COMPLIANT
      : violation(path, `The minimum TLS policy is ${known(value) ?? "TLSv1 by default"}.`);
  },
  examples: {
    compliant: [
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {ViewerCertificate: {AcmCertificateArn: a, SslSupportMethod: sni-only, MinimumProtocolVersion: TLSv1.2_2021}}}}`,
    ],
    violation: [
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {Enabled: true}}}`,
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {ViewerCertificate: {CloudFrontDefaultCertificate: true, MinimumProtocolVersion: TLSv1.2_2021}}}}`,
      `D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {ViewerCertificate: {AcmCertificateArn: a, MinimumProtocolVersion: TLSv1.2_2019}}}}`,
    ],
    unresolved: [
      `Parameters: {V: {Type: String}}
Resources: {D: {Type: AWS::CloudFront::Distribution, Properties: {DistributionConfig: {ViewerCertificate: {AcmCertificateArn: a, MinimumProtocolVersion: !Ref V}}}}}`,
    ],
  },
});
