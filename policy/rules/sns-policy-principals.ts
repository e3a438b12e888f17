import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { publicStatements, sourcelessServices } from "../facts/policies";

/** A topic's policy names callers, and the source that a service acts for. */
export const rule = pciRule({
  id: "sns-policy-principals",
  title: "Topic policies allow nobody by *, and services only for a named source",
  row: 10,
  requirements: "1.4.2 7.3.1",
  severity: "high",
  rationale:
    "A topic for everyone takes and gives messages to anyone; a service without a source is a confused deputy.",
  fix: "Name the principals; for a service add aws:SourceArn or aws:SourceAccount.",
  types: ["AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy"],
  judge: (resource) =>
    orCompliant([
      ...publicStatements(resource, "PolicyDocument"),
      ...sourcelessServices(resource, "PolicyDocument"),
    ]),
  examples: {
    compliant: [
      `P: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [x], PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: "sns:Publish", Resource: "*", Condition: {ArnEquals: {"aws:SourceArn": "arn:aws:events:eu-west-1:111122223333:rule/r"}}}]}}}`,
      `P: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [x], PolicyDocument: {Statement: {Effect: Allow, Principal: "*", Action: "sns:Publish", Resource: "*", Condition: {StringEquals: {"AWS:SourceAccount": "111122223333"}}}}}}`,
    ],
    violation: [
      `P: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [x], PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: "sns:Publish", Resource: "*"}]}}}`,
      `P: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [x], PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: "sns:Publish", Resource: "*"}]}}}`,
    ],
    unresolved: [
      `Parameters: {Policy: {Type: String}}
Resources: {P: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [x], PolicyDocument: !Ref Policy}}}`,
    ],
  },
});
