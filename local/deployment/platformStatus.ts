import { CloudFormationClient, paginateListStacks } from "@aws-sdk/client-cloudformation";
import { DynamoDBClient, GetItemCommand, ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { request } from "undici";
import { REGIONS as PROGRAM_REGIONS } from "../../components/regions";
import { awsConfig, REGIONS, type EmbeddedCloud, type Place } from "../client";
import type { CloudState } from "../cloud";
import { ask } from "../failover/bounded";
import type { ClusterDescription } from "../postgres";
import { environmentSuffix } from "./deploy";
import { replicationLag, type Lag } from "./replicationLag";

/** One Region as it is now. */
export interface RegionStatus {
  readonly region: string;
  readonly place: Place;
  /** From the Region's own role record; absent before the first deployment. */
  readonly role?: string;
  readonly epoch?: number;
  readonly stacks: readonly { name: string; state: string }[];
  /** Why it could not be asked. A Region that a drill has lost is a black hole. */
  readonly silent?: string;
}

export interface PlatformStatus {
  /** The Region whose role is ACTIVE. */
  readonly activeRegion?: string;
  readonly regions: readonly RegionStatus[];
  readonly databases: readonly ClusterDescription[];
  readonly replication: readonly Lag[];
}

/** Asks the running cloud; a Region that does not answer is told as such. @throws when the cloud does not work */
export async function platformStatus(cloud: EmbeddedCloud, state: CloudState): Promise<PlatformStatus> {
  const regions = await Promise.all((Object.keys(REGIONS) as Place[]).map((place) => regionOf(cloud, place)));
  const control = async (path: string) => {
    const answer = await request(state.postgres.controlUrl + path, {
      headers: { authorization: `Bearer ${state.cloudToken}` },
    });
    return answer.body.json();
  };
  const { clusters } = (await control("/rds/clusters")) as { clusters: ClusterDescription[] };
  return {
    activeRegion: regions.find(({ role }) => role === "ACTIVE")?.region,
    regions,
    databases: clusters,
    replication: await replicationLag(cloud, state),
  };
}

async function regionOf(cloud: EmbeddedCloud, place: Place): Promise<RegionStatus> {
  const region = REGIONS[place];
  const answer = await ask(async () => ({
    ...(await roleOf(cloud, place)),
    stacks: await stacksOf(cloud, place),
  }));
  return answer.answered
    ? { region, place, ...answer.value }
    : { region, place, stacks: [], silent: answer.reason };
}

/** The Region's role record (DynamoDB, `recordId` = `role`). */
async function roleOf(cloud: EmbeddedCloud, place: Place): Promise<{ role?: string; epoch?: number }> {
  const client = new DynamoDBClient(awsConfig(cloud, place));
  const TableName = `table-region-${PROGRAM_REGIONS[place].code}-${environmentSuffix()}`;
  try {
    const { Item } = await client.send(
      new GetItemCommand({ TableName, Key: { recordId: { S: "role" } }, ConsistentRead: true }),
    );
    return Item === undefined ? {} : { role: Item["role"]?.S, epoch: Number(Item["epoch"]?.N) };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      return {};
    }
    throw error;
  }
}

async function stacksOf(cloud: EmbeddedCloud, place: Place): Promise<{ name: string; state: string }[]> {
  const found: { name: string; state: string }[] = [];
  const client = new CloudFormationClient(awsConfig(cloud, place));
  for await (const page of paginateListStacks({ client }, {})) {
    for (const { StackName, StackStatus } of page.StackSummaries ?? []) {
      if (StackStatus !== "DELETE_COMPLETE") {
        found.push({ name: StackName ?? "", state: StackStatus ?? "" });
      }
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
