import { requirePresent } from "../engine/checks";
import { pciRule } from "../engine/define";

/** Queues and topics are encrypted under KMS. */
export const rule = pciRule({
  id: "messaging-encrypted",
  title: "Queues and topics are encrypted under KMS",
  row: 22,
  requirements: "3.5.1 3.6.1",
  severity: "high",
  rationale:
    "SQS encrypts with a key of its own by default, SNS not at all; neither shows who reads messages.",
  fix: "Set KmsMasterKeyId to a customer-managed key.",
  types: ["AWS::SQS::Queue", "AWS::SNS::Topic"],
  judge: (resource) => requirePresent(resource, "KmsMasterKeyId", "No KMS key encrypts the messages."),
  examples: {
    compliant: [
      `Q: {Type: AWS::SQS::Queue, Properties: {KmsMasterKeyId: alias/key}}`,
      `Parameters: {K: {Type: String}}
Resources: {T: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: !Ref K}}}`,
    ],
    violation: [
      `Q: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: true}}`,
      `T: {Type: AWS::SNS::Topic}`,
      `T: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: ""}}`,
    ],
    unresolved: [
      `Parameters: {E: {Type: String, AllowedValues: [a, b]}}
Conditions: {A: !Equals [!Ref E, a]}
Resources: {T: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: !If [A, k, !Ref "AWS::NoValue"]}}}`,
    ],
  },
});
