import { rm } from "node:fs/promises";
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
import { emptyState, loadState, removeState, saveState, type StoredCluster, type StoredState } from "./state";
import type { PostgresSupervisorOptions } from "./types";

/** The clusters that there are, what is stored about them, and the files that all of them share. */
export class ClusterRegistry {
  readonly account: ServerAccount = serverAccount();
  readonly #options: PostgresSupervisorOptions;
  readonly #root: string;
  readonly #stateFile: string;
  readonly #clusters = new Map<string, Cluster>();
  #state: StoredState = emptyState();
  #binaries: string | undefined;

  constructor(options: PostgresSupervisorOptions) {
    this.#options = options;
    this.#root = dataRoot(options.directory, this.account);
    this.#stateFile = join(resolve(options.directory), "postgres", "state.json");
  }

  /** Takes up what an earlier daemon stored; nothing is started. */
  async load(): Promise<void> {
    this.#state = await loadState(this.#stateFile);
    for (const record of this.#state.clusters) {
      this.add(record);
    }
  }

  async save(): Promise<void> {
    this.#state.clusters = this.all().map((cluster) => cluster.record);
    await saveState(this.#stateFile, this.#state);
  }

  add(record: StoredCluster): Cluster {
    const { directory, tls } = this.#options;
    const name = clusterName(record.region, record.clusterIdentifier);
    const instance = new PostgresInstance({
      name,
      root: this.#root,
      logDirectory: join(resolve(directory), "logs"),
      binaries: () => this.binaries(),
      account: this.account,
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

  /** Removes a stopped cluster and its data. */
  async remove(cluster: Cluster): Promise<void> {
    await cluster.instance.remove();
    this.#clusters.delete(cluster.name);
  }

  /** Removes all that was made for the clusters, which must be stopped. */
  async removeEverything(): Promise<void> {
    await Promise.all(this.all().map((cluster) => cluster.instance.remove()));
    this.#clusters.clear();
    await rm(this.#root, { recursive: true, force: true, maxRetries: 3 });
    await removeState(this.#stateFile);
    this.#binaries = undefined;
    this.#state = emptyState();
  }

  /** The binaries that the servers' account can run; found, or copied, when the first server needs them. */
  binaries(): string {
    if (this.#binaries === undefined) {
      prepareDataRoot(this.#root, this.account);
      const installed = this.#options.binariesDirectory ?? installedBinaries();
      this.#binaries = reachableBinaries(installed, this.#root, this.account);
    }
    return this.#binaries;
  }

  /** @throws PostgresFault `InvalidParameterValue` when the binaries are of another major version */
  assertVersion(engineVersion: string): void {
    const major = majorVersion(this.binaries());
    if (Number(engineVersion.split(".")[0]) !== major) {
      throw new PostgresFault(
        "InvalidParameterValue",
        `engine version ${engineVersion}: only ${major}.x is installed`,
      );
    }
  }

  get replicationPassword(): string {
    return this.#state.replicationPassword;
  }

  all(): Cluster[] {
    return [...this.#clusters.values()];
  }

  find(region: string, clusterIdentifier: string): Cluster | undefined {
    return this.#clusters.get(clusterName(region, clusterIdentifier));
  }

  /** @throws PostgresFault `DBClusterNotFoundFault` */
  get(region: string, clusterIdentifier: string): Cluster {
    const cluster = this.find(region, clusterIdentifier);
    if (cluster === undefined) {
      throw new PostgresFault(
        "DBClusterNotFoundFault",
        `there is no cluster ${clusterIdentifier} in ${region}`,
      );
    }
    return cluster;
  }

  inRegion(region: string): Cluster[] {
    return this.all().filter(({ record }) => record.region === region);
  }

  members(globalClusterIdentifier: string | undefined): Cluster[] {
    return globalClusterIdentifier === undefined
      ? []
      : this.all().filter(({ record }) => record.globalClusterIdentifier === globalClusterIdentifier);
  }

  writerOf(globalClusterIdentifier: string | undefined): Cluster | undefined {
    return this.members(globalClusterIdentifier).find(({ record }) => record.role === "writer");
  }

  /** @throws PostgresFault `GlobalClusterNotFoundFault` */
  requiredWriterOf(secondary: Cluster): Cluster {
    const writer = this.writerOf(secondary.record.globalClusterIdentifier);
    if (writer === undefined) {
      throw new PostgresFault("GlobalClusterNotFoundFault", `${secondary.name} has no writer`);
    }
    return writer;
  }

  /** The other clusters of a cluster's global cluster. */
  othersThan(cluster: Cluster): Cluster[] {
    return this.members(cluster.record.globalClusterIdentifier).filter((other) => other !== cluster);
  }
}
