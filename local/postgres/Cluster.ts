import { createHash } from "node:crypto";
import { readControlFile } from "./controlFile";
import { takeBaseBackup } from "./baseBackup";
import type { ServerAccount } from "./account";
import { REPLICATION_USER } from "./configuration";
import { lsnDistance, parseLsn } from "./lsn";
import { PostgresInstance } from "./PostgresInstance";
import { scramVerifier } from "./scram";
import type { StoredCluster } from "./state";
import type { ClusterDescription, ClusterStatus } from "./types";

const HOST = "127.0.0.1";
const PROMOTION_TIMEOUT_S = 60;
const FOLLOW_TIMEOUT_MS = 60_000;

/** The name of a cluster's server, folder and log. */
export function clusterName(region: string, clusterIdentifier: string): string {
  return `${region}-${clusterIdentifier}`;
}

/** One cluster: what is stored about it, and its server. */
export class Cluster {
  readonly record: StoredCluster;
  readonly instance: PostgresInstance;
  status: ClusterStatus = "stopped";
  reason: string | undefined;

  constructor(record: StoredCluster, instance: PostgresInstance) {
    this.record = record;
    this.instance = instance;
  }

  get name(): string {
    return clusterName(this.record.region, this.record.clusterIdentifier);
  }

  /** Slot names allow few characters and 63 of them, cluster identifiers more. */
  get slotName(): string {
    return `secondary_${createHash("sha256").update(this.name).digest("hex").slice(0, 16)}`;
  }

  describe(): ClusterDescription {
    const { region, clusterIdentifier, globalClusterIdentifier, engineVersion, databaseName, role, port } =
      this.record;
    return {
      region,
      clusterIdentifier,
      globalClusterIdentifier,
      engineVersion,
      databaseName,
      role,
      status: this.status,
      host: HOST,
      port,
      readerHost: HOST,
      readerPort: port,
      pid: this.instance.pid,
      reason: this.reason,
    };
  }

  /** Users and database of a new writer, with RDS's roles. */
  async createUsers(
    masterUsername: string,
    masterUserPassword: string,
    replicationPassword: string,
  ): Promise<void> {
    await this.instance.administer(async (client) => {
      const master = client.escapeIdentifier(masterUsername);
      const verifier = (password: string): string => client.escapeLiteral(scramVerifier(password));
      await client.query(
        `CREATE ROLE ${REPLICATION_USER} LOGIN REPLICATION PASSWORD ${verifier(replicationPassword)};
         CREATE ROLE rds_superuser NOLOGIN;
         GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO rds_superuser WITH ADMIN OPTION;
         CREATE ROLE ${master} LOGIN CREATEDB CREATEROLE PASSWORD ${verifier(masterUserPassword)} IN ROLE rds_superuser;`,
      );
      await client.query(
        `CREATE DATABASE ${client.escapeIdentifier(this.record.databaseName)} OWNER ${master}`,
      );
    });
  }

  /** Sets the master user's password, as ModifyDBCluster does. */
  async setMasterPassword(masterUsername: string, masterUserPassword: string): Promise<void> {
    await this.instance.administer(async (client) => {
      const verifier = client.escapeLiteral(scramVerifier(masterUserPassword));
      await client.query(`ALTER ROLE ${client.escapeIdentifier(masterUsername)} PASSWORD ${verifier}`);
    });
  }

  /** Replaces this cluster's data by a copy of the writer's. */
  async cloneFrom(writer: Cluster, account: ServerAccount): Promise<void> {
    await this.instance.stop("immediate");
    await this.instance.prepareFolder();
    await this.instance.clearData();
    await writer.instance.administer((client) =>
      takeBaseBackup(
        client,
        this.slotName,
        writer.instance.dataDirectory,
        this.instance.dataDirectory,
        account,
      ),
    );
  }

  /** Starts as a standby that reaches its writer through a link. */
  async follow(writer: Cluster, linkPort: number, delayMs: number): Promise<void> {
    await writer.instance.administer((client) =>
      client.query(
        `SELECT pg_create_physical_replication_slot($1, true)
         WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)`,
        [this.slotName],
      ),
    );
    const timeoutMs = FOLLOW_TIMEOUT_MS + 3 * delayMs;
    await this.instance.start({ port: linkPort, slotName: this.slotName }, timeoutMs);
  }

  /** The writer no longer keeps log for a secondary that is gone. */
  async forget(secondary: Cluster): Promise<void> {
    await this.instance.administer((client) =>
      client.query(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active",
        [secondary.slotName],
      ),
    );
  }

  /** Whether the writer sends log to this secondary, and no log that it needs is lost. */
  async isStreamingTo(secondary: Cluster): Promise<boolean> {
    return this.instance.administer(async (client) => {
      const { rows } = await client.query<{ streaming: boolean }>(
        `SELECT count(*) > 0 AS streaming FROM pg_stat_replication
         WHERE application_name = $1 AND state IN ('streaming', 'catchup')`,
        [secondary.name],
      );
      return rows[0]?.streaming === true;
    });
  }

  /** The slot's log was given up, for the limit: only a new clone helps. */
  async hasLostLogOf(secondary: Cluster): Promise<boolean> {
    return this.instance.administer(async (client) => {
      const { rows } = await client.query<{ lost: boolean }>(
        "SELECT bool_or(wal_status = 'lost') AS lost FROM pg_replication_slots WHERE slot_name = $1",
        [secondary.slotName],
      );
      return rows[0]?.lost === true;
    });
  }

  /** End of what is written (on a writer), received or replayed (on a standby). */
  async position(kind: "written" | "received" | "replayed"): Promise<bigint> {
    // A standby that restarted and reached no writer has received nothing yet: then what it replayed counts.
    const expression = {
      written: "pg_current_wal_flush_lsn()",
      received: "coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())",
      replayed: "pg_last_wal_replay_lsn()",
    }[kind];
    return this.instance.administer(async (client) => {
      const { rows } = await client.query<{ lsn: string | null }>(`SELECT ${expression}::text AS lsn`);
      return parseLsn(rows[0]?.lsn ?? "0/0");
    });
  }

  /** Bytes of this writer's log that a secondary has not replayed. */
  async bytesBehind(secondary: Cluster): Promise<number> {
    const [written, replayed] = await Promise.all([this.position("written"), secondary.position("replayed")]);
    return lsnDistance(replayed, written);
  }

  /** Makes this standby a writer; returns when it accepts writes. */
  async promote(): Promise<void> {
    await this.instance.administer(async (client) => {
      const { rows } = await client.query<{ promoted: boolean }>("SELECT pg_promote(true, $1) AS promoted", [
        PROMOTION_TIMEOUT_S,
      ]);
      if (rows[0]?.promoted !== true) {
        throw new Error(`${this.name} was not promoted within ${PROMOTION_TIMEOUT_S} s`);
      }
    });
  }

  /** Timeline of the data: the higher of two writers is the one that was promoted later. */
  async timeline(): Promise<number> {
    return (await readControlFile(this.instance.dataDirectory)).timeline;
  }
}
