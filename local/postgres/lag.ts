import type { Cluster } from "./Cluster";
import type { ReplicationLink } from "./ReplicationLink";
import type { ReplicationLag } from "./types";

/**
 * How far a secondary is behind. The bytes are asked of both servers; the age is that of the oldest byte on the link
 * between them, which is exact also when nothing was written for long before.
 */
export async function measureLag(
  writer: Cluster,
  secondary: Cluster,
  link: ReplicationLink | undefined,
): Promise<ReplicationLag> {
  const answers = [writer, secondary].every(({ instance }) => !instance.frozen && instance.pid !== undefined);
  const bytes = answers ? await writer.bytesBehind(secondary).catch(() => undefined) : undefined;
  const connected = answers && link !== undefined && !link.cut;
  return {
    globalClusterIdentifier: secondary.record.globalClusterIdentifier ?? "",
    sourceRegion: writer.record.region,
    targetRegion: secondary.record.region,
    clusterIdentifier: secondary.record.clusterIdentifier,
    bytes,
    seconds: bytes === 0 && !link?.cut ? 0 : (link?.ageMs() ?? 0) / 1000,
    streaming: connected && (await writer.isStreamingTo(secondary).catch(() => false)),
    delayMs: link?.delayMs ?? 0,
    cut: link?.cut ?? true,
  };
}
