import { DescribeDBClustersCommand, type RDSClient } from "@aws-sdk/client-rds";
import type { Place } from "../domain/failover";
import type { PeerStatus } from "../shared/regions/peerStatus";

/** What is looked at before a Region takes over. */
export interface FitnessDependencies {
  readonly place: Place;
  /** Looks at this Region's own API. */
  readonly ownApi: PeerStatus;
  /** The status of this Region's database cluster. */
  readonly clusterStatus: () => Promise<string | undefined>;
}

/**
 * Why this Region could not take over, or undefined: without an API or a database of its own, it would take the traffic
 * and lose it. Everything else is readiness's to report beforehand.
 */
export async function unfitness({
  place,
  ownApi,
  clusterStatus,
}: FitnessDependencies): Promise<string | undefined> {
  const [api, database] = await Promise.all([ownApi.look(), databaseFault(clusterStatus)]);
  const faults = [
    ...(api.reachable ? [] : [`its own API does not answer (${api.reason})`]),
    ...(api.reachable && api.status.place !== place ? [`its own name leads to ${api.status.place}`] : []),
    ...(database === undefined ? [] : [database]),
  ];
  return faults.length === 0 ? undefined : faults.join("; ");
}

async function databaseFault(clusterStatus: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    const status = await clusterStatus();
    return status === "available" ? undefined : `its database cluster is ${status ?? "absent"}`;
  } catch (error) {
    return `RDS does not answer (${error instanceof Error ? error.name : "unknown failure"})`;
  }
}

/** The status of a cluster at RDS; undefined when there is none. */
export async function clusterStatus(client: RDSClient, clusterArn: string): Promise<string | undefined> {
  try {
    const { DBClusters } = await client.send(
      new DescribeDBClustersCommand({ DBClusterIdentifier: clusterArn }),
    );
    return DBClusters?.[0]?.Status;
  } catch (error) {
    if (error instanceof Error && error.name === "DBClusterNotFoundFault") return undefined;
    throw error;
  }
}
