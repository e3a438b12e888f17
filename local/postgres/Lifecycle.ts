import type { Cluster } from "./Cluster";
import type { ClusterRegistry } from "./ClusterRegistry";
import { PostgresFault } from "./errors";
import type { ReplicationNetwork } from "./ReplicationNetwork";

/** Starts servers in their roles, and clones what cannot simply be started. */
export class Lifecycle {
  readonly #registry: ClusterRegistry;
  readonly #network: ReplicationNetwork;
  readonly #log: (line: string) => void;

  constructor(registry: ClusterRegistry, network: ReplicationNetwork, log: (line: string) => void) {
    this.#registry = registry;
    this.#network = network;
    this.#log = log;
  }

  /** Starts a server in its stored role; one that runs is started again. */
  async resume(cluster: Cluster): Promise<void> {
    const { record, instance } = cluster;
    if (record.role === "writer") {
      if (!instance.hasData) {
        throw new PostgresFault("ServerFailure", `the data of ${cluster.name} are gone`);
      }
      await instance.start();
    } else if (record.stale || !instance.hasData || (await this.needsClone(cluster))) {
      await this.rebuild(cluster);
    } else {
      await instance.stop("fast");
      await this.#follow(cluster);
    }
    cluster.status = "available";
    cluster.reason = undefined;
  }

  /** Clones a secondary anew from its writer, whose log it then follows. */
  async rebuild(cluster: Cluster): Promise<void> {
    const { record } = cluster;
    const writer = this.#registry.requiredWriterOf(cluster);
    if (this.#network.settings(writer.record.region, record.region).cut) {
      throw new PostgresFault(
        "InvalidGlobalClusterStateFault",
        `the replication link to ${record.region} is interrupted`,
      );
    }
    cluster.status = "rebuilding";
    await this.#network.disconnect(cluster.name);
    await cluster.cloneFrom(writer, this.#registry.account);
    await this.#follow(cluster);
    record.stale = false;
    cluster.status = "available";
    cluster.reason = undefined;
    await this.#registry.save();
    this.#log(`${cluster.name} is a standby of ${writer.name} on port ${record.port}`);
  }

  /** Whether the writer no longer has the log that a secondary lacks. */
  async needsClone(cluster: Cluster): Promise<boolean> {
    const writer = this.#registry.writerOf(cluster.record.globalClusterIdentifier);
    return (
      cluster.record.role === "secondary" && writer !== undefined && (await writer.hasLostLogOf(cluster))
    );
  }

  /**
   * A daemon that ended between a promotion and its record left two writers: the one of the later timeline is true, the
   * other must be cloned.
   */
  async settleWriters(): Promise<void> {
    for (const secondary of this.#registry.all().filter(({ record }) => record.role === "secondary")) {
      const writer = this.#registry.writerOf(secondary.record.globalClusterIdentifier);
      const { instance, record } = secondary;
      const promoted = instance.hasData && !instance.isStandby && !record.stale;
      if (writer && promoted && (await secondary.timeline()) > (await writer.timeline())) {
        record.role = "writer";
        Object.assign(writer.record, { role: "secondary", stale: true });
        this.#log(`${secondary.name} had become the writer when the daemon ended`);
      }
    }
  }

  markFailed(cluster: Cluster, error: unknown): void {
    cluster.status = "failed";
    cluster.reason = error instanceof Error ? error.message : String(error);
    this.#log(`${cluster.name} failed: ${cluster.reason}`);
  }

  async #follow(cluster: Cluster): Promise<void> {
    const { region } = cluster.record;
    const writer = this.#registry.requiredWriterOf(cluster);
    const source = writer.record.region;
    const linkPort = await this.#network.connect(cluster.name, source, writer.instance.port, region);
    await cluster.follow(writer, linkPort, this.#network.settings(source, region).delayMs);
  }
}
