import {
  DescribeGlobalClustersCommand,
  FailoverGlobalClusterCommand,
  SwitchoverGlobalClusterCommand,
  type RDSClient,
} from "@aws-sdk/client-rds";

/** A global cluster as one Region's RDS endpoint describes it. */
export interface GlobalClusterView {
  readonly status: string;
  readonly members: readonly { readonly clusterArn: string; readonly isWriter: boolean }[];
  /** A failover or switchover under way. */
  readonly change?: { readonly status: string; readonly to: string } | undefined;
}

/** What is done to the global cluster. */
export interface GlobalDatabase {
  /** Undefined when there is no such global cluster. */
  describe(): Promise<GlobalClusterView | undefined>;
  /** Promotes the cluster and lets go what it had not received; asked at the Region that is promoted. */
  failOver(clusterArn: string): Promise<void>;
  /** Promotes the cluster without loss; asked at the current writer's Region. */
  switchOver(clusterArn: string): Promise<void>;
}

/** A global cluster at RDS. */
export class RdsGlobalDatabase implements GlobalDatabase {
  readonly #own: RDSClient;
  readonly #peer: RDSClient;
  readonly #identifier: string;

  /** @param peer a client of the other Region. */
  constructor(own: RDSClient, peer: RDSClient, identifier: string) {
    this.#own = own;
    this.#peer = peer;
    this.#identifier = identifier;
  }

  async describe(): Promise<GlobalClusterView | undefined> {
    const answer = await this.#own
      .send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: this.#identifier }))
      .catch((error: unknown) => {
        if (error instanceof Error && error.name === "GlobalClusterNotFoundFault") return undefined;
        throw error;
      });
    const cluster = answer?.GlobalClusters?.[0];
    if (cluster === undefined) return undefined;
    const { Status, ToDbClusterArn } = cluster.FailoverState ?? {};
    return {
      status: cluster.Status ?? "unknown",
      members: (cluster.GlobalClusterMembers ?? []).map(({ DBClusterArn, IsWriter }) => ({
        clusterArn: DBClusterArn ?? "",
        isWriter: IsWriter === true,
      })),
      ...(Status !== undefined && { change: { status: Status, to: ToDbClusterArn ?? "" } }),
    };
  }

  async failOver(clusterArn: string): Promise<void> {
    // `Switchover` must not stand beside `AllowDataLoss` (RDS API reference, FailoverGlobalCluster).
    const input = { ...this.#target(clusterArn), AllowDataLoss: true };
    await this.#own.send(new FailoverGlobalClusterCommand(input));
  }

  async switchOver(clusterArn: string): Promise<void> {
    await this.#peer.send(new SwitchoverGlobalClusterCommand(this.#target(clusterArn)));
  }

  #target(clusterArn: string): { GlobalClusterIdentifier: string; TargetDbClusterIdentifier: string } {
    return { GlobalClusterIdentifier: this.#identifier, TargetDbClusterIdentifier: clusterArn };
  }
}
