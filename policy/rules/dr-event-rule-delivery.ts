import { drRule } from "../engine/define";
import { orCompliant } from "../engine/checks";
import { unresolved, violation, type Verdict } from "../engine/rule";
import { at, isList, isMap, isOpaque, isPresent } from "../engine/values";

/** An event that starts a recovery is not lost. */
export const rule = drRule({
  id: "dr-event-rule-delivery",
  title: "Event rules retry and have a dead-letter queue",
  severity: "medium",
  rationale: "EventBridge drops what it cannot deliver; a dropped event is a failover that does not start.",
  fix: "Give every target DeadLetterConfig and RetryPolicy.",
  types: ["AWS::Events::Rule"],
  judge(resource) {
    const targets = resource.get("Targets");
    if (isOpaque(targets)) return unresolved("Targets", "The targets are known at deployment only.");
    return orCompliant(
      (isList(targets) ? targets : []).flatMap((item, index): Verdict[] => {
        if (!isMap(item)) return [];
        const found: Verdict[] = [];
        if (!isPresent(at(item, "DeadLetterConfig.Arn")))
          found.push(violation(`Targets.${index}.DeadLetterConfig`, "The target has no dead-letter queue."));
        if (!isPresent(item["RetryPolicy"]))
          found.push(violation(`Targets.${index}.RetryPolicy`, "The target has no retry policy."));
        return found;
      }),
    );
  },
  examples: {
    compliant: [
      `R: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: a, DeadLetterConfig: {Arn: q}, RetryPolicy: {MaximumRetryAttempts: 8}}]}}`,
    ],
    violation: [
      `R: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: a, RetryPolicy: {MaximumRetryAttempts: 8}}]}}`,
    ],
    unresolved: [
      `Parameters: {T: {Type: String}}
Resources: {R: {Type: AWS::Events::Rule, Properties: {Targets: !Ref T}}}`,
    ],
  },
});
