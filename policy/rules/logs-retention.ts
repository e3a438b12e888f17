import { pciRule } from "../engine/define";
import { COMPLIANT, unresolved, violation } from "../engine/rule";
import { integer } from "../engine/values";

/** Log groups keep a year. Without a number they keep everything. */
export const rule = pciRule({
  id: "logs-retention",
  title: "Log groups keep at least 365 days",
  row: 43,
  requirements: "10.5.1",
  severity: "medium",
  rationale: "Audit log history is retained for at least twelve months.",
  fix: "Set RetentionInDays to 365 or more.",
  types: ["AWS::Logs::LogGroup"],
  judge(resource, { settings }) {
    const days = integer(resource.get("RetentionInDays"));
    if (days === "absent") return COMPLIANT;
    if (days === "unknown")
      return unresolved("RetentionInDays", "The retention is known at deployment only.");
    return days >= settings.logRetentionDays
      ? COMPLIANT
      : violation("RetentionInDays", `Logs are kept for ${days} days only.`);
  },
  examples: {
    compliant: [
      `L: {Type: AWS::Logs::LogGroup}`,
      `L: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: "400"}}`,
    ],
    violation: [`L: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 30}}`],
    unresolved: [
      `Parameters: {D: {Type: Number}}
Resources: {L: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !Ref D}}}`,
    ],
  },
});
