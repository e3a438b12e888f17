import type { Cluster } from "./Cluster";
import { ADMINISTRATOR, REPLICATION_USER } from "./configuration";
import type { ClusterMetrics } from "./types";

/** What CloudWatch is told about each cluster. A server that does not answer leaves its figures out. */
export async function measureClusters(clusters: Cluster[]): Promise<ClusterMetrics[]> {
  return Promise.all(
    clusters.map(async (cluster) => {
      const { region, clusterIdentifier, role } = cluster.record;
      return {
        region,
        clusterIdentifier,
        role,
        status: cluster.status,
        connections: await connections(cluster),
      };
    }),
  );
}

/** Connections of users; those of the service itself do not count, as on RDS. */
async function connections(cluster: Cluster): Promise<number | undefined> {
  const { instance } = cluster;
  if (instance.frozen || instance.pid === undefined) {
    return undefined;
  }
  return instance
    .administer(async (client) => {
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity
         WHERE backend_type = 'client backend' AND usename NOT IN ($1, $2)`,
        [ADMINISTRATOR, REPLICATION_USER],
      );
      return rows[0]?.count;
    })
    .catch(() => undefined);
}
