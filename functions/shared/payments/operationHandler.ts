import type { FollowUpKind } from "../../domain/identifiers";
import { readIdempotencyKey } from "../../domain/idempotency";
import { cancelRequest, captureRequest, refundRequest } from "../../domain/requests";
import { readOptionalBody } from "../../domain/validation";
import { apiHandler, merchantOf, type HttpDependencies } from "../http/apiHandler";
import { onceResponse } from "../http/onceResponse";
import { paymentIdOf } from "../http/paymentIdOf";
import type { HttpRequest } from "../http/request";
import type { RegionStateReader } from "../regions/regionState";
import type { AcceptDependencies } from "./acceptOnce";
import { requestOperation } from "./requestOperation";

/** What a follow-up function works with. */
export interface OperationDependencies extends HttpDependencies, AcceptDependencies {
  readonly log: HttpDependencies["log"];
  readonly regionState: RegionStateReader;
}

const METRICS = { capture: "Capture", refund: "Refund", cancel: "Cancel" } as const;

/** The handler of `POST /v1/payments/{paymentId}/capture`, `/refunds` or `/cancel`. */
export function operationHandler(
  kind: FollowUpKind,
  dependencies: OperationDependencies,
): ReturnType<typeof apiHandler> {
  return apiHandler(METRICS[kind], dependencies, async (request) => {
    const { epoch } = await dependencies.regionState.requireActive();
    const merchantId = merchantOf(request);
    const idempotencyKey = readIdempotencyKey(request.headers["idempotency-key"]);
    const amount = amountOf(kind, request);
    const once = await requestOperation(dependencies, {
      kind,
      merchantId,
      idempotencyKey,
      amount,
      epoch,
      paymentId: paymentIdOf(request),
      now: dependencies.clock.now(),
    });
    if (!once.replayed) dependencies.metrics.count(`Acknowledged${METRICS[kind]}s`);
    return onceResponse(once, request.correlationId);
  });
}

function amountOf(kind: FollowUpKind, { body, headers }: HttpRequest): number | undefined {
  const contentType = headers["content-type"];
  if (kind === "cancel") {
    readOptionalBody(cancelRequest, body, contentType);
    return undefined;
  }
  return readOptionalBody(kind === "capture" ? captureRequest : refundRequest, body, contentType).amount;
}
