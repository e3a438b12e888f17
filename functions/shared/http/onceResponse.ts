import type { OnceAnswer } from "../payments/acceptOnce";
import { jsonResponse, type HttpResponse } from "./response";

/** The stored answer byte for byte; a repeat says so in `Idempotent-Replayed`. */
export function onceResponse({ answer, replayed }: OnceAnswer, correlationId: string): HttpResponse {
  return jsonResponse(answer.statusCode, answer.body, correlationId, {
    ...answer.headers,
    ...(replayed && { "Idempotent-Replayed": "true" }),
  });
}
