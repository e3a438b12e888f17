import { readEnvironment } from "../shared/environment";
import { acceptRuntime } from "../shared/payments/acceptRuntime";
import { createHandler } from "./handler";

const { PAYMENT_LIMIT_MINOR_UNITS } = readEnvironment(["PAYMENT_LIMIT_MINOR_UNITS"]);

/** Lambda entry: `POST /v1/payments`. */
export const handler = createHandler({
  ...acceptRuntime(),
  limits: { defaultMinorUnits: PAYMENT_LIMIT_MINOR_UNITS },
});
