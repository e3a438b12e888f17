import { rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import {
  dataRoot,
  installedBinaries,
  majorVersion,
  prepareDataRoot,
  reachableBinaries,
  serverAccount,
  type ServerAccount,
} from "./account";
import { Cluster, clusterName } from "./Cluster";
import { PostgresFault } from "./errors";
import { PostgresInstance } from "./PostgresInstance";
import { failOver, switchOver } from "./promotion";
import { ReplicationNetwork } from "./ReplicationNetwork";
import { emptyState, loadState, removeState, saveState, type StoredCluster, type StoredState } from "./state";
import type {
  ClusterDescription,
  ClusterEndpoints,
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
  readonly #options: PostgresSupervisorOptions;
  readonly #account: ServerAccount;
  readonly #root: string;
  readonly #stateFile: string;
  readonly #network: ReplicationNetwork;
  readonly #clusters = new Map<string, Cluster>();
  readonly #isolated = new Map<string, IsolationMode>();
  #state: StoredState = emptyState();
  #binaries: string | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: PostgresSupervisorOptions) {
    this.#options = options;
    this.#account = serverAccount();
    this.#root = dataRoot(options.directory, this.#account);
    this.#stateFile = join(resolve(options.directory), "postgres", "state.json");
    this.#network = new ReplicationNetwork(options.replicationDelayMs ?? 0);
  }

  /**
   * Starts the servers of an earlier run in the roles that they had; servers which that run left behind are stopped
   * first. A server that does not come up is `failed` in {@link describeClusters}, the others start all the same.
   */
  async start(): Promise<void> {
    await this.#exclusive(async () => {
      this.#state = await loadState(this.#stateFile);
      for (const record of this.#state.clusters) {
        this.#adopt(record);
      }
      await this.#settleWriters();
      const all = [...this.#clusters.values()];
      for (const cluster of [
        ...all.filter((c) => c.record.role === "writer"),
        ...all.filter((c) => c.record.role !== "writer"),
      ]) {
        await this.#resume(cluster).catch((error: unknown) => this.#markFailed(cluster, error));
      }
    });
  }

  /**
   * Creates a cluster, or gives back the one that is there when it has the same role (setting the master password).
   * @throws PostgresFault `DBClusterAlreadyExistsFault`, `GlobalClusterNotFoundFault`, `InvalidParameterValue`, …
   */
  async createCluster(request: CreateClusterRequest): Promise<ClusterEndpoints> {
    return this.#exclusive(async () => {
      const existing = this.#clusters.get(clusterName(request.region, request.clusterIdentifier));
      const cluster = existing ? await this.#createAgain(existing, request) : await this.#createNew(request);
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
      const cluster = this.#cluster(region, clusterIdentifier);
      const writer = this.#writerOf(cluster.record.globalClusterIdentifier);
      if (writer === cluster && this.#secondariesOf(cluster).length > 0) {
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
      await cluster.instance.remove();
      this.#clusters.delete(cluster.name);
      await this.#save();
      this.#log(`deleted ${cluster.name}`);
      if (this.#clusters.size === 0) {
        await this.#removeEverything();
      }
    });
  }

  /** Takes a cluster out of its global cluster; a secondary becomes a writer of its own (RemoveFromGlobalCluster). */
  async detachCluster(region: string, clusterIdentifier: string): Promise<void> {
    await this.#exclusive(async () => {
      const cluster = this.#cluster(region, clusterIdentifier);
      const writer = this.#writerOf(cluster.record.globalClusterIdentifier);
      if (writer === cluster && this.#secondariesOf(cluster).length > 0) {
        throw new PostgresFault("InvalidDBClusterStateFault", "the writer leaves a global cluster last");
      }
      if (cluster.record.role === "secondary") {
        this.#assertUsable(cluster);
        await this.#network.disconnect(cluster.name);
        await cluster.promote();
        await writer?.forget(cluster).catch(() => undefined);
      }
      Object.assign(cluster.record, { role: "writer", globalClusterIdentifier: undefined });
      await this.#save();
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
      const writer = this.#writerOf(globalClusterIdentifier);
      const target = [...this.#clusters.values()].find(
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
      const cluster = this.#cluster(region, clusterIdentifier);
      if (cluster.record.role === "writer") {
        throw new PostgresFault("InvalidDBClusterStateFault", `${clusterIdentifier} is the writer`);
      }
      await this.#rebuild(cluster);
    });
  }

  /** Lag of every secondary. A server that does not answer leaves the figures out, it does not fail the call. */
  async lag(): Promise<ReplicationLag[]> {
    const secondaries = [...this.#clusters.values()].filter(({ record }) => record.role === "secondary");
    return Promise.all(secondaries.map((secondary) => this.#lagOf(secondary)));
  }

  /** Sets delay and cut of the replication links; takes effect at once. */
  setReplication(settings: ReplicationSettings): void {
    this.#network.configure(settings);
  }

  /** Takes a Region's database away; see {@link IsolationMode}. */
  async isolate(region: string, mode: IsolationMode): Promise<void> {
    await this.#exclusive(async () => {
      this.#isolated.set(region, mode);
      this.#network.isolate(region);
      for (const cluster of this.#clustersIn(region)) {
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
      const stale = this.#clustersIn(region).filter(({ record }) => record.stale);
      for (const cluster of stale) {
        await cluster.instance.kill();
      }
      this.#network.reconnect(region);
      for (const cluster of this.#clustersIn(region)) {
        cluster.instance.thaw();
        const restart = mode === "killed" || stale.includes(cluster) || (await this.#needsClone(cluster));
        await (restart ? this.#resume(cluster) : Promise.resolve()).catch((error: unknown) =>
          this.#markFailed(cluster, error),
        );
        if (!restart) {
          cluster.status = "available";
        }
      }
      this.#log(`${region} restored`);
    });
  }

  describeClusters(): ClusterDescription[] {
    return [...this.#clusters.values()].map((cluster) => cluster.describe());
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
      // Without links no writer waits for a standby that is far behind.
      await this.#network.close();
      await Promise.all([...this.#clusters.values()].map((cluster) => cluster.instance.stop("fast")));
    }, true);
  }

  /** Stops all servers and removes everything that the supervisor made, also what an earlier daemon left. */
  async destroy(): Promise<void> {
    if (this.#clusters.size === 0) {
      const stored = await loadState(this.#stateFile).catch(emptyState);
      for (const record of stored.clusters) {
        this.#adopt(record);
      }
    }
    await this.close();
    await this.#removeEverything();
    this.#clusters.clear();
  }

  // --- creation -----------------------------------------------------------------------------------------------------

  async #createAgain(cluster: Cluster, request: CreateClusterRequest): Promise<Cluster> {
    const { record } = cluster;
    const same =
      record.role === request.role &&
      record.globalClusterIdentifier === request.globalClusterIdentifier &&
      record.databaseName === request.databaseName;
    if (!same || cluster.status !== "available") {
      throw new PostgresFault(
        "DBClusterAlreadyExistsFault",
        `${request.clusterIdentifier} exists in ${request.region}`,
      );
    }
    if (request.role === "writer" && request.masterUsername && request.masterUserPassword) {
      await cluster.setMasterPassword(request.masterUsername, request.masterUserPassword);
    }
    return cluster;
  }

  async #createNew(request: CreateClusterRequest): Promise<Cluster> {
    this.#prepare();
    const major = majorVersion(this.#binaries!);
    if (Number(request.engineVersion.split(".")[0]) !== major) {
      throw new PostgresFault(
        "InvalidParameterValue",
        `engine version ${request.engineVersion}: only ${major}.x is installed`,
      );
    }
    const writer = this.#writerOf(request.globalClusterIdentifier);
    if (request.role === "writer" && writer !== undefined) {
      throw new PostgresFault(
        "InvalidGlobalClusterStateFault",
        `${request.globalClusterIdentifier} has a writer already`,
      );
    }
    if (request.role === "secondary" && writer === undefined) {
      throw new PostgresFault(
        "GlobalClusterNotFoundFault",
        `${request.globalClusterIdentifier} has no writer to follow`,
      );
    }
    const { region, clusterIdentifier, globalClusterIdentifier, engineVersion, databaseName, role } = request;
    const cluster = this.#adopt({
      region,
      clusterIdentifier,
      globalClusterIdentifier,
      engineVersion,
      databaseName,
      role,
      forceSsl: request.forceSsl ?? true,
      port: await freePort(),
      stale: role === "secondary",
    });
    try {
      await (writer ? this.#rebuild(cluster) : this.#createWriter(cluster, request));
      await this.#save();
      return cluster;
    } catch (error) {
      await this.#network.disconnect(cluster.name);
      await cluster.instance.stop("immediate");
      await cluster.instance.remove();
      this.#clusters.delete(cluster.name);
      throw error;
    }
  }

  async #createWriter(cluster: Cluster, request: CreateClusterRequest): Promise<void> {
    await cluster.instance.remove();
    // The passwords must be stored before a server has them, or a crash in between would lock us out.
    await saveState(this.#stateFile, this.#state);
    await cluster.instance.initialise();
    await cluster.instance.start();
    await cluster.createUsers(
      request.masterUsername ?? "",
      request.masterUserPassword ?? "",
      this.#state.replicationPassword,
    );
    cluster.status = "available";
    this.#log(`created writer ${cluster.name} on port ${cluster.record.port}`);
  }

  #adopt(record: StoredCluster): Cluster {
    const { directory, tls } = this.#options;
    const name = clusterName(record.region, record.clusterIdentifier);
    const instance = new PostgresInstance({
      name,
      root: this.#root,
      logDirectory: join(resolve(directory), "logs"),
      binaries: () => this.#prepare(),
      account: this.#account,
      tls,
      port: record.port,
      forceSsl: record.forceSsl,
      administratorPassword: this.#state.administratorPassword,
      replicationPassword: this.#state.replicationPassword,
    });
    const cluster = new Cluster(record, instance);
    this.#clusters.set(name, cluster);
    return cluster;
  }

  /** Finds the binaries and makes the data root, when the first server needs them. */
  #prepare(): string {
    if (this.#binaries === undefined) {
      prepareDataRoot(this.#root, this.#account);
      const installed = this.#options.binariesDirectory ?? installedBinaries();
      this.#binaries = reachableBinaries(installed, this.#root, this.#account);
    }
    return this.#binaries;
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
      await switchOver(writer, target, this.#network, () => this.#resume(writer));
    } else {
      lostBytes = await failOver(writer, target, this.#network, !this.#isolated.has(writer.record.region));
    }
    target.record.role = "writer";
    Object.assign(writer.record, { role: "secondary", stale: mode === "failover" });
    await this.#save();
    await this.#network.disconnect(target.name);
    return lostBytes;
  }

  async #followNewWriter(old: Cluster, writer: Cluster, mode: PromoteRequest["mode"]): Promise<void> {
    for (const other of this.#secondariesOf(writer).filter((secondary) => secondary !== old)) {
      other.record.stale = true;
      this.#rebuildInBackground(other);
    }
    if (mode === "switchover") {
      await this.#resume(old)
        .catch(() => this.#rebuild(old))
        .catch((error: unknown) => this.#markFailed(old, error));
    } else if (!this.#isolated.has(old.record.region)) {
      // As Aurora does after a managed failover: the old Region is added again by itself, not by the caller.
      this.#rebuildInBackground(old);
    }
  }

  #rebuildInBackground(cluster: Cluster): void {
    cluster.status = "rebuilding";
    void this.#exclusive(() => this.#rebuild(cluster)).catch((error: unknown) =>
      this.#markFailed(cluster, error),
    );
  }

  async #rebuild(cluster: Cluster): Promise<void> {
    const { record } = cluster;
    const writer = this.#requiredWriterOf(cluster);
    const { cut, delayMs } = this.#network.settings(writer.record.region, record.region);
    if (cut) {
      throw new PostgresFault(
        "InvalidGlobalClusterStateFault",
        `the replication link to ${record.region} is interrupted`,
      );
    }
    cluster.status = "rebuilding";
    await this.#network.disconnect(cluster.name);
    await cluster.cloneFrom(writer, this.#account);
    const linkPort = await this.#network.connect(
      cluster.name,
      writer.record.region,
      writer.instance.port,
      record.region,
    );
    await cluster.follow(writer, linkPort, delayMs);
    record.stale = false;
    cluster.status = "available";
    cluster.reason = undefined;
    await this.#save();
    this.#log(`${cluster.name} is a standby of ${writer.name} on port ${record.port}`);
  }

  /** Starts a server in its stored role. */
  async #resume(cluster: Cluster): Promise<void> {
    const { record, instance } = cluster;
    this.#prepare();
    if (record.role === "writer") {
      if (!instance.hasData) {
        throw new PostgresFault("ServerFailure", `the data of ${cluster.name} are gone`);
      }
      await instance.start();
    } else if (record.stale || !instance.hasData || (await this.#needsClone(cluster))) {
      await this.#rebuild(cluster);
    } else {
      const writer = this.#requiredWriterOf(cluster);
      await instance.stop("fast");
      const port = await this.#network.connect(
        cluster.name,
        writer.record.region,
        writer.instance.port,
        record.region,
      );
      await cluster.follow(writer, port, this.#network.settings(writer.record.region, record.region).delayMs);
    }
    cluster.status = "available";
    cluster.reason = undefined;
  }

  async #needsClone(cluster: Cluster): Promise<boolean> {
    const writer = this.#writerOf(cluster.record.globalClusterIdentifier);
    return (
      cluster.record.role === "secondary" && writer !== undefined && (await writer.hasLostLogOf(cluster))
    );
  }

  /** A daemon that ended between a promotion and its record left two writers: the later timeline is the true one. */
  async #settleWriters(): Promise<void> {
    for (const secondary of [...this.#clusters.values()].filter(
      ({ record }) => record.role === "secondary",
    )) {
      const writer = this.#writerOf(secondary.record.globalClusterIdentifier);
      const promoted = secondary.instance.hasData && !secondary.instance.isStandby && !secondary.record.stale;
      if (writer && promoted && (await secondary.timeline()) > (await writer.timeline())) {
        secondary.record.role = "writer";
        Object.assign(writer.record, { role: "secondary", stale: true });
        this.#log(`${secondary.name} had become the writer when the daemon ended`);
      }
    }
  }

  async #lagOf(secondary: Cluster): Promise<ReplicationLag> {
    const writer = this.#requiredWriterOf(secondary);
    const link = this.#network.link(secondary.name);
    const answers = [writer, secondary].every(
      ({ instance }) => !instance.frozen && instance.pid !== undefined,
    );
    const bytes = answers ? await writer.bytesBehind(secondary).catch(() => undefined) : undefined;
    const ageSeconds = (link?.ageMs() ?? 0) / 1000;
    return {
      globalClusterIdentifier: secondary.record.globalClusterIdentifier ?? "",
      sourceRegion: writer.record.region,
      targetRegion: secondary.record.region,
      clusterIdentifier: secondary.record.clusterIdentifier,
      bytes,
      seconds: link?.cut || bytes !== 0 ? ageSeconds : 0,
      streaming:
        answers &&
        link !== undefined &&
        !link.cut &&
        (await writer.isStreamingTo(secondary).catch(() => false)),
      delayMs: link?.delayMs ?? 0,
      cut: link?.cut ?? true,
    };
  }

  // --- bookkeeping --------------------------------------------------------------------------------------------------

  #cluster(region: string, clusterIdentifier: string): Cluster {
    const cluster = this.#clusters.get(clusterName(region, clusterIdentifier));
    if (cluster === undefined) {
      throw new PostgresFault(
        "DBClusterNotFoundFault",
        `there is no cluster ${clusterIdentifier} in ${region}`,
      );
    }
    return cluster;
  }

  #clustersIn(region: string): Cluster[] {
    return [...this.#clusters.values()].filter(({ record }) => record.region === region);
  }

  #writerOf(globalClusterIdentifier: string | undefined): Cluster | undefined {
    return globalClusterIdentifier === undefined
      ? undefined
      : [...this.#clusters.values()].find(
          ({ record }) =>
            record.globalClusterIdentifier === globalClusterIdentifier && record.role === "writer",
        );
  }

  #requiredWriterOf(secondary: Cluster): Cluster {
    const writer = this.#writerOf(secondary.record.globalClusterIdentifier);
    if (writer === undefined) {
      throw new PostgresFault("GlobalClusterNotFoundFault", `${secondary.name} has no writer`);
    }
    return writer;
  }

  #secondariesOf(writer: Cluster): Cluster[] {
    const { globalClusterIdentifier } = writer.record;
    return [...this.#clusters.values()].filter(
      (other) =>
        other !== writer &&
        globalClusterIdentifier !== undefined &&
        other.record.globalClusterIdentifier === globalClusterIdentifier,
    );
  }

  #assertUsable(cluster: Cluster): void {
    if (cluster.status !== "available") {
      const why = cluster.reason === undefined ? "" : `: ${cluster.reason}`;
      throw new PostgresFault("InvalidDBClusterStateFault", `${cluster.name} is ${cluster.status}${why}`);
    }
  }

  #markFailed(cluster: Cluster, error: unknown): void {
    cluster.status = "failed";
    cluster.reason = error instanceof Error ? error.message : String(error);
    this.#log(`${cluster.name} failed: ${cluster.reason}`);
  }

  async #save(): Promise<void> {
    this.#state.clusters = [...this.#clusters.values()].map((cluster) => cluster.record);
    await saveState(this.#stateFile, this.#state);
  }

  async #removeEverything(): Promise<void> {
    await Promise.all([...this.#clusters.values()].map((cluster) => cluster.instance.remove()));
    await rm(this.#root, { recursive: true, force: true, maxRetries: 3 });
    await removeState(this.#stateFile);
    this.#binaries = undefined;
    this.#state = emptyState();
  }

  #log(line: string): void {
    this.#options.log?.(line);
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
