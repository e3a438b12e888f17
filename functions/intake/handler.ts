import { readIdempotencyKey } from "../domain/idempotency";
import { readCreatePayment } from "../domain/validation";
import type { AmountLimits } from "../domain/money";
import { apiHandler, merchantOf, type HttpDependencies } from "../shared/http/apiHandler";
import { onceResponse } from "../shared/http/onceResponse";
import type { AcceptDependencies } from "../shared/payments/acceptOnce";
import { requestPayment } from "../shared/payments/requestPayment";
import type { RegionStateReader } from "../shared/regions/regionState";

/** What the intake works with. */
export interface IntakeDependencies extends HttpDependencies, AcceptDependencies {
  readonly log: HttpDependencies["log"];
  readonly regionState: RegionStateReader;
  readonly limits: AmountLimits;
}

/** `POST /v1/payments`: accepts a payment in Aurora and in the session, sends it to the queue, answers 202. */
export function createHandler(dependencies: IntakeDependencies): ReturnType<typeof apiHandler> {
  return apiHandler("Intake", dependencies, async (request) => {
    const { regionState, limits, clock, metrics } = dependencies;
    const { epoch } = await regionState.requireActive();
    const merchantId = merchantOf(request);
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const body = readCreatePayment(request.body, request.headers["content-type"], limits);
    const once = await requestPayment(dependencies, {
      merchantId,
      idempotencyKey,
      request: body,
      epoch,
      now: clock.now(),
    });
    if (!once.replayed) metrics.count("AcknowledgedPayments");
    return onceResponse(once, request.correlationId);
  });
}
