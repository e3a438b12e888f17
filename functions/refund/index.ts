import { acceptRuntime } from "../shared/payments/acceptRuntime";
import { operationHandler } from "../shared/payments/operationHandler";

/** Lambda entry: `POST /v1/payments/{paymentId}/refunds`. */
export const handler = operationHandler("refund", acceptRuntime());
