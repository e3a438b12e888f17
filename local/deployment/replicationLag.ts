import { request } from "undici";
import * as z from "zod";
import { embeddedDispatcher, type EmbeddedCloud } from "../client";
import type { CloudState } from "../cloud";
import type { ReplicationLag } from "../postgres";

/** How far one copy is behind, for people. */
export interface Lag {
  readonly what: string;
  readonly lag: string;
}

/** How far every copy in the embedded cloud is behind. @throws what the cloud answers when it does not work */
export async function replicationLag(cloud: EmbeddedCloud, state: CloudState): Promise<Lag[]> {
  const answer = await request(`${state.postgres.controlUrl}/rds/lag`, {
    headers: { authorization: `Bearer ${state.cloudToken}` },
  });
  const { replication } = (await answer.body.json()) as { replication: ReplicationLag[] };
  return [...replication.map(databaseLag), ...(await storeLag(cloud, state))];
}

function databaseLag(lag: ReplicationLag): Lag {
  const age = lag.seconds === undefined ? "unknown" : `${lag.seconds} s`;
  const bytes = lag.bytes === undefined ? "" : `, ${lag.bytes} bytes`;
  const link = `${lag.streaming ? "streaming" : "not streaming"}${lag.cut ? ", link cut" : ""}`;
  return { what: `Aurora ${lag.sourceRegion} → ${lag.targetRegion}`, lag: `${age}${bytes} (${link})` };
}

const storeReplication = z.record(
  z.string(),
  z.object({
    /** Set delay in milliseconds. */
    delayMs: z.number(),
    inFlight: z.array(
      z.object({
        source: z.string(),
        target: z.string(),
        /** Changes on their way, and the age of the oldest in milliseconds. */
        changes: z.number(),
        oldestMs: z.number(),
        failed: z.number(),
        open: z.boolean(),
      }),
    ),
  }),
);

const STORE_NAMES: Record<string, string> = { dynamodb: "DynamoDB", s3: "S3" };

async function storeLag(cloud: EmbeddedCloud, state: CloudState): Promise<Lag[]> {
  const dispatcher = embeddedDispatcher(cloud);
  try {
    const answer = await request(`${state.endpoint}/_cloud/replication`, {
      headers: { authorization: `Bearer ${state.cloudToken}` },
      dispatcher,
    });
    const stores = storeReplication.parse(await answer.body.json());
    return Object.entries(stores).flatMap(([store, { delayMs, inFlight }]) =>
      inFlight.map(({ source, target, changes, oldestMs, failed, open }) => ({
        what: `${STORE_NAMES[store] ?? store} ${source} → ${target}`,
        lag:
          `${oldestMs / 1000} s, ${changes} changes (delay ${delayMs} ms` +
          `${open ? "" : ", link cut"}${failed > 0 ? `, ${failed} failed` : ""})`,
      })),
    );
  } finally {
    await dispatcher.destroy();
  }
}
