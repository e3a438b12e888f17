import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SFNClient } from "@aws-sdk/client-sfn";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { systemClock } from "../shared/clock";
import { readEnvironment } from "../shared/environment";
import { StepFunctionsExecutions } from "../shared/failover/executions";
import { witnessWatchOf } from "../shared/failover/WitnessWatch";
import { createLogger } from "../shared/observability/logger";
import { DynamoControl } from "../shared/regions/controlRecord";
import { probeObservation } from "../shared/regions/observationRecords";
import { DynamoOperation } from "../shared/regions/operationRecord";
import { ADMISSION_VARIABLES, timingsOf } from "../shared/regions/regionState";
import { DynamoRole } from "../shared/regions/roleRecord";
import { documentClient } from "../shared/tables/client";
import { createHandler } from "./handler";

const environment = readEnvironment([
  "ENVIRONMENT_SUFFIX",
  "REGION_CODE",
  "PEER_REGION",
  "PEER_REGION_TABLE",
  "CONTROL_TABLE",
  "OPERATIONS_TOPIC_ARN",
  ...ADMISSION_VARIABLES,
]);

const PEER_CODES = { apse1: "apse2", apse2: "apse1" } as const;
/** Milliseconds: the other Region may be a black hole. */
const PEER_TIMEOUT_MS = 3_000;
const OWN_LIMITS = { connectionTimeout: 1_000, requestTimeout: 3_000 };
const PEER_LIMITS = { connectionTimeout: 1_500, requestTimeout: 2_500 };

const log = createLogger();
const own = { client: documentClient(), table: environment.REGION_TABLE };
const peerTables = DynamoDBDocumentClient.from(
  new DynamoDBClient({ region: environment.PEER_REGION, maxAttempts: 2, requestHandler: PEER_LIMITS }),
  { marshallOptions: { removeUndefinedValues: true } },
);
const topic = new SNSClient({ maxAttempts: 2, requestHandler: OWN_LIMITS });
const peerFunctions = new LambdaClient({
  region: environment.PEER_REGION,
  // Its event sources take their time to change; the state machine tries again.
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 1_500, requestTimeout: 20_000 },
});
const peerCapacityFunction = `function-capacity-control-${PEER_CODES[environment.REGION_CODE]}-${environment.ENVIRONMENT_SUFFIX}`;

/** Lambda entry: called by the failover's state machine. */
export const handler = createHandler({
  place: environment.PLACE,
  timings: timingsOf(environment),
  clock: systemClock,
  log,
  role: new DynamoRole(own),
  peerRole: new DynamoRole({ client: peerTables, table: environment.PEER_REGION_TABLE }),
  operations: new DynamoOperation(own),
  control: new DynamoControl({ client: own.client, table: environment.CONTROL_TABLE }),
  probe: probeObservation(own),
  watch: witnessWatchOf(own.client, environment, systemClock),
  executions: new StepFunctionsExecutions(new SFNClient({ maxAttempts: 2, requestHandler: OWN_LIMITS })),
  peerCapacity: async (action) => {
    const answer = await peerFunctions.send(
      new InvokeCommand({
        FunctionName: peerCapacityFunction,
        Qualifier: "live",
        // Closing is waited for, since nobody may work on while the other Region takes over; opening only has to happen.
        InvocationType: action === "close" ? "RequestResponse" : "Event",
        Payload: JSON.stringify({ action }),
      }),
    );
    if (answer.FunctionError === undefined) return;
    throw new Error(
      `${peerCapacityFunction} failed: ${new TextDecoder().decode(answer.Payload).slice(0, 300)}`,
    );
  },
  notify: async (Subject, Message) => {
    // SNS takes 100 characters of subject.
    await topic.send(
      new PublishCommand({
        TopicArn: environment.OPERATIONS_TOPIC_ARN,
        Subject: Subject.slice(0, 100),
        Message,
      }),
    );
  },
  peerTimeoutMilliseconds: PEER_TIMEOUT_MS,
});
