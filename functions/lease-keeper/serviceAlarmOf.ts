import type { DescribeAlarmsCommandOutput } from "@aws-sdk/client-cloudwatch";
import type { ServiceAlarm } from "../domain/failover";

/** The state of the one alarm that was asked for; UNKNOWN when it is not there or has no data. */
export function serviceAlarmOf({
  CompositeAlarms = [],
  MetricAlarms = [],
}: Pick<DescribeAlarmsCommandOutput, "CompositeAlarms" | "MetricAlarms">): ServiceAlarm {
  const state = [...CompositeAlarms, ...MetricAlarms][0]?.StateValue;
  return state === "OK" || state === "ALARM" ? state : "UNKNOWN";
}
