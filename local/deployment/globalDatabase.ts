import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeGlobalClustersCommand,
  RDSClient,
  RemoveFromGlobalClusterCommand,
  type GlobalClusterMember,
} from "@aws-sdk/client-rds";
import { request } from "undici";
import { REGIONS as REGION_FACTS } from "../../components/regions";
import { CommandError } from "../cli";
import { awsConfig, embeddedDispatcher, type EmbeddedCloud, type Place } from "../client";

/** RDS of a place, as far as it is needed here. */
export type Databases = Pick<RDSClient, "send">;

/** How often, and how far apart, a cluster that is busy is asked again. */
export interface Patience {
  readonly attempts: number;
  readonly intervalMs: number;
}

/** RDS's answers that say "not now". */
const BUSY: ReadonlySet<string> = new Set(["InvalidDBClusterStateFault", "InvalidGlobalClusterStateFault"]);

/** RDS of a place of the embedded cloud. */
export function databasesOf(cloud: EmbeddedCloud): (place: Place) => Databases {
  return (place) => new RDSClient(awsConfig(cloud, place));
}

/**
 * The writer leaves a global cluster last, whichever Region that is. Destroying goes by the order of the templates: dr's
 * cluster first, for it joined the primary's. After a failover dr has the writer, so the primary's cluster, which is the
 * secondary now, leaves before anything is destroyed.
 * @returns what left, `cluster-arn` by `cluster-arn`; empty when primary has the writer or nothing is deployed
 * @throws CommandError with what to do when RDS refuses
 */
export async function letSecondaryLeaveFirst(
  databases: (place: Place) => Databases,
  patience: Patience = PATIENCE,
): Promise<string[]> {
  const { GlobalClusters } = await databases("primary").send(new DescribeGlobalClustersCommand({}));
  const left: string[] = [];
  for (const { GlobalClusterIdentifier, GlobalClusterMembers = [] } of GlobalClusters ?? []) {
    if (
      isIn(
        "primary",
        GlobalClusterMembers.find(({ IsWriter }) => IsWriter),
      )
    )
      continue;
    for (const member of GlobalClusterMembers.filter((each) => isIn("primary", each))) {
      await leave(databases("primary"), GlobalClusterIdentifier, member.DBClusterArn, patience);
      left.push(member.DBClusterArn ?? "");
    }
  }
  return left;
}

function isIn(place: Place, member: GlobalClusterMember | undefined): boolean {
  return member?.DBClusterArn?.split(":")[3] === REGION_FACTS[place].name;
}

/** A cluster that has just come back is not `available` for a while. Milliseconds. */
const PATIENCE = { attempts: 20, intervalMs: 3_000 };

async function leave(
  client: Databases,
  group: string | undefined,
  cluster: string | undefined,
  patience: Patience,
): Promise<void> {
  const input = { GlobalClusterIdentifier: group, DbClusterIdentifier: cluster };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new RemoveFromGlobalClusterCommand(input));
      return;
    } catch (cause) {
      const { name, message } = cause as Error;
      if (BUSY.has(name) && attempt < patience.attempts) {
        await sleep(patience.intervalMs);
        continue;
      }
      throw new CommandError(
        `The database of dr is the writer, so that of primary must leave ${group} first, but RDS refuses: ` +
          `${message}\nBring the writer back with "npm run failover -- failback --wait", then run this again.`,
        { cause },
      );
    }
  }
}

/**
 * Ends every outage that a drill has left behind: a Region that does not answer cannot be destroyed.
 * @returns whether there was one
 */
export async function endOutages(cloud: EmbeddedCloud): Promise<boolean> {
  const dispatcher = embeddedDispatcher(cloud);
  const send = (method: "GET" | "DELETE") =>
    request(`${cloud.endpoint}/_cloud/outages`, {
      method,
      headers: { authorization: `Bearer ${cloud.cloudToken}` },
      dispatcher,
    });
  try {
    const { faults } = (await (await send("GET")).body.json()) as { faults?: unknown[] };
    if (faults === undefined || faults.length === 0) return false;
    await (await send("DELETE")).body.dump();
    return true;
  } finally {
    await dispatcher.destroy();
  }
}
