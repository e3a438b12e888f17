import { pciRule } from "../engine/define";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { referenced } from "../engine/links";
import { flag, isPresent, symbolOf, Text, type Value } from "../engine/values";

/** Stands for whatever is not known in a text; no name holds it. */
const UNKNOWN = "\u0000";

/** Whether one text holds another, should what is not known in both be the same. */
function mayHold(text: Value | undefined, part: Value | undefined): boolean {
  return text instanceof Text && part instanceof Text && text.render(UNKNOWN).includes(part.render(UNKNOWN));
}

/** Whether a composite alarm of the set watches this alarm; it then acts in its place. */
function feedsComposite(set: TemplateSet, alarm: Resource): "yes" | "maybe" | "no" {
  const name = alarm.get("AlarmName");
  const symbol = symbolOf(name);
  const rules = set
    .ofType("AWS::CloudWatch::CompositeAlarm")
    .filter((composite) => composite !== alarm)
    .map((composite) => composite.get("AlarmRule"));
  const certain = (condition: Value | undefined) =>
    referenced(condition).includes(alarm) || (symbol !== "" && symbolOf(condition).includes(symbol));
  if (rules.some(certain)) return "yes";
  return rules.some((condition) => mayHold(condition, name)) ? "maybe" : "no";
}

/** Alarms tell somebody. */
export const rule = pciRule({
  id: "alarm-actions",
  title: "Alarms are enabled and have at least one action",
  row: 44,
  requirements: "10.7.2 12.10.5",
  severity: "medium",
  rationale:
    "Failures of critical controls are detected, alerted and addressed promptly; an alarm without an action tells nobody.",
  fix: "Give AlarmActions, and leave ActionsEnabled on.",
  scope: "set",
  types: ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"],
  judge(resource, { set }) {
    const enabled = flag(resource.get("ActionsEnabled"));
    if (enabled === "false") return violation("ActionsEnabled", "The alarm's actions are off.");
    if (enabled === "unknown")
      return unresolved("ActionsEnabled", "Whether actions are on is known at deployment only.");
    if (isPresent(resource.get("AlarmActions"))) return COMPLIANT;
    const fed = feedsComposite(set, resource);
    if (fed === "yes") return notApplicable("A composite alarm acts in its place.");
    if (fed === "maybe")
      return unresolved(
        "AlarmActions",
        "Whether a composite alarm acts in its place is known at deployment only.",
      );
    return violation("AlarmActions", "The alarm tells nobody.");
  },
  examples: {
    compliant: [`A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [t]}}`],
    violation: [
      `A: {Type: AWS::CloudWatch::Alarm}`,
      `A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [t], ActionsEnabled: "false"}}`,
      `A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [!Ref "AWS::NoValue"]}}`,
      `Parameters: {E: {Type: String}, F: {Type: String}}
Resources:
  A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmName: !Sub "alarm-a-\${E}"}}
  C: {Type: AWS::CloudWatch::CompositeAlarm, Properties: {AlarmRule: !Sub "ALARM(alarm-a-b-\${F})", AlarmActions: [t]}}`,
    ],
    notApplicable: [
      `A: {Type: AWS::CloudWatch::Alarm}
C: {Type: AWS::CloudWatch::CompositeAlarm, Properties: {AlarmRule: !Sub "ALARM(\${A})", AlarmActions: [t]}}`,
    ],
    unresolved: [
      `Parameters: {E: {Type: String}}
Resources: {A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [t], ActionsEnabled: !Ref E}}}`,
      `Parameters: {E: {Type: String}, F: {Type: String}}
Resources:
  A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmName: !Sub "alarm-a-\${E}"}}
  C: {Type: AWS::CloudWatch::CompositeAlarm, Properties: {AlarmRule: !Sub "ALARM(alarm-a-\${F})", AlarmActions: [t]}}`,
    ],
  },
});
