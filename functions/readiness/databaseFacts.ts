import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeGlobalClustersCommand,
  type DBCluster,
  type RDSClient,
} from "@aws-sdk/client-rds";
import { GetMetricDataCommand, type CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { peerOf, type Place } from "../domain/failover";
import type { DatabaseFacts } from "../domain/failover/readiness";

/** The global database, asked in both Regions. */
export interface DatabaseQuestions {
  readonly own: RDSClient;
  readonly peer: RDSClient;
  readonly place: Place;
  readonly globalClusterIdentifier: string;
  readonly clusterArn: string;
  readonly peerClusterArn: string;
}

/** Members, versions, states and instances. */
export async function databaseFacts(questions: DatabaseQuestions): Promise<DatabaseFacts> {
  const { own, peer, place, globalClusterIdentifier, clusterArn, peerClusterArn } = questions;
  const [global, ownCluster, peerCluster] = await Promise.all([
    own.send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: globalClusterIdentifier })),
    cluster(own, clusterArn),
    cluster(peer, peerClusterArn),
  ]);
  const found = global.GlobalClusters?.[0];
  const members = found?.GlobalClusterMembers ?? [];
  const writer = members.find(({ IsWriter }) => IsWriter === true)?.DBClusterArn;
  const missing = [clusterArn, peerClusterArn].filter(
    (arn) => !members.some(({ DBClusterArn }) => DBClusterArn === arn),
  );
  if (missing.length > 0) throw new Error(`no member of the global cluster: ${missing.join(", ")}`);
  return {
    globalStatus: found?.Status ?? "unknown",
    isChanging: found?.FailoverState?.Status !== undefined,
    writer: writer === clusterArn ? place : writer === peerClusterArn ? peerOf(place) : undefined,
    clusters: { own: stateOf(ownCluster), peer: stateOf(peerCluster) },
    // It is a secondary's status (RDS API reference, GlobalClusterMember); a new writer may still show its last one.
    isConnected: members.every(
      ({ IsWriter, SynchronizationStatus }) =>
        IsWriter === true || (SynchronizationStatus ?? "connected") === "connected",
    ),
    instances: await instances(own, ownCluster),
  };
}

async function cluster(client: RDSClient, arn: string): Promise<DBCluster> {
  const answer = await client.send(new DescribeDBClustersCommand({ DBClusterIdentifier: arn }));
  const found = answer.DBClusters?.[0];
  if (found === undefined) throw new Error(`there is no cluster ${arn}`);
  return found;
}

function stateOf({ Status, EngineVersion }: DBCluster): { status: string; version: string } {
  return { status: Status ?? "unknown", version: EngineVersion ?? "unknown" };
}

async function instances(
  client: RDSClient,
  { DBClusterMembers }: DBCluster,
): Promise<DatabaseFacts["instances"]> {
  const ids = (DBClusterMembers ?? []).flatMap(({ DBInstanceIdentifier }) => DBInstanceIdentifier ?? []);
  return Promise.all(
    ids.map(async (id) => {
      const answer = await client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
      const found = answer.DBInstances?.[0];
      return { id, status: found?.DBInstanceStatus ?? "unknown", zone: found?.AvailabilityZone ?? "unknown" };
    }),
  );
}

/** Minutes that the newest figure may be old. */
const LAG_WINDOW_MINUTES = 10;

/**
 * How far the secondary cluster is behind, in milliseconds: the newest figure that Aurora gives in the secondary's Region
 * (Aurora user guide, "Amazon CloudWatch metrics for Amazon Aurora").
 *
 * @throws when there is none: a replication that says nothing is not known to work
 */
export async function replicationLagMilliseconds(
  client: CloudWatchClient,
  clusterArn: string,
  now: Date,
): Promise<number> {
  const DBClusterIdentifier = clusterArn.slice(clusterArn.lastIndexOf(":") + 1);
  const answer = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(now.getTime() - LAG_WINDOW_MINUTES * 60_000),
      EndTime: now,
      ScanBy: "TimestampDescending",
      MetricDataQueries: [
        {
          Id: "lag",
          MetricStat: {
            Metric: {
              Namespace: "AWS/RDS",
              MetricName: "AuroraGlobalDBReplicationLag",
              Dimensions: [{ Name: "DBClusterIdentifier", Value: DBClusterIdentifier }],
            },
            Period: 60,
            Stat: "Maximum",
          },
        },
      ],
    }),
  );
  const newest = answer.MetricDataResults?.[0]?.Values?.[0];
  if (newest === undefined) throw new Error(`no figure in ${LAG_WINDOW_MINUTES} minutes`);
  return Math.round(newest);
}
