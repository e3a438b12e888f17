import { PAYMENT_ID_PATTERN } from "../../domain/identifiers";
import { ProblemError } from "../../domain/problems";
import type { HttpRequest } from "./request";

/** The payment's id in the path. One that cannot exist is not found, without a look. @throws ProblemError */
export function paymentIdOf(request: HttpRequest): string {
  const paymentId = request.pathParameters["paymentId"] ?? "";
  if (!PAYMENT_ID_PATTERN.test(paymentId)) throw new ProblemError("payment_not_found");
  return paymentId;
}
