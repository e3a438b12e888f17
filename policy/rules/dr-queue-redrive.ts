import { drRule } from "../engine/define";
import { companions } from "../engine/links";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { denotes } from "../engine/links";
import { at, isList, isOpaque, isPresent, type Value } from "../engine/values";

/** Properties by which something names a queue as its dead-letter queue. */
const DEAD_LETTER_REFERENCES: readonly (readonly [string, string])[] = [
  ["AWS::SQS::Queue", "RedrivePolicy.deadLetterTargetArn"],
  ["AWS::Lambda::Function", "DeadLetterConfig.TargetArn"],
  ["AWS::Lambda::EventInvokeConfig", "DestinationConfig.OnFailure.Destination"],
  ["AWS::Lambda::EventSourceMapping", "DestinationConfig.OnFailure.Destination"],
  ["AWS::SNS::Subscription", "RedrivePolicy.deadLetterTargetArn"],
  ["AWS::Scheduler::Schedule", "Target.DeadLetterConfig.Arn"],
  ["AWS::Events::EventBus", "DeadLetterConfig.Arn"],
];

/** True for a queue that takes what others could not process. */
function isDeadLetterQueue(set: TemplateSet, queue: Resource): boolean {
  if (isPresent(queue.get("RedriveAllowPolicy"))) return true;
  if (DEAD_LETTER_REFERENCES.some(([type, path]) => companions(set, type, path, queue).length > 0))
    return true;
  return set.ofType("AWS::Events::Rule").some((rule) => {
    const targets = rule.get("Targets");
    return (isList(targets) ? targets : []).some((item: Value) =>
      denotes(at(item, "DeadLetterConfig.Arn"), queue),
    );
  });
}

/** What cannot be processed is set aside. */
export const rule = drRule({
  id: "dr-queue-redrive",
  title: "Every queue has a dead-letter queue",
  severity: "medium",
  rationale: "A message that always fails blocks its consumer until it expires, and then it is lost.",
  fix: "Add a RedrivePolicy with deadLetterTargetArn and maxReceiveCount.",
  scope: "set",
  types: ["AWS::SQS::Queue"],
  judge(resource, { set }) {
    const policy = resource.get("RedrivePolicy");
    if (isOpaque(policy))
      return unresolved("RedrivePolicy", "The redrive policy is known at deployment only.");
    if (isPresent(policy)) return COMPLIANT;
    if (isDeadLetterQueue(set, resource)) return notApplicable("It is a dead-letter queue.");
    return violation("RedrivePolicy", "The queue has no dead-letter queue.");
  },
  examples: {
    compliant: [
      `Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: a, maxReceiveCount: 5}}}`,
    ],
    violation: [`Q: {Type: AWS::SQS::Queue}`],
    notApplicable: [
      `D: {Type: AWS::SQS::Queue}
F: {Type: AWS::Lambda::Function, Properties: {DeadLetterConfig: {TargetArn: !GetAtt D.Arn}}}`,
    ],
    unresolved: [
      `Parameters: {P: {Type: String}}
Resources: {Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: !Ref P}}}`,
    ],
  },
});
