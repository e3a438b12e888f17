import type { Cluster } from "./Cluster";
import { ClusterRegistry } from "./ClusterRegistry";
import { measureClusters } from "./clusterMetrics";
import { Creation } from "./Creation";
import { PostgresFault } from "./errors";
import { measureLag } from "./lag";
import { Lifecycle } from "./Lifecycle";
import { failOver, switchOver } from "./promotion";
import { Rejoin } from "./Rejoin";
import { ReplicationNetwork } from "./ReplicationNetwork";
import type {
  ClusterDescription,
  ClusterEndpoints,
  ClusterMetrics,
  CreateClusterRequest,
  IsolationMode,
  PostgresSupervisorOptions,
  PromoteRequest,
  PromotionResult,
  ReplicationLag,
  ReplicationSettings,
} from "./types";

/**
 * Runs one PostgreSQL server for each Aurora cluster of the embedded cloud, and streams each global cluster's writer
 * to its secondaries. Operations that change something run one after the other; each wait in them has a bound.
 */
export class PostgresSupervisor {
  readonly #registry: ClusterRegistry;
  readonly #network: ReplicationNetwork;
  readonly #lifecycle: Lifecycle;
  readonly #creation: Creation;
  readonly #rejoin: Rejoin;
  readonly #log: (line: string) => void;
  readonly #isolated = new Map<string, IsolationMode>();
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: PostgresSupervisorOptions) {
    this.#log = (line) => options.log?.(line);
    this.#registry = new ClusterRegistry(options);
    this.#network = new ReplicationNetwork(options.replicationDelayMs ?? 0);
    this.#lifecycle = new Lifecycle(this.#registry, this.#network, this.#log);
    this.#creation = new Creation(this.#registry, this.#network, this.#lifecycle, this.#log);
    this.#rejoin = new Rejoin((cluster) => this.#rejoinNow(cluster));
  }

  /**
   * Starts the servers of an earlier run in the roles that they had; servers which that run left behind are stopped
   * first. A server that does not come up is `failed` in {@link describeClusters}, the others start all the same.
   */
  async start(): Promise<void> {
    await this.#exclusive(async () => {
      await this.#registry.load();
      await this.#lifecycle.settleWriters();
      // Writers first: a secondary that must be cloned needs its writer.
      const all = this.#registry
        .all()
        .sort((a, b) => (a.record.role === b.record.role ? 0 : a.record.role === "writer" ? -1 : 1));
      for (const cluster of all) {
        await this.#resumeOrFail(cluster);
      }
    });
  }

  /**
   * Creates a cluster, or gives back the one that is there when it has the same role (setting the master password).
   * @throws PostgresFault `DBClusterAlreadyExistsFault`, `GlobalClusterNotFoundFault`, `InvalidParameterValue`, …
   */
  async createCluster(request: CreateClusterRequest): Promise<ClusterEndpoints> {
    return this.#exclusive(async () => {
      const existing = this.#registry.find(request.region, request.clusterIdentifier);
      const cluster = existing
        ? await this.#creation.again(existing, request)
        : await this.#creation.anew(request);
      const { host, port, readerHost, readerPort } = cluster.describe();
      return { host, port, readerHost, readerPort };
    });
  }

  /**
   * Stops a cluster and removes its data; with the last one goes everything the supervisor made.
   * @throws PostgresFault `InvalidDBClusterStateFault` for a writer that still has secondaries
   */
  async deleteCluster(region: string, clusterIdentifier: string): Promise<void> {
    await this.#exclusive(async () => {
      const cluster = this.#registry.get(region, clusterIdentifier);
      const writer = this.#registry.writerOf(cluster.record.globalClusterIdentifier);
      if (writer === cluster && this.#registry.othersThan(cluster).length > 0) {
        throw new PostgresFault(
          "InvalidDBClusterStateFault",
          `${clusterIdentifier} is the writer of a global cluster with secondaries: delete those first`,
        );
      }
      await this.#network.disconnect(cluster.name);
      await cluster.instance.stop("immediate");
      if (writer && writer !== cluster) {
        // Best effort: a writer that is stopped drops the slot when it starts as standby, or goes itself.
        await writer.forget(cluster).catch(() => undefined);
      }
      await this.#registry.remove(cluster);
      await this.#registry.save();
      this.#log(`deleted ${cluster.name}`);
      if (this.#registry.all().length === 0) {
        await this.#registry.removeEverything();
      }
    });
  }

  /** Takes a cluster out of its global cluster; a secondary becomes a writer of its own (RemoveFromGlobalCluster). */
  async detachCluster(region: string, clusterIdentifier: string): Promise<void> {
    await this.#exclusive(async () => {
      const cluster = this.#registry.get(region, clusterIdentifier);
      const writer = this.#registry.writerOf(cluster.record.globalClusterIdentifier);
      if (writer === cluster && this.#registry.othersThan(cluster).length > 0) {
        throw new PostgresFault("InvalidDBClusterStateFault", "the writer leaves a global cluster last");
      }
      if (cluster.record.role === "secondary") {
        this.#assertUsable(cluster);
        await this.#network.disconnect(cluster.name);
        await cluster.promote();
        await writer?.forget(cluster).catch(() => undefined);
      }
      Object.assign(cluster.record, { role: "writer", globalClusterIdentifier: undefined });
      await this.#registry.save();
    });
  }

  /**
   * Makes the secondary in a Region the writer of its global cluster. The old writer becomes a standby again: before
   * this returns in a switchover; in the background after a failover, or when its isolated Region is restored.
   */
  async promote(request: PromoteRequest): Promise<PromotionResult> {
    return this.#exclusive(async () => {
      const startedAt = performance.now();
      const { globalClusterIdentifier, targetRegion, mode } = request;
      const writer = this.#registry.writerOf(globalClusterIdentifier);
      const target = this.#registry
        .all()
        .find(
          ({ record }) =>
            record.globalClusterIdentifier === globalClusterIdentifier && record.region === targetRegion,
        );
      if (writer === undefined || target === undefined) {
        throw new PostgresFault(
          "GlobalClusterNotFoundFault",
          `${globalClusterIdentifier} has no cluster in ${targetRegion}`,
        );
      }
      if (writer === target) {
        throw new PostgresFault("InvalidGlobalClusterStateFault", `${targetRegion} already has the writer`);
      }
      this.#assertUsable(target);
      const lostBytes = await this.#changeWriter(writer, target, mode);
      const elapsedMs = Math.round(performance.now() - startedAt);
      this.#log(`${mode} of ${globalClusterIdentifier} to ${targetRegion} in ${elapsedMs} ms`);
      await this.#followNewWriter(writer, target, mode);
      return { globalClusterIdentifier, writerRegion: targetRegion, mode, elapsedMs, lostBytes };
    });
  }

  /** Clones a secondary anew from its writer. */
  async rebuild(region: string, clusterIdentifier: string): Promise<void> {
    await this.#exclusive(async () => {
      const cluster = this.#registry.get(region, clusterIdentifier);
      if (cluster.record.role === "writer") {
        throw new PostgresFault("InvalidDBClusterStateFault", `${clusterIdentifier} is the writer`);
      }
      await this.#lifecycle.rebuild(cluster);
    });
  }

  /** Lag of every secondary. A server that does not answer leaves the figures out, it does not fail the call. */
  async lag(): Promise<ReplicationLag[]> {
    const secondaries = this.#registry.all().filter(({ record }) => record.role === "secondary");
    return Promise.all(
      secondaries.map((secondary) =>
        measureLag(this.#registry.requiredWriterOf(secondary), secondary, this.#network.link(secondary.name)),
      ),
    );
  }

  /** Figures of every cluster for CloudWatch. */
  metrics(): Promise<ClusterMetrics[]> {
    return measureClusters(this.#registry.all());
  }

  /** Sets delay and cut of the replication links; takes effect at once. What was cut off meanwhile rejoins. */
  setReplication(settings: ReplicationSettings): void {
    this.#network.configure(settings);
    this.#rejoin.delayMs = settings.rejoinDelayMs ?? this.#rejoin.delayMs;
    if (settings.cut === false) {
      for (const cluster of this.#registry.all().filter(({ record }) => record.stale)) {
        this.#rejoin.schedule(cluster);
      }
    }
  }

  /** Takes a Region's database away; see {@link IsolationMode}. */
  async isolate(region: string, mode: IsolationMode): Promise<void> {
    await this.#exclusive(async () => {
      this.#isolated.set(region, mode);
      this.#network.isolate(region);
      for (const cluster of this.#registry.inRegion(region)) {
        if (mode === "frozen") {
          cluster.instance.freeze();
        } else if (mode === "killed") {
          await cluster.instance.kill();
        }
        cluster.status = mode === "network" ? "isolated" : mode === "frozen" ? "frozen" : "stopped";
      }
      this.#log(`${region} isolated (${mode})`);
    });
  }

  /** Gives a Region's database back. A writer that was replaced meanwhile never writes again: it returns as standby. */
  async restore(region: string): Promise<void> {
    await this.#exclusive(async () => {
      const mode = this.#isolated.get(region);
      this.#isolated.delete(region);
      const stale = this.#registry.inRegion(region).filter(({ record }) => record.stale);
      for (const cluster of stale) {
        await cluster.instance.kill();
      }
      this.#network.reconnect(region);
      for (const cluster of this.#registry.inRegion(region)) {
        cluster.instance.thaw();
        if (stale.includes(cluster) && this.#rejoin.delayMs > 0) {
          cluster.status = "stopped";
          this.#rejoin.schedule(cluster);
        } else if (
          mode === "killed" ||
          stale.includes(cluster) ||
          (await this.#lifecycle.needsClone(cluster))
        ) {
          await this.#resumeOrFail(cluster);
        } else {
          cluster.status = "available";
        }
      }
      this.#log(`${region} restored`);
    });
  }

  describeClusters(): ClusterDescription[] {
    return this.#registry.all().map((cluster) => cluster.describe());
  }

  /** Waits until all operations, also a rebuild in the background, have ended. */
  async settled(): Promise<void> {
    let seen: Promise<unknown>;
    do {
      seen = this.#last;
      await seen;
    } while (seen !== this.#last);
  }

  /** Stops all servers cleanly; their data stay for the next {@link start}. */
  async close(): Promise<void> {
    await this.#exclusive(async () => {
      this.#closed = true;
      this.#rejoin.stop();
      // Without links no writer waits for a standby that is far behind.
      await this.#network.close();
      await Promise.all(this.#registry.all().map((cluster) => cluster.instance.stop("fast")));
    }, true);
  }

  /** Stops all servers and removes everything that the supervisor made, also what an earlier daemon left. */
  async destroy(): Promise<void> {
    if (this.#registry.all().length === 0) {
      await this.#registry.load().catch((error: unknown) => this.#log(String(error)));
    }
    await this.close();
    await this.#registry.removeEverything();
  }

  // --- roles --------------------------------------------------------------------------------------------------------

  async #changeWriter(
    writer: Cluster,
    target: Cluster,
    mode: PromoteRequest["mode"],
  ): Promise<number | undefined> {
    let lostBytes: number | undefined = 0;
    if (mode === "switchover") {
      if (this.#isolated.has(writer.record.region)) {
        throw new PostgresFault(
          "InvalidGlobalClusterStateFault",
          `${writer.record.region} is isolated: use failover`,
        );
      }
      await switchOver(writer, target, this.#network, () => this.#lifecycle.resume(writer));
    } else {
      lostBytes = await failOver(writer, target, this.#network, this.#reaches(writer, target));
    }
    target.record.role = "writer";
    Object.assign(writer.record, { role: "secondary", stale: mode === "failover" });
    await this.#registry.save();
    await this.#network.disconnect(target.name);
    return lostBytes;
  }

  async #followNewWriter(old: Cluster, writer: Cluster, mode: PromoteRequest["mode"]): Promise<void> {
    for (const other of this.#registry.othersThan(writer).filter((secondary) => secondary !== old)) {
      other.record.stale = true;
      this.#rebuildInBackground(other);
    }
    if (mode === "switchover") {
      await this.#lifecycle
        .resume(old)
        .catch(() => this.#lifecycle.rebuild(old))
        .catch((error: unknown) => this.#lifecycle.markFailed(old, error));
    } else if (this.#reaches(old, writer)) {
      // As Aurora does after a managed failover: the old Region is added again by itself, not by the caller.
      old.status = "stopped";
      this.#rejoin.schedule(old);
    } else if (old.status === "available") {
      old.status = "isolated";
    }
  }

  /** Whether the old writer's Region can be told to stop; else it goes on alone, as on AWS. */
  #reaches(old: Cluster, target: Cluster): boolean {
    const { region } = old.record;
    return !this.#isolated.has(region) && !this.#network.settings(region, target.record.region).cut;
  }

  #rejoinNow(cluster: Cluster): void {
    // What is lost again by then rejoins when it is restored.
    if (!this.#closed && cluster.record.stale && !this.#isolated.has(cluster.record.region)) {
      this.#rebuildInBackground(cluster);
    }
  }

  #rebuildInBackground(cluster: Cluster): void {
    cluster.status = "rebuilding";
    void this.#exclusive(() => this.#lifecycle.rebuild(cluster)).catch((error: unknown) =>
      this.#lifecycle.markFailed(cluster, error),
    );
  }

  // --- bookkeeping --------------------------------------------------------------------------------------------------

  async #resumeOrFail(cluster: Cluster): Promise<void> {
    await this.#lifecycle
      .resume(cluster)
      .catch((error: unknown) => this.#lifecycle.markFailed(cluster, error));
  }

  #assertUsable(cluster: Cluster): void {
    if (cluster.status !== "available") {
      const why = cluster.reason === undefined ? "" : `: ${cluster.reason}`;
      throw new PostgresFault("InvalidDBClusterStateFault", `${cluster.name} is ${cluster.status}${why}`);
    }
  }

  async #exclusive<T>(work: () => Promise<T>, evenWhenClosed = false): Promise<T> {
    const run = this.#last.then(async () => {
      if (this.#closed && !evenWhenClosed) {
        throw new PostgresFault("ServerFailure", "the PostgreSQL supervisor is closed");
      }
      return work();
    });
    this.#last = run.catch(() => undefined);
    return run;
  }
}
