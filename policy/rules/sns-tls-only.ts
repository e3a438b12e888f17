import { pciRule } from "../engine/define";
import { COMPLIANT } from "../engine/rule";
import { requirePolicy, tlsGap } from "../facts/policies";

/** Only requests over TLS. */
export const rule = pciRule({
  id: "sns-tls-only",
  title: "The topic admits only TLS",
  row: 11,
  requirements: "2.2.7 4.2.1",
  severity: "high",
  rationale:
    "AWS endpoints answer plain HTTP as well; only a Deny on aws:SecureTransport=false ends that for every caller.",
  fix: "Deny every principal all actions when aws:SecureTransport is false.",
  scope: "set",
  types: ["AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy"],
  judge(resource, { set }) {
    if (resource.type !== "AWS::SNS::Topic") return tlsGap(resource, "PolicyDocument", "sns") ?? COMPLIANT;
    return requirePolicy(
      set,
      resource,
      [
        ["AWS::SNS::TopicPolicy", "Topics"],
        ["AWS::SNS::TopicInlinePolicy", "TopicArn"],
      ],
      "topic",
    );
  },
  examples: {
    compliant: [
      `P: {Type: AWS::SNS::TopicPolicy, Properties: {PolicyDocument: {Statement: [{Effect: Deny, Principal: "*", Action: "sns:Publish", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}}]}}}`,
      `P: {Type: AWS::SNS::TopicPolicy, Properties: {PolicyDocument: {Statement: {Effect: Deny, Principal: {AWS: "*"}, Action: ["sns:Publish"], Resource: "*", Condition: {Bool: {"AWS:SecureTransport": false}}}}}}`,
    ],
    violation: [
      `X: {Type: AWS::SNS::Topic}`,
      `P: {Type: AWS::SNS::TopicPolicy, Properties: {PolicyDocument: {Statement: [{Effect: Allow, Principal: {AWS: "111122223333"}, Action: "sns:Publish", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "true"}}}]}}}`,
      `P: {Type: AWS::SNS::TopicPolicy, Properties: {PolicyDocument: {Statement: [{Effect: Deny, Principal: {AWS: "111122223333"}, Action: "sns:Publish", Resource: "*", Condition: {Bool: {"aws:SecureTransport": "false"}}}]}}}`,
    ],
    unresolved: [
      `Parameters: {Policy: {Type: String}}
Resources: {P: {Type: AWS::SNS::TopicPolicy, Properties: {PolicyDocument: !Ref Policy}}}`,
    ],
  },
});
