import { CloudWatchClient, DescribeAlarmsCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { systemClock } from "../shared/clock";
import { readEnvironment } from "../shared/environment";
import { createLogger } from "../shared/observability/logger";
import { DynamoOperation } from "../shared/regions/operationRecord";
import { HttpsStatus } from "../shared/regions/peerStatus";
import { TIMING_VARIABLES, timingsOf } from "../shared/regions/regionState";
import { DynamoRole } from "../shared/regions/roleRecord";
import { DnsWitness } from "../shared/regions/witness";
import { documentClient } from "../shared/tables/client";
import { createHandler, type Standing } from "./handler";
import { serviceAlarmOf } from "./serviceAlarmOf";

const environment = readEnvironment([
  "ENVIRONMENT_SUFFIX",
  "PLACE",
  "REGION_CODE",
  "REGION_TABLE",
  "PEER_API_URL",
  "SERVICE_ALARM_NAME",
  "WITNESS_NAME",
  ...TIMING_VARIABLES,
]);
const own = { client: documentClient(), table: environment.REGION_TABLE };
// Milliseconds.
const limits = { maxAttempts: 2, requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000 } };
const cloudWatch = new CloudWatchClient(limits);
const lambda = new LambdaClient(limits);

function metric(name: string, value: boolean, at: Date) {
  return {
    MetricName: name,
    Dimensions: [{ Name: "Region", Value: environment.REGION_CODE }],
    Value: value ? 1 : 0,
    Timestamp: at,
    Unit: "Count" as const,
  };
}

/** Lambda entry: a schedule every minute, and the service alarm's changes of state. */
export const handler = createHandler({
  place: environment.PLACE,
  timings: timingsOf(environment),
  clock: systemClock,
  log: createLogger(),
  role: new DynamoRole(own),
  operations: new DynamoOperation(own),
  witness: new DnsWitness({
    name: environment.WITNESS_NAME,
    ttlSeconds: environment.WITNESS_TTL_SECONDS,
    clock: systemClock,
  }),
  peer: new HttpsStatus({ apiUrl: environment.PEER_API_URL }),
  serviceAlarm: async () =>
    serviceAlarmOf(
      await cloudWatch.send(
        new DescribeAlarmsCommand({
          AlarmNames: [environment.SERVICE_ALARM_NAME],
          // Without this only metric alarms are answered.
          AlarmTypes: ["CompositeAlarm", "MetricAlarm"],
        }),
      ),
    ),
  capacity: async (action) => {
    await lambda.send(
      new InvokeCommand({
        FunctionName: `function-capacity-control-${environment.REGION_CODE}-${environment.ENVIRONMENT_SUFFIX}`,
        Qualifier: "live",
        InvocationType: "Event",
        Payload: JSON.stringify({ action }),
      }),
    );
  },
  publish: async ({ active, leaseLapsed }: Standing, at) => {
    await cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: "Payments/Failover",
        MetricData: [metric("RegionActive", active, at), metric("LeaseLapsed", leaseLapsed, at)],
      }),
    );
  },
});
