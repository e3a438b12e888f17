import type { ZodType } from "zod";
import { PostgresFault, type PostgresFaultCode } from "./errors";
import type { PostgresSupervisor } from "./PostgresSupervisor";
import type { ControlResponse } from "./types";
import {
  clusterReference,
  createClusterRequest,
  isolationRequest,
  promoteRequest,
  replicationSettings,
} from "./validation";

const STATUS: Record<PostgresFaultCode, number> = {
  DBClusterAlreadyExistsFault: 400,
  DBClusterNotFoundFault: 404,
  GlobalClusterNotFoundFault: 404,
  InvalidDBClusterStateFault: 400,
  InvalidGlobalClusterStateFault: 400,
  InvalidParameterValue: 400,
  TimedOut: 504,
  ServerFailure: 500,
};

/**
 * Answers the daemon's `/rds/…` requests; the daemon has checked the token and parsed the JSON body.
 * @returns undefined for a path that is not the supervisor's
 */
export async function handleControlRequest(
  supervisor: PostgresSupervisor,
  request: { method: string; path: string; body?: unknown },
): Promise<ControlResponse | undefined> {
  const segments = request.path.split("?")[0]!.split("/").filter(Boolean).map(decodeURIComponent);
  if (segments[0] !== "rds") {
    return undefined;
  }
  try {
    const body = await route(
      supervisor,
      `${request.method} ${segments[1] ?? ""}`,
      segments.slice(2),
      request.body,
    );
    return body === undefined
      ? { status: 404, body: { code: "NotFound", message: `no operation ${request.method} ${request.path}` } }
      : { status: 200, body };
  } catch (error) {
    const code = error instanceof PostgresFault ? error.code : "ServerFailure";
    return {
      status: STATUS[code],
      body: { code, message: error instanceof Error ? error.message : String(error) },
    };
  }
}

async function route(
  supervisor: PostgresSupervisor,
  operation: string,
  parameters: string[],
  body: unknown,
): Promise<unknown> {
  const [first, second] = parameters;
  switch (operation) {
    case "GET clusters":
      return { clusters: supervisor.describeClusters() };
    case "POST clusters":
      return supervisor.createCluster(parse(createClusterRequest, body));
    case "DELETE clusters": {
      const { region, clusterIdentifier } = parse(clusterReference, {
        region: first,
        clusterIdentifier: second,
      });
      await supervisor.deleteCluster(region, clusterIdentifier);
      return {};
    }
    case "POST detach": {
      const { region, clusterIdentifier } = parse(clusterReference, body);
      await supervisor.detachCluster(region, clusterIdentifier);
      return {};
    }
    case "POST rebuild": {
      const { region, clusterIdentifier } = parse(clusterReference, body);
      await supervisor.rebuild(region, clusterIdentifier);
      return {};
    }
    case "POST promote":
      return supervisor.promote(parse(promoteRequest, body));
    case "GET metrics":
      return { clusters: await supervisor.metrics(), replication: await supervisor.lag() };
    case "GET lag":
    case "GET replication":
      return { replication: await supervisor.lag() };
    case "PUT replication":
      supervisor.setReplication(parse(replicationSettings, body));
      return { replication: await supervisor.lag() };
    case "PUT isolation": {
      const { region, mode } = parse(isolationRequest, { ...(body as object), region: first });
      await supervisor.isolate(region, mode);
      return {};
    }
    case "DELETE isolation":
      await supervisor.restore(parse(isolationRequest, { region: first }).region);
      return {};
    default:
      return undefined;
  }
}

function parse<T>(schema: ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value ?? {});
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue?.path.join(".");
    throw new PostgresFault(
      "InvalidParameterValue",
      where ? `${where}: ${issue?.message}` : (issue?.message ?? "invalid"),
    );
  }
  return result.data;
}
