import { orCompliant } from "../engine/checks";
import { pciRule } from "../engine/define";
import { publicStatements, sourcelessServices } from "../facts/policies";

/** A queue's policy names callers, and the source that a service acts for. */
export const rule = pciRule({
  id: "sqs-policy-principals",
  title: "Queue policies allow nobody by *, and services only for a named source",
  row: 10,
  requirements: "1.4.2 7.3.1",
  severity: "high",
  rationale:
    "A queue for everyone takes and gives messages to anyone; a service without a source is a confused deputy.",
  fix: "Name the principals; for a service add aws:SourceArn or aws:SourceAccount.",
  types: ["AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"],
  judge: (resource) =>
    orCompliant([
      ...publicStatements(resource, "PolicyDocument"),
      ...sourcelessServices(resource, "PolicyDocument"),
    ]),
  examples: {
    compliant: [
      `P: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [x], PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: events.amazonaws.com}, Action: "sqs:SendMessage", Resource: "*", Condition: {ArnEquals: {"aws:SourceArn": "arn:aws:events:eu-west-1:111122223333:rule/r"}}}]}}}`,
      `P: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [x], PolicyDocument: {Statement: {Effect: Allow, Principal: "*", Action: "sqs:SendMessage", Resource: "*", Condition: {StringEquals: {"AWS:SourceAccount": "111122223333"}}}}}}`,
    ],
    violation: [
      `P: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [x], PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: "sqs:SendMessage", Resource: "*"}]}}}`,
      `P: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [x], PolicyDocument: {Statement: [{Effect: Allow, Principal: {Service: s3.amazonaws.com}, Action: "sqs:SendMessage", Resource: "*"}]}}}`,
    ],
    unresolved: [
      `Parameters: {Policy: {Type: String}}
Resources: {P: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [x], PolicyDocument: !Ref Policy}}}`,
    ],
  },
});
