import { pciRule } from "../engine/define";
import { COMPLIANT } from "../engine/rule";
import { requirePolicy, tlsGap } from "../facts/policies";

/** Only requests over TLS. */
export const rule = pciRule({
  id: "sqs-tls-only",
  title: "The queue admits only TLS",
  row: 11,
  requirements: "2.2.7 4.2.1",
  severity: "high",
  rationale:
    "AWS endpoints answer plain HTTP as well; only a Deny on aws:SecureTransport=false ends that for every caller.",
  fix: "Deny every principal all actions when aws:SecureTransport is false.",
  scope: "set",
  types: ["AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"],
  judge(resource, { set }) {
    if (resource.type !== "AWS::SQS::Queue") return tlsGap(resource, "PolicyDocument", "sqs") ?? COMPLIANT;
    return requirePolicy(
      set,
      resource,
      [
        ["AWS::SQS::QueuePolicy", "Queues"],
        ["AWS::SQS::QueueInlinePolicy", "Queue"],
      ],
      "queue",
    );
  },
  examples: {
    compliant: [
      `P: {Type: AWS::SQS::QueuePolicy, Properties: {PolicyDocument: {Statement: [{Effect: Deny, Principal: "*", Action: "sqs:*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}}]}}}`,
      `P: {Type: AWS::SQS::QueuePolicy, Properties: {PolicyDocument: {Statement: {Effect: Deny, Principal: {AWS: "*"}, Action: ["sqs:*"], Resource: "*", Condition: {Bool: {"AWS:SecureTransport": false}}}}}}`,
    ],
    violation: [
      `X: {Type: AWS::SQS::Queue}`,
      `P: {Type: AWS::SQS::QueuePolicy, Properties: {PolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: "111122223333"}, Action: "sqs:*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "true"}}}]}}}`,
      `P: {Type: AWS::SQS::QueuePolicy, Properties: {PolicyDocument: {Statement: [{Effect: Deny, Principal: {AWS: "111122223333"}, Action: "sqs:*", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}}]}}}`,
    ],
    unresolved: [
      `Parameters: {Policy: {Type: String}}
Resources: {P: {Type: AWS::SQS::QueuePolicy, Properties: {PolicyDocument: !Ref Policy}}}`,
    ],
  },
});
