import { acceptRuntime } from "../shared/payments/acceptRuntime";
import { operationHandler } from "../shared/payments/operationHandler";

/** Lambda entry: `POST /v1/payments/{paymentId}/cancel`. */
export const handler = operationHandler("cancel", acceptRuntime());
