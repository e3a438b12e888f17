import { RDSClient } from "@aws-sdk/client-rds";
import { systemClock } from "../shared/clock";
import { readEnvironment } from "../shared/environment";
import { witnessWatchOf } from "../shared/failover/WitnessWatch";
import { createLogger } from "../shared/observability/logger";
import { ADMISSION_VARIABLES } from "../shared/regions/regionState";
import { documentClient } from "../shared/tables/client";
import { RdsGlobalDatabase } from "./GlobalDatabase";
import { createHandler } from "./handler";

const environment = readEnvironment([
  "PEER_REGION",
  "GLOBAL_CLUSTER_IDENTIFIER",
  "CLUSTER_ARN",
  ...ADMISSION_VARIABLES,
]);
const watch = witnessWatchOf(documentClient(), environment, systemClock);

/** Milliseconds. RDS takes a promotion in seconds; the state machine tries again. */
const limits = { maxAttempts: 2, requestHandler: { connectionTimeout: 2_000, requestTimeout: 6_000 } };

/** Lambda entry: called by the failover's state machine. */
export const handler = createHandler({
  log: createLogger(),
  database: new RdsGlobalDatabase(
    new RDSClient(limits),
    new RDSClient({ ...limits, region: environment.PEER_REGION }),
    environment.GLOBAL_CLUSTER_IDENTIFIER,
  ),
  clusterArn: environment.CLUSTER_ARN,
  watchWitness: () => watch.look(),
});
