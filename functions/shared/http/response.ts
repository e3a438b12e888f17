import { ApiProblem } from "./problem";

/** An answer that fits both an API Gateway proxy and a load balancer. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/** Answers hold payment data: nobody keeps, frames or sniffs them. */
const SECURITY_HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
} as const;

/** A JSON answer; `body` that is text already is sent as it is, so that a stored answer is repeated byte for byte. */
export function jsonResponse(
  statusCode: number,
  body: unknown,
  correlationId: string,
  headers: Record<string, string> = {},
): HttpResponse {
  return {
    statusCode,
    headers: {
      "Content-Type": "application/json",
      ...SECURITY_HEADERS,
      "X-Correlation-Id": correlationId,
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
    isBase64Encoded: false,
  };
}

/** A problem as RFC 9457 has it. `type` is a URN: a stable name that no one has to host. */
export function problemResponse(problem: ApiProblem, correlationId: string): HttpResponse {
  const body = {
    type: `urn:payments:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    code: problem.code,
    instance: `urn:payments:request:${correlationId}`,
    correlation_id: correlationId,
    errors: problem.errors,
  };
  const headers: Record<string, string> = { "Content-Type": "application/problem+json" };
  if (problem.retryAfterSeconds !== undefined) headers["Retry-After"] = String(problem.retryAfterSeconds);
  return jsonResponse(problem.status, body, correlationId, headers);
}
