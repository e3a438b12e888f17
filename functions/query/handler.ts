import { ProblemError } from "../domain/problems";
import type { PaymentListResource } from "../domain/resources";
import { readListQuery } from "../domain/validation";
import type { Queryable } from "../shared/database/Database";
import { apiHandler, merchantOf, type HttpDependencies } from "../shared/http/apiHandler";
import { paymentIdOf } from "../shared/http/paymentIdOf";
import type { HttpRequest } from "../shared/http/request";
import { jsonResponse, type HttpResponse } from "../shared/http/response";
import { paymentResourceOf } from "../shared/payments/resources";
import type { RegionRoleReader } from "../shared/regions/regionState";
import { findPayment, findPaymentWithFollowUps, listPayments } from "../shared/repositories/payments";

/** What the query works with. */
export interface QueryDependencies extends HttpDependencies {
  readonly database: Queryable;
  readonly regionState: RegionRoleReader;
}

/** `GET /v1/payments` and `GET /v1/payments/{paymentId}`: a merchant's own payments, from the active Region only. */
export function createHandler(dependencies: QueryDependencies): ReturnType<typeof apiHandler> {
  return apiHandler("Query", dependencies, async (request) => {
    // A standby's copy may lag: it would deny a payment that was just acknowledged.
    await dependencies.regionState.requireServing();
    const merchantId = merchantOf(request);
    if (request.method !== "GET") throw new ProblemError("method_not_allowed");
    return request.pathParameters["paymentId"] === undefined
      ? list(dependencies.database, merchantId, request)
      : get(dependencies.database, merchantId, request);
  });
}

async function get(database: Queryable, merchantId: string, request: HttpRequest): Promise<HttpResponse> {
  const found = await findPaymentWithFollowUps(database, paymentIdOf(request), merchantId);
  if (!found) throw new ProblemError("payment_not_found");
  return jsonResponse(200, paymentResourceOf(found.payment, found.followUps), request.correlationId);
}

async function list(database: Queryable, merchantId: string, request: HttpRequest): Promise<HttpResponse> {
  const { limit, starting_after: startingAfter, status } = readListQuery(request.query);
  if (startingAfter !== undefined && !(await findPayment(database, startingAfter, merchantId))) {
    const message = "names no payment of yours";
    throw new ProblemError("invalid_parameter", {
      errors: [{ pointer: "starting_after", code: "invalid_parameter", message }],
    });
  }
  // One more than asked for tells whether there are more.
  const found = await listPayments(database, { merchantId, limit: limit + 1, startingAfter, status });
  const page: PaymentListResource = {
    object: "list",
    data: found.slice(0, limit).map((payment) => paymentResourceOf(payment)),
    has_more: found.length > limit,
  };
  return jsonResponse(200, page, request.correlationId);
}
