import { orCompliant, why } from "../engine/checks";
import { pciRule } from "../engine/define";
import { unresolved, violation, type Verdict } from "../engine/rule";
import { flag, isOpaque } from "../engine/values";

const BLOCKS = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];

/** All four blocks of public access are declared and on. */
export const rule = pciRule({
  id: "s3-public-access-blocked",
  title: "All four public-access blocks are on",
  row: 9,
  requirements: "1.4.2 7.3.1",
  severity: "critical",
  rationale:
    "The blocks hold even when a policy or an access-control list is wrong; a block that is left out of the configuration is off.",
  fix: "Give PublicAccessBlockConfiguration with all four settings true.",
  types: ["AWS::S3::Bucket"],
  judge(resource) {
    const path = "PublicAccessBlockConfiguration";
    const configuration = resource.get(path);
    if (isOpaque(configuration)) return unresolved(path, `The blocks are not known: ${why(configuration)}.`);
    if (configuration === undefined) return violation(path, "The bucket declares no public-access block.");
    return orCompliant(
      BLOCKS.flatMap((name): Verdict[] => {
        const value = resource.get(`${path}.${name}`);
        const state = flag(value);
        if (state === "true") return [];
        if (state === "unknown")
          return [unresolved(`${path}.${name}`, `${name} is not known: ${why(value)}.`)];
        return [violation(`${path}.${name}`, `${name} is not on.`)];
      }),
    );
  },
  examples: {
    compliant: [
      `B: {Type: AWS::S3::Bucket, Properties: {PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: "true", IgnorePublicAcls: true, RestrictPublicBuckets: True}}}`,
    ],
    violation: [
      `B: {Type: AWS::S3::Bucket}`,
      `B: {Type: AWS::S3::Bucket, Properties: {PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true}}}`,
    ],
    unresolved: [
      `Parameters: {Block: {Type: String}}
Resources: {B: {Type: AWS::S3::Bucket, Properties: {PublicAccessBlockConfiguration: {BlockPublicAcls: !Ref Block, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}}}}`,
    ],
  },
});
