import { requireFlag } from "../engine/checks";
import { pciRule } from "../engine/define";
import { known } from "../engine/literal";
import { notApplicable, unresolved } from "../engine/rule";
import { isUnresolved } from "../engine/values";

/** Keys rotate. KMS rotates symmetric keys whose material it made itself. */
export const rule = pciRule({
  id: "kms-rotation",
  title: "Keys rotate",
  row: 27,
  requirements: "3.7.4",
  severity: "medium",
  rationale: "Keys are changed at the end of their cryptoperiod; KMS does it yearly when asked to.",
  fix: "Set EnableKeyRotation to true.",
  types: ["AWS::KMS::Key"],
  judge(resource) {
    const spec = resource.get("KeySpec");
    if (isUnresolved(spec))
      return unresolved("KeySpec", "Whether the key can rotate is known at deployment only.");
    const usage = known(resource.get("KeyUsage")) ?? "ENCRYPT_DECRYPT";
    if ((known(spec) ?? "SYMMETRIC_DEFAULT") !== "SYMMETRIC_DEFAULT" || usage !== "ENCRYPT_DECRYPT") {
      return notApplicable("KMS rotates symmetric encryption keys only.");
    }
    if ((known(resource.get("Origin")) ?? "AWS_KMS") !== "AWS_KMS")
      return notApplicable("KMS rotates only material that it made.");
    return requireFlag(resource, "EnableKeyRotation", "true", "false", "The key does not rotate.");
  },
  examples: {
    compliant: [`K: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: true}}`],
    violation: [
      `K: {Type: AWS::KMS::Key}`,
      `K: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: "false"}}`,
    ],
    notApplicable: [`K: {Type: AWS::KMS::Key, Properties: {KeySpec: RSA_4096, KeyUsage: SIGN_VERIFY}}`],
    unresolved: [
      `Parameters: {R: {Type: String}}
Resources: {K: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: !Ref R}}}`,
    ],
  },
});
