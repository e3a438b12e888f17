import { setTimeout as pause } from "node:timers/promises";
import { readEnvironment } from "../shared/environment";
import { runtimeDependencies } from "../shared/http/runtime";
import { secretReader, syntheticMerchantSecret } from "../shared/secrets/SecretReader";
import { createHandler } from "./handler";
import { PaymentsApi } from "./PaymentsApi";

const environment = readEnvironment(["OWN_API_URL", "SYNTHETIC_SECRET_ARN"]);

/** Lambda entry: the failover's state machine. */
export const handler = createHandler({
  ...runtimeDependencies(),
  api: new PaymentsApi(environment.OWN_API_URL),
  secret: secretReader(environment.SYNTHETIC_SECRET_ARN, syntheticMerchantSecret),
  pause: (milliseconds) => pause(milliseconds),
});
