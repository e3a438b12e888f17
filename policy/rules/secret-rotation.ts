import { pciRule } from "../engine/define";
import { companions } from "../engine/links";
import { known } from "../engine/literal";
import { COMPLIANT, notApplicable, unresolved, violation } from "../engine/rule";
import type { Resource } from "../engine/template";
import type { TemplateSet } from "../engine/set";
import { integer, isOpaque, isPresent } from "../engine/values";

const SCHEDULE = "AWS::SecretsManager::RotationSchedule";
const ATTACHMENT = "AWS::SecretsManager::SecretTargetAttachment";

/** The rotation schedules of a secret; one may name the secret's attachment to a database instead. */
function schedulesOf(set: TemplateSet, secret: Resource): readonly Resource[] {
  const attachments = companions(set, ATTACHMENT, "SecretId", secret);
  return [secret, ...attachments].flatMap((named) => companions(set, SCHEDULE, "SecretId", named));
}

/** Days between two rotations of `rate(4 hours)` or `rate(30 days)`; undefined for a cron expression. */
function rateDays(expression: string): number | undefined {
  const match = /^rate\((\d+)\s+(hour|day)s?\)$/.exec(expression.trim());
  return match === null ? undefined : Number(match[1]) / (match[2] === "hour" ? 24 : 1);
}

/** Secrets rotate on a schedule. */
export const rule = pciRule({
  id: "secret-rotation",
  title: "Secrets rotate on a schedule",
  row: 28,
  requirements: "3.7.4 8.3.9 8.6.3",
  severity: "medium",
  rationale: "A credential that nobody changes stays good for whoever copied it.",
  fix: "Add a RotationSchedule with a rotation function and at most 90 days between rotations.",
  scope: "set",
  types: ["AWS::SecretsManager::Secret", SCHEDULE],
  judge(resource, { set, settings }) {
    if (resource.type === "AWS::SecretsManager::Secret") {
      const [schedule] = schedulesOf(set, resource);
      if (schedule !== undefined) return notApplicable(`${schedule.logicalId} is judged in its place.`);
      return violation("", "No RotationSchedule rotates the secret.");
    }
    const rules = resource.get("RotationRules");
    if (isOpaque(rules)) return unresolved("RotationRules", "The schedule is known at deployment only.");
    const days = integer(resource.get("RotationRules.AutomaticallyAfterDays"));
    const expression = resource.get("RotationRules.ScheduleExpression");
    if (days === "absent" && !isPresent(expression))
      return violation("RotationRules", "The schedule names no interval.");
    if (days === "unknown")
      return unresolved("RotationRules.AutomaticallyAfterDays", "The interval is known at deployment only.");
    const interval = typeof days === "number" ? days : rateDays(known(expression) ?? "");
    if (interval !== undefined && interval > settings.rotationDays) {
      return violation(
        "RotationRules",
        `${interval} days pass between rotations; ${settings.rotationDays} are allowed.`,
      );
    }
    return COMPLIANT;
  },
  examples: {
    compliant: [
      `S: {Type: AWS::SecretsManager::Secret}
R: {Type: AWS::SecretsManager::RotationSchedule, Properties: {SecretId: !Ref S, RotationLambdaARN: f, RotationRules: {AutomaticallyAfterDays: 30}}}`,
      `S: {Type: AWS::SecretsManager::Secret}
A: {Type: AWS::SecretsManager::SecretTargetAttachment, Properties: {SecretId: !Ref S}}
R: {Type: AWS::SecretsManager::RotationSchedule, Properties: {SecretId: !Ref A, HostedRotationLambda: {RotationType: x}, RotationRules: {ScheduleExpression: rate(10 days)}}}`,
    ],
    violation: [
      `S: {Type: AWS::SecretsManager::Secret}`,
      `R: {Type: AWS::SecretsManager::RotationSchedule, Properties: {SecretId: s, RotationRules: {AutomaticallyAfterDays: 365}}}`,
    ],
    unresolved: [
      `Parameters: {D: {Type: Number}}
Resources: {R: {Type: AWS::SecretsManager::RotationSchedule, Properties: {SecretId: s, RotationRules: {AutomaticallyAfterDays: !Ref D}}}}`,
    ],
  },
});
