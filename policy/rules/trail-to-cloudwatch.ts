import { requirePresent } from "../engine/checks";
import { pciRule } from "../engine/define";

/** The trail's events are copied to CloudWatch Logs. */
export const rule = pciRule({
  id: "trail-to-cloudwatch",
  title: "The trail is sent to CloudWatch Logs",
  row: 42,
  requirements: "10.3.3",
  severity: "medium",
  rationale:
    "Audit logs are promptly backed up to a central place that is hard to change; there alarms can see them too.",
  fix: "Set CloudWatchLogsLogGroupArn and CloudWatchLogsRoleArn.",
  types: ["AWS::CloudTrail::Trail"],
  judge: (resource) =>
    requirePresent(resource, "CloudWatchLogsLogGroupArn", "The trail is not sent to CloudWatch Logs."),
  examples: {
    compliant: [
      `T: {Type: AWS::CloudTrail::Trail, Properties: {CloudWatchLogsLogGroupArn: a, CloudWatchLogsRoleArn: r}}`,
    ],
    violation: [`T: {Type: AWS::CloudTrail::Trail}`],
  },
});
