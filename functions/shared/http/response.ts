import { problemDocument, type ProblemError } from "../../domain/problems";

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

/** A refusal as RFC 9457 has it. */
export function problemResponse(problem: ProblemError, correlationId: string): HttpResponse {
  const headers: Record<string, string> = { "Content-Type": "application/problem+json" };
  if (problem.retryAfterSeconds !== undefined) headers["Retry-After"] = String(problem.retryAfterSeconds);
  if (problem.status === 401) headers["WWW-Authenticate"] = "Bearer";
  return jsonResponse(problem.status, problemDocument(problem, correlationId), correlationId, headers);
}
