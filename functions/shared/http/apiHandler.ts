import type { APIGatewayProxyEvent } from "aws-lambda";
import { ProblemError } from "../../domain/problems";
import { refusePans } from "../../domain/validation";
import type { Clock } from "../clock";
import { CommitOutcomeUnknown, DatabaseNotWritable, DatabaseUnavailable } from "../database/errors";
import type { MetricRecorder } from "../observability/metrics";
import type { ScopedLog } from "../observability/logger";
import { RegionNotActive } from "../regions/regionState";
import { fromApiGateway, type HttpRequest } from "./request";
import { problemResponse, type HttpResponse } from "./response";

/** What every HTTP function is given. */
export interface HttpDependencies {
  readonly log: ScopedLog;
  readonly metrics: MetricRecorder;
  readonly clock: Clock;
}

/** Seconds after which a caller should try again when a dependency is away. */
const RETRY_AFTER_SECONDS = 2;

/** The handler of an API Gateway function: parses, refuses card numbers, answers problems, counts and times. */
export function apiHandler(
  name: string,
  dependencies: HttpDependencies,
  route: (request: HttpRequest) => Promise<HttpResponse>,
): (event: APIGatewayProxyEvent) => Promise<HttpResponse> {
  return (event) => serveHttp(name, dependencies, fromApiGateway(event), route);
}

/**
 * Runs one request. Whatever is thrown becomes a problem: what the domain refuses as it says, a dependency that is away
 * as 503 with Retry-After, anything else as a 500 that says nothing.
 */
export async function serveHttp(
  name: string,
  dependencies: HttpDependencies,
  request: HttpRequest,
  route: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { log, metrics, clock } = dependencies;
  const startedAt = clock.now().getTime();
  log.scope({
    correlationId: request.correlationId,
    ...(request.merchantId && { merchantId: request.merchantId }),
  });
  let response: HttpResponse;
  try {
    refusePans(request);
    response = await route(request);
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status >= 500 && problem.code !== "region_standby") log.error("request failed", { error });
    else log.info("request refused", { code: problem.code });
    response = problemResponse(problem, request.correlationId);
    metrics.count(
      problem.code === "region_standby" ? "StandbyRefusals" : `Problems${Math.floor(problem.status / 100)}xx`,
    );
  }
  metrics.milliseconds(`${name}Latency`, clock.now().getTime() - startedAt);
  metrics.publish();
  return response;
}

/** The refusal that an error stands for. */
export function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof RegionNotActive) return error.problem;
  if (
    error instanceof DatabaseUnavailable ||
    error instanceof DatabaseNotWritable ||
    error instanceof CommitOutcomeUnknown
  ) {
    return new ProblemError("service_unavailable", {
      detail: "Repeat the request with the same Idempotency-Key: it is answered once.",
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause: error,
    });
  }
  return new ProblemError("internal_error", { cause: error });
}

/**
 * The merchant whom the authorizer named.
 *
 * @throws ProblemError 503 when the authorizer let an unidentified caller through, which it does only in a Region that
 *   does not serve (the function's own check comes first); never a way in.
 */
export function merchantOf(request: HttpRequest): string {
  if (request.merchantId !== undefined) return request.merchantId;
  throw new ProblemError("region_standby", {
    detail: "Try again at the public name of the API; nothing was written.",
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
