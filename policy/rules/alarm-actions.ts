import { pciRule } from "../engine/define";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { referenced } from "../engine/links";
import { flag, isPresent, symbolOf } from "../engine/values";

/** True when a composite alarm of the set watches this alarm; it then acts in its place. */
function feedsComposite(set: TemplateSet, alarm: Resource): boolean {
  const name = symbolOf(alarm.get("AlarmName"));
  return set.ofType("AWS::CloudWatch::CompositeAlarm").some((composite) => {
    if (composite === alarm) return false;
    const condition = composite.get("AlarmRule");
    return referenced(condition).includes(alarm) || (name !== "" && symbolOf(condition).includes(name));
  });
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
    if (feedsComposite(set, resource)) return notApplicable("A composite alarm acts in its place.");
    return violation("AlarmActions", "The alarm tells nobody.");
  },
  examples: {
    compliant: [`A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [t]}}`],
    violation: [
      `A: {Type: AWS::CloudWatch::Alarm}`,
      `A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [t], ActionsEnabled: "false"}}`,
      `A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [!Ref "AWS::NoValue"]}}`,
    ],
    notApplicable: [
      `A: {Type: AWS::CloudWatch::Alarm}
C: {Type: AWS::CloudWatch::CompositeAlarm, Properties: {AlarmRule: !Sub "ALARM(\${A})", AlarmActions: [t]}}`,
    ],
    unresolved: [
      `Parameters: {E: {Type: String}}
Resources: {A: {Type: AWS::CloudWatch::Alarm, Properties: {AlarmActions: [t], ActionsEnabled: !Ref E}}}`,
    ],
  },
});
