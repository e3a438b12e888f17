import { pciRule } from "../engine/define";
import { COMPLIANT, unresolved, violation } from "../engine/rule";
import { integer } from "../engine/values";

/** SQS keeps a message between one minute and fourteen days; four days when nothing is said. */
const MIN_SECONDS = 60;
const MAX_SECONDS = 1_209_600;

/** Messages leave the queue after a set time. */
export const rule = pciRule({
  id: "sqs-retention",
  title: "Queues keep messages for a set time",
  row: 18,
  requirements: "3.2.1",
  severity: "low",
  rationale:
    "Messages are data at rest; SQS disposes of them after the retention period, four days by default.",
  fix: "Give a MessageRetentionPeriod between 60 and 1,209,600 seconds.",
  types: ["AWS::SQS::Queue"],
  judge(resource) {
    const seconds = integer(resource.get("MessageRetentionPeriod"));
    if (seconds === "absent") return COMPLIANT;
    if (seconds === "unknown")
      return unresolved("MessageRetentionPeriod", "The retention is known at deployment only.");
    return seconds >= MIN_SECONDS && seconds <= MAX_SECONDS
      ? COMPLIANT
      : violation("MessageRetentionPeriod", `SQS cannot keep messages for ${seconds} seconds.`);
  },
  examples: {
    compliant: [
      `Q: {Type: AWS::SQS::Queue}`,
      `Q: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: "1209600"}}`,
    ],
    violation: [`Q: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 2000000}}`],
    unresolved: [
      `Parameters: {S: {Type: Number}}
Resources: {Q: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: !Ref S}}}`,
    ],
  },
});
