import { setTimeout as sleep } from "node:timers/promises";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { DescribeGlobalClustersCommand, RemoveFromGlobalClusterCommand } from "@aws-sdk/client-rds";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { peerOf, REGIONS, type Place } from "../../components/regions";
import { nextEpoch } from "../../functions/domain/failover";
import { CommandError, Refused } from "../cli";
import { ask, reasonOf, valueOf } from "./bounded";
import { readRegion, readWitness, type FailoverStatus } from "./failoverStatus";
import type { Platform } from "./Platform";

/** The epoch in which a fenced Region goes on, and whether it is a new one. */
export interface ResumeEpoch {
  readonly epoch: number;
  readonly fromEpoch: number;
}

/**
 * A fenced Region whose epoch is still the highest goes on in it. When a higher one was seen anywhere, the other Region
 * was active after it: then it needs a new one, or its peer would take it for out of date and both would stand still.
 */
export function resumeEpoch(place: Place, { regions }: Pick<FailoverStatus, "regions">): ResumeEpoch {
  const own = valueOf(regions[place].records)?.role?.epoch;
  if (own === undefined) throw new Refused(`${REGIONS[place].name} has no role record.`);
  const peer = regions[peerOf(place)];
  const highest = Math.max(
    own,
    valueOf(regions[place].records)?.activation?.epoch ?? 0,
    valueOf(peer.records)?.role?.epoch ?? 0,
    valueOf(peer.records)?.activation?.epoch ?? 0,
    valueOf(peer.api)?.epoch ?? 0,
  );
  return { fromEpoch: own, epoch: highest === own ? own : nextEpoch(place, highest) };
}

/**
 * Makes a fenced Region active again: role and lease in one conditional write, the control record, and its consumers.
 * It accepts writes as soon as the witness names it.
 * @throws Refused when its role has changed meanwhile
 */
export async function resumeWrites(
  platform: Platform,
  place: Place,
  { epoch, fromEpoch }: ResumeEpoch,
  now = () => new Date(),
): Promise<void> {
  const { regionTable, controlTable } = platform.names(place);
  const { tables } = platform.clients(place);
  const at = now().toISOString();
  try {
    await tables.send(
      new UpdateCommand({
        TableName: regionTable,
        Key: { recordId: "role" },
        UpdateExpression:
          "SET #role = :active, #epoch = :epoch, #leaseRenewedAt = :at, #updatedAt = :at REMOVE #operationId",
        // ACTIVE in the same epoch is a lease that ran out before the lease keeper has written FENCED down.
        ConditionExpression: "#epoch = :fromEpoch AND #role IN (:fenced, :active)",
        ExpressionAttributeNames: {
          "#role": "role",
          "#epoch": "epoch",
          "#leaseRenewedAt": "leaseRenewedAt",
          "#updatedAt": "updatedAt",
          "#operationId": "operationId",
        },
        ExpressionAttributeValues: {
          ":active": "ACTIVE",
          ":fenced": "FENCED",
          ":epoch": epoch,
          ":fromEpoch": fromEpoch,
          ":at": at,
        },
      }),
    );
  } catch (error) {
    if ((error as Error).name === "ConditionalCheckFailedException") {
      throw new Refused(
        `The role of ${REGIONS[place].name} has changed meanwhile. See: npm run failover -- status`,
      );
    }
    throw new CommandError(`The role could not be changed: ${reasonOf(error)}`);
  }
  if (epoch !== fromEpoch) {
    await tables
      .send(
        new UpdateCommand({
          TableName: controlTable,
          Key: { recordId: "activation" },
          UpdateExpression:
            "SET #activePlace = :place, #epoch = :epoch, #activatedAt = :at, #operationId = :by",
          ConditionExpression: "attribute_not_exists(recordId) OR #epoch < :epoch",
          ExpressionAttributeNames: {
            "#activePlace": "activePlace",
            "#epoch": "epoch",
            "#activatedAt": "activatedAt",
            "#operationId": "operationId",
          },
          ExpressionAttributeValues: { ":place": place, ":epoch": epoch, ":at": at, ":by": "operator" },
        }),
      )
      .catch((error: unknown) => {
        throw new CommandError(
          `${REGIONS[place].name} is ACTIVE in epoch ${epoch}, but the control record does not say so yet: ` +
            `${reasonOf(error)}. Run the command again.`,
        );
      });
  }
  await openCapacity(platform, place);
}

const CAPACITY_TIMEOUT_MS = 60_000;

