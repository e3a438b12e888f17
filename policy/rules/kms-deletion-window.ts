import { pciRule } from "../engine/define";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import { integer } from "../engine/values";
import { isNonproduction } from "../facts/environment";

/** Time to notice before a key is destroyed. KMS waits 30 days when nothing is said. */
export const rule = pciRule({
  id: "kms-deletion-window",
  title: "Keys wait at least 30 days before deletion in production",
  row: 29,
  requirements: "3.7.5",
  severity: "medium",
  rationale: "What a destroyed key encrypted is lost; the waiting period is the only way back.",
  fix: "Leave PendingWindowInDays out or set it to 30.",
  types: ["AWS::KMS::Key", "AWS::KMS::ReplicaKey"],
  judge(resource, { settings }) {
    if (isNonproduction(resource.template)) {
      return notApplicable("The template is deployed to an environment that is not production.");
    }
    const days = integer(resource.get("PendingWindowInDays"));
    if (days === "absent") return COMPLIANT;
    if (days === "unknown")
      return unresolved("PendingWindowInDays", "The waiting period is known at deployment only.");
    return days >= settings.keyDeletionDays
      ? COMPLIANT
      : violation("PendingWindowInDays", `The key is destroyed after ${days} days.`);
  },
  examples: {
    compliant: [
      `K: {Type: AWS::KMS::Key}`,
      `K: {Type: AWS::KMS::Key, Properties: {PendingWindowInDays: "30"}}`,
    ],
    violation: [`K: {Type: AWS::KMS::Key, Properties: {PendingWindowInDays: 7}}`],
    notApplicable: [
      `Parameters: {EnvironmentType: {Type: String, Default: nonproduction}}
Resources: {K: {Type: AWS::KMS::Key, Properties: {PendingWindowInDays: 7}}}`,
    ],
    unresolved: [
      `Parameters: {D: {Type: Number}}
Resources: {K: {Type: AWS::KMS::Key, Properties: {PendingWindowInDays: !Ref D}}}`,
    ],
  },
});
