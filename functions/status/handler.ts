import type { APIGatewayProxyEvent } from "aws-lambda";
import {
  drawsTraffic,
  shownRole,
  type DatabaseState,
  type Place,
  type ProtocolTimings,
} from "../domain/failover";
import { ProblemError } from "../domain/problems";
import type { Queryable } from "../shared/database/Database";
import { apiHandler, type HttpDependencies } from "../shared/http/apiHandler";
import { jsonResponse, type HttpResponse } from "../shared/http/response";
import type { StatusBody } from "../shared/regions/peerStatus";
import type { RegionRoleReader } from "../shared/regions/regionState";

/** What the status works with. */
export interface StatusDependencies extends HttpDependencies {
  readonly database: Queryable;
  readonly regionState: Pick<RegionRoleReader, "read">;
  readonly timings: ProtocolTimings;
  readonly place: Place;
  readonly regionCode: string;
}

/** Milliseconds for the database's answer. Route 53 gives the whole answer two seconds after connecting. */
const DATABASE_TIMEOUT_MS = 1_500;

/**
 * `GET /health` (the function lives) and `GET /status` (the Region's role, and whether traffic belongs here). Anonymous,
 * so it tells nothing else. Route 53 looks for the text `traffic=yes`.
 */
export function createHandler(
  dependencies: StatusDependencies,
): (event: APIGatewayProxyEvent) => Promise<HttpResponse> {
  return apiHandler("Status", dependencies, async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") throw new ProblemError("method_not_allowed");
    if (request.path.endsWith("/health")) return jsonResponse(200, { status: "ok" }, request.correlationId);
    if (request.path.endsWith("/status")) return status(dependencies, request.correlationId);
    throw new ProblemError("route_not_found");
  });
}

async function status(dependencies: StatusDependencies, correlationId: string): Promise<HttpResponse> {
  const { regionState, log, place, regionCode, timings, clock } = dependencies;
  const record = await regionState.read().catch((error: unknown) => {
    log.error("the role record cannot be read", { error });
    return undefined;
  });
  const role = record === undefined ? "UNKNOWN" : shownRole(record, clock.now(), timings);
  const database = role === "ACTIVE" ? await databaseStatus(dependencies) : "not_asked";
  const serviceAlarm = record?.serviceAlarm ?? "UNKNOWN";
  const traffic = drawsTraffic(role, database, serviceAlarm) ? "yes" : "no";
  const body: StatusBody = {
    place,
    region: regionCode,
    role,
    epoch: record?.epoch ?? null,
    database,
    serviceAlarm,
    summary: `role=${role} traffic=${traffic}`,
  };
  return jsonResponse(record ? 200 : 503, body, correlationId);
}

async function databaseStatus({ database, log }: StatusDependencies): Promise<DatabaseState> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error("the database did not answer in time")), DATABASE_TIMEOUT_MS);
  });
  try {
    const answer = await Promise.race([
      database.query<{ writable: boolean }>(
        `SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS writable`,
      ),
      timeout,
    ]);
    return answer.rows[0]?.writable === true ? "writable" : "read_only";
  } catch (error) {
    log.error("the database does not answer", { error });
    return "unreachable";
  } finally {
    clearTimeout(timer);
  }
}