async function openCapacity(platform: Platform, place: Place): Promise<void> {
  const FunctionName = platform.names(place).capacityFunction;
  const answer = await ask(async (abortSignal) => {
    const { FunctionError, Payload } = await platform
      .clients(place)
      .functions.send(
        new InvokeCommand({ FunctionName, Qualifier: "live", Payload: JSON.stringify({ action: "open" }) }),
        {
          abortSignal,
        },
      );
    if (FunctionError !== undefined)
      throw new Error(
        Buffer.from(Payload ?? [])
          .toString()
          .slice(0, 300),
      );
  }, CAPACITY_TIMEOUT_MS);
  if (!answer.answered) {
    throw new CommandError(
      `${REGIONS[place].name} is ACTIVE again, but its queue and event sources were not opened (${FunctionName}): ` +
        `${answer.reason}. Run the command again.`,
    );
  }
}

/** DNS follows about 90 s after /status says traffic=yes; three times that is no longer a delay. */
const NAMED_TIMEOUT_MS = 300_000;
const NAMED_INTERVAL_MS = 5_000;

/** How the wait for writes ended. */
export interface WritesOutcome {
  readonly writes: boolean;
  readonly role: string;
  readonly witness: string;
}

/**
 * Waits until the Region that resumed is named by the witness. Its lease may run out before Route 53 has noticed; then
 * it is made active once more, by the same conditional write.
 */
export async function waitForWrites(
  platform: Platform,
  place: Place,
  epoch: number,
  options: { readonly signal: AbortSignal; readonly timeoutMs?: number; readonly intervalMs?: number },
): Promise<WritesOutcome> {
  const { signal, timeoutMs = NAMED_TIMEOUT_MS, intervalMs = NAMED_INTERVAL_MS } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const [region, witness] = await Promise.all([readRegion(platform, place), readWitness(platform)]);
    const shown = valueOf(region.api);
    const named = valueOf(witness) ?? "unreadable";
    const role = shown?.role ?? "unknown";
    if (role === "ACTIVE" && shown?.traffic === true && named === place)
      return { writes: true, role, witness: named };
    if (Date.now() > deadline) return { writes: false, role, witness: named };
    if (valueOf(region.records)?.role?.role === "FENCED") {
      await resumeWrites(platform, place, { epoch, fromEpoch: epoch });
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** A Region's cluster as the global cluster lists it. */
export interface Membership {
  readonly globalCluster: string;
  readonly clusterArn: string;
  readonly member: boolean;
  readonly writer: boolean;
}

/** Asks in the Region itself, since the other one may be lost. @throws CommandError when RDS does not answer */
export async function membershipOf(platform: Platform, place: Place): Promise<Membership> {
  const { clusterArn } = platform.names(place);
  const globalCluster = platform.outputs.get("PrimaryDatabaseGlobalClusterIdentifier");
  const answer = await ask((abortSignal) =>
    platform
      .clients(place)
      .databases.send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: globalCluster }), {
        abortSignal,
      }),
  );
  if (!answer.answered) {
    throw new CommandError(`RDS in ${REGIONS[place].name} does not answer: ${answer.reason}`);
  }
  const members = answer.value.GlobalClusters?.[0]?.GlobalClusterMembers ?? [];
  const own = members.find((member) => member.DBClusterArn === clusterArn);
  return { globalCluster, clusterArn, member: own !== undefined, writer: own?.IsWriter === true };
}

/**
 * Cuts a Region's cluster out of the global cluster: it becomes a cluster of its own that accepts writes. What had not
 * arrived is lost, and the two never join again by themselves.
 * @throws Refused when it is no secondary of the global cluster
 */
export async function detachCluster(platform: Platform, place: Place): Promise<Membership> {
  const membership = await membershipOf(platform, place);
  if (!membership.member)
    throw new Refused(`${membership.clusterArn} is no member of ${membership.globalCluster}.`);
  if (membership.writer) {
    throw new Refused(`${membership.clusterArn} is the writer already: there is nothing to detach it from.`);
  }
  try {
    await platform.clients(place).databases.send(
      new RemoveFromGlobalClusterCommand({
        GlobalClusterIdentifier: membership.globalCluster,
        DbClusterIdentifier: membership.clusterArn,
      }),
    );
  } catch (error) {
    throw new CommandError(`RDS refused to detach ${membership.clusterArn}: ${reasonOf(error)}`);
  }
  return membership;
}
