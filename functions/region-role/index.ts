import { systemClock } from "../shared/clock";
import { putAnswer } from "../shared/customResource";
import { readEnvironment } from "../shared/environment";
import { createLogger } from "../shared/observability/logger";
import { DynamoRole } from "../shared/regions/roleRecord";
import { documentClient } from "../shared/tables/client";
import { createHandler } from "./handler";

const environment = readEnvironment(["REGION_TABLE", "PLACE"]);
const roles = new DynamoRole({ client: documentClient(), table: environment.REGION_TABLE });

/** Lambda entry: the custom resource of the Region's role record. */
export const handler = createHandler({
  log: createLogger(),
  clock: systemClock,
  place: environment.PLACE,
  physicalResourceId: "region-role",
  put: putAnswer,
  seed: (state) => roles.seed(state),
});
