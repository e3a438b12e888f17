import type { Cluster } from "./Cluster";
import { readControlFile } from "./controlFile";
import { PostgresFault } from "./errors";
import { lsnDistance } from "./lsn";
import type { ReplicationNetwork } from "./ReplicationNetwork";
import { waitUntil } from "./waiting";

const STREAMING_TIMEOUT_MS = 10_000;
/** The old writer's clean end, besides the time that the last log is in flight. */
const HANDOVER_TIMEOUT_MS = 60_000;
const FENCE_TIMEOUT_MS = 5_000;

/**
 * A planned change of writer: nothing is lost, or nothing is changed.
 * The old writer ends its sessions, writes its last checkpoint and hands all of its log to the secondary; only when
 * the secondary has that checkpoint does it become writer.
 * @param resume starts the old writer again as it was, when the hand-over does not succeed
 */
export async function switchOver(
  writer: Cluster,
  target: Cluster,
  network: ReplicationNetwork,
  resume: () => Promise<void>,
): Promise<void> {
  const link = network.link(target.name);
  if (link === undefined || link.cut) {
    throw new PostgresFault(
      "InvalidGlobalClusterStateFault",
      `the replication link to ${target.record.region} is interrupted: a switchover needs both Regions, a failover does not`,
    );
  }
  await waitUntil(`${target.name} to follow its writer`, STREAMING_TIMEOUT_MS + 2 * link.delayMs, () =>
    writer.isStreamingTo(target),
  );
  const timeoutMs = HANDOVER_TIMEOUT_MS + 2 * link.delayMs;
  try {
    await handOver(writer, target, timeoutMs);
  } catch (error) {
    await resume();
    const why = error instanceof Error ? error.message : String(error);
    throw new PostgresFault("TimedOut", `the switchover was given up, nothing has changed: ${why}`, {
      cause: error,
    });
  }
  await target.promote();
}

async function handOver(writer: Cluster, target: Cluster, timeoutMs: number): Promise<void> {
  const ended = await writer.instance.stop("fast", timeoutMs);
  const control = await readControlFile(writer.instance.dataDirectory);
  if (!ended || !control.cleanShutdown) {
    throw new Error(`${writer.name} did not end cleanly within ${timeoutMs / 1000} s`);
  }
  await waitUntil(
    `${target.name} to receive the last log of ${writer.name}`,
    timeoutMs,
    async () => (await target.position("received")) > control.checkpoint,
  );
}

/**
 * An unplanned change of writer: the secondary becomes writer with what it has.
 * @param reachable whether the old writer can be fenced; one that cannot goes on in its isolated Region, as on AWS
 * @returns bytes of the old writer's log that never arrived, when it could be asked
 */
export async function failOver(
  writer: Cluster,
  target: Cluster,
  network: ReplicationNetwork,
  reachable: boolean,
): Promise<number | undefined> {
  const answers = !writer.instance.frozen && writer.instance.pid !== undefined;
  // In this order no byte in flight can still arrive after the loss was measured.
  await network.disconnect(target.name);
  const received = await target.position("received");
  const written = answers ? await writer.position("written").catch(() => undefined) : undefined;
  if (reachable) {
    // Without a checkpoint and without handing anything over: what is lost is lost.
    await writer.instance.stop("immediate", FENCE_TIMEOUT_MS);
  }
  await target.promote();
  return written === undefined ? undefined : lsnDistance(received, written);
}
