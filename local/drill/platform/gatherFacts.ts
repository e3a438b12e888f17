import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import * as z from "zod";
import { awsConfig, type Place } from "../../client";
import type { Drill } from "../Drill";
import type { Facts, ProductReport } from "../facts";
import type { Payers } from "../load/Payers";
import type { OpenPlatform } from "./DrillPlatform";

const ANSWER_TIMEOUT_MS = 5_000;
const PLACES: readonly Place[] = ["primary", "dr"];
const REPORT_PREFIX = "failover-reports/";

/** Only what the checker holds against its own findings. */
const productReport = z.object({
  operationId: z.string(),
  lost: z.array(z.object({ paymentId: z.string() })).nullish(),
  replayed: z.number().nullish(),
  redriven: z.number().nullish(),
});

/** Reads everything that the checker judges by, each part from where it lies. What does not answer is left out. */
export async function gatherFacts(
  platform: OpenPlatform,
  drill: Drill,
  payers: readonly Payers[],
  initialEpoch: number,
): Promise<Facts> {
  const { merchantIds, observer } = drill.parts;
  const attempts = payers.flatMap((each) => each.attempts);
  const perPlace = async <T>(read: (place: Place) => Promise<T | undefined>) => {
    const found = await Promise.all(PLACES.map(async (place) => [place, await read(place)] as const));
    return Object.fromEntries(found.filter(([, value]) => value !== undefined)) as Partial<Record<Place, T>>;
  };
  const [databases, tables, psp, productReports] = await Promise.all([
    perPlace((place) => platform.databases[place].read(merchantIds)),
    perPlace((place) => platform.tables[place].tables(merchantIds)),
    platform.psp.ledger(),
    readProductReports(platform),
  ]);
  const payments = new Set(
    [
      ...attempts,
      ...Object.values(databases).flatMap((facts) => facts.payments),
      ...Object.values(tables).flatMap((facts) => facts.sessions),
    ].map(({ paymentId }) => paymentId),
  );
  return {
    clockFactor: drill.parts.clockFactor,
    outageAt: drill.outageAt,
    operatorAt: drill.operatorAt,
    failbackAskedAt: drill.failbackAskedAt,
    endedAt: Date.now(),
    wanted: payers.flatMap((each) => each.wanted),
    attempts,
    survivor: await activePlace(platform),
    databases,
    earlierDatabases: drill.earlierDatabases,
    tables,
    psp: psp.filter(({ merchantReference }) => payments.has(merchantReference)),
    activations: observer.activations(initialEpoch),
    observations: observer.observations,
    operations: observer.operations.filter(({ operationId }) => !drill.earlierOperations.has(operationId)),
    productReports,
  };
}

/** The place that calls itself active; with two, the one of the higher epoch. */
export async function activePlace(platform: OpenPlatform): Promise<Place | undefined> {
  const roles = await Promise.all(
    PLACES.map(async (place) => ({ place, record: await platform.tables[place].role() })),
  );
  return roles
    .filter(({ record }) => record?.role === "ACTIVE")
    .sort((left, right) => right.record!.epoch - left.record!.epoch)[0]?.place;
}

async function readProductReports({ cloud, outputs }: OpenPlatform): Promise<ProductReport[]> {
  const found = await Promise.all(
    PLACES.map(async (place) => {
      const client = new S3Client({ ...awsConfig(cloud, place), forcePathStyle: true, maxAttempts: 1 });
      const prefix = place === "primary" ? "Primary" : "Dr";
      const Bucket = outputs.get(`${prefix}StorageTransactionBucketName`);
      const timeout = () => ({ abortSignal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      try {
        const { Contents = [] } = await client.send(
          new ListObjectsV2Command({ Bucket, Prefix: REPORT_PREFIX }),
          timeout(),
        );
        return await Promise.all(
          Contents.map(async ({ Key }): Promise<ProductReport> => {
            const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }), timeout());
            const report = productReport.parse(JSON.parse((await Body?.transformToString()) ?? "{}"));
            return {
              place,
              operationId: report.operationId,
              lost: report.lost?.map(({ paymentId }) => paymentId) ?? [],
              replayed: report.replayed ?? undefined,
              redriven: report.redriven ?? undefined,
            };
          }),
        );
      } catch {
        return [];
      }
    }),
  );
  // A report that was replicated is one report.
  return [...new Map(found.flat().map((each) => [each.operationId, each])).values()];
}
