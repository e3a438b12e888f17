import { systemClock } from "../shared/clock";
import { putAnswer } from "../shared/customResource";
import { readEnvironment } from "../shared/environment";
import { createLogger } from "../shared/observability/logger";
import { DynamoRegionState } from "../shared/regions/regionState";
import { documentClient } from "../shared/tables/client";
import { createHandler } from "./handler";

const environment = readEnvironment(["REGION_TABLE", "PLACE"]);
const regionState = new DynamoRegionState(documentClient(), environment.REGION_TABLE);

/** Lambda entry: the custom resource of the Region's role record. */
export const handler = createHandler({
  log: createLogger(),
  clock: systemClock,
  place: environment.PLACE,
  physicalResourceId: "region-role",
  put: putAnswer,
  seed: (state) => regionState.seed(state),
});
