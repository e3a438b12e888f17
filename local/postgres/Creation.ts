import type { Cluster } from "./Cluster";
import type { ClusterRegistry } from "./ClusterRegistry";
import { PostgresFault } from "./errors";
import type { Lifecycle } from "./Lifecycle";
import { freePort } from "./ports";
import type { ReplicationNetwork } from "./ReplicationNetwork";
import type { CreateClusterRequest } from "./types";

/** Makes clusters: a writer with its users and database, or a secondary as a copy of its writer. */
export class Creation {
  readonly #registry: ClusterRegistry;
  readonly #network: ReplicationNetwork;
  readonly #lifecycle: Lifecycle;
  readonly #log: (line: string) => void;

  constructor(
    registry: ClusterRegistry,
    network: ReplicationNetwork,
    lifecycle: Lifecycle,
    log: (line: string) => void,
  ) {
    this.#registry = registry;
    this.#network = network;
    this.#lifecycle = lifecycle;
    this.#log = log;
  }

  /** The cluster that is there, when it is the one that was asked for; its master password is set. */
  async again(cluster: Cluster, request: CreateClusterRequest): Promise<Cluster> {
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

  /** A new cluster; nothing of it stays when it does not come up. */
  async anew(request: CreateClusterRequest): Promise<Cluster> {
    this.#registry.assertVersion(request.engineVersion);
    const writer = this.#registry.writerOf(request.globalClusterIdentifier);
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
    const cluster = this.#registry.add({
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
      await (writer ? this.#lifecycle.rebuild(cluster) : this.#writer(cluster, request));
      await this.#registry.save();
      return cluster;
    } catch (error) {
      await this.#network.disconnect(cluster.name);
      await cluster.instance.stop("immediate");
      await this.#registry.remove(cluster);
      throw error;
    }
  }

  async #writer(cluster: Cluster, request: CreateClusterRequest): Promise<void> {
    await cluster.instance.remove();
    // The passwords must be stored before a server has them, or a crash in between would lock us out.
    await this.#registry.save();
    await cluster.instance.initialise();
    await cluster.instance.start();
    await cluster.createUsers(
      request.masterUsername ?? "",
      request.masterUserPassword ?? "",
      this.#registry.replicationPassword,
    );
    cluster.status = "available";
    this.#log(`created writer ${cluster.name} on port ${cluster.record.port}`);
  }
}
