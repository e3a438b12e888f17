import { requireCustomerKey, requireFlag } from "../engine/checks";
import { pciRule } from "../engine/define";

/** The trail's files are encrypted and cannot be changed unseen. */
export const rule = pciRule({
  id: "trail-protected",
  title: "The trail is under a customer-managed key and its files are validated",
  row: [41, 46],
  requirements: "10.3.2 10.3.4 11.5.2",
  severity: "high",
  rationale: "Audit logs are protected from change, and a change must be noticed: digests make it visible.",
  fix: "Set KMSKeyId and EnableLogFileValidation.",
  types: ["AWS::CloudTrail::Trail"],
  judge: (resource) => [
    requireCustomerKey(resource, "KMSKeyId", "The trail"),
    requireFlag(
      resource,
      "EnableLogFileValidation",
      "true",
      "false",
      "A change of the log files would not be noticed.",
    ),
  ],
  examples: {
    compliant: [
      `T: {Type: AWS::CloudTrail::Trail, Properties: {KMSKeyId: k, EnableLogFileValidation: true}}`,
    ],
    violation: [
      `T: {Type: AWS::CloudTrail::Trail, Properties: {KMSKeyId: k}}`,
      `T: {Type: AWS::CloudTrail::Trail, Properties: {EnableLogFileValidation: true}}`,
    ],
    unresolved: [
      `Parameters: {V: {Type: String}}
Resources: {T: {Type: AWS::CloudTrail::Trail, Properties: {KMSKeyId: k, EnableLogFileValidation: !Ref V}}}`,
    ],
  },
});
