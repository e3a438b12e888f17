import { GetObjectCommand, ListObjectsV2Command, type ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import * as z from "zod";
import { REGIONS, type Place } from "../../components/regions";
import { CommandError } from "../cli";
import { ask, valueOf } from "./bounded";
import type { Platform } from "./Platform";

/** Where the orchestrator puts its reports, in the transaction bucket of the Region that took over. */
export const REPORT_PREFIX = "failover-reports/";

/** The parts of a report that are shown; everything else is passed through as it is. */
const reportSchema = z.looseObject({
  operationId: z.string().optional(),
  mode: z.string().optional(),
  state: z.string().optional(),
  rtoSeconds: z.number().nullish(),
  rpoSeconds: z.number().nullish(),
  replayed: z.number().nullish(),
  redriven: z.number().nullish(),
  lost: z.array(z.looseObject({ paymentId: z.string() })).nullish(),
  timeline: z.array(z.looseObject({ step: z.string(), at: z.string() })).nullish(),
});
export type FailoverReport = z.output<typeof reportSchema>;

/** A report and where it was found. */
export interface FoundReport {
  readonly place: Place;
  readonly bucket: string;
  readonly key: string;
  readonly writtenAt: string;
  readonly report: FailoverReport;
}

const READ_TIMEOUT_MS = 20_000;

/**
 * The last report that a Region which answers has, or the one of a given operation. Reports are replicated, so either
 * Region will do.
 * @throws CommandError when there is none
 */
export async function findReport(platform: Platform, operationId?: string): Promise<FoundReport> {
  const places: readonly Place[] = ["primary", "dr"];
  const answers = await Promise.all(
    places.map((place) => ask((signal) => listReports(platform, place, signal), READ_TIMEOUT_MS)),
  );
  const found = answers
    .flatMap((answer) => valueOf(answer) ?? [])
    .filter(({ key }) => operationId === undefined || key.includes(operationId))
    .sort((a, b) => b.writtenAt - a.writtenAt);
  const [last] = found;
  if (last === undefined) {
    const silent = answers.flatMap((answer, index) =>
      answer.answered ? [] : [` ${REGIONS[places[index]!].name} does not answer: ${answer.reason}.`],
    );
    throw new CommandError(
      `There is no report${operationId === undefined ? "" : ` of operation ${operationId}`}.${silent.join("")}`,
    );
  }
  const { place, bucket, key, writtenAt } = last;
  const answer = await ask(async (abortSignal) => {
    const { Body } = await platform
      .clients(place)
      .buckets.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
    return reportSchema.parse(JSON.parse((await Body?.transformToString()) ?? ""));
  }, READ_TIMEOUT_MS);
  if (!answer.answered) throw new CommandError(`s3://${bucket}/${key} cannot be read: ${answer.reason}`);
  return { place, bucket, key, writtenAt: new Date(writtenAt).toISOString(), report: answer.value };
}

async function listReports(platform: Platform, place: Place, abortSignal: AbortSignal) {
  const bucket = platform.names(place).transactionBucket;
  const { buckets } = platform.clients(place);
  const found: { place: Place; bucket: string; key: string; writtenAt: number }[] = [];
  let next: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await buckets.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: REPORT_PREFIX, ContinuationToken: next }),
      { abortSignal },
    );
    for (const { Key, LastModified } of page.Contents ?? []) {
      if (Key?.endsWith(".json")) {
        found.push({ place, bucket, key: Key, writtenAt: LastModified?.getTime() ?? 0 });
      }
    }
    next = page.NextContinuationToken;
  } while (next !== undefined);
  return found;
}

function seconds(value: number | null | undefined): string {
  return value === undefined || value === null ? "unknown" : `${value} s`;
}

/** A report for people. */
export function reportText({ bucket, key, writtenAt, report }: FoundReport): string {
  const lost = report.lost ?? [];
  const lostLines = lost.map((payment) =>
    ["paymentId", "merchantId", "pspStatus", "action"]
      .flatMap((field) => (typeof payment[field] === "string" ? [`${payment[field]}`] : []))
      .join("  "),
  );
  return [
    `Operation ${report.operationId ?? "?"}: ${report.mode ?? "?"} ${report.state ?? ""}`.trimEnd(),
    `  RTO         ${seconds(report.rtoSeconds)}`,
    `  RPO         ${seconds(report.rpoSeconds)}`,
    `  replayed    ${report.replayed ?? "unknown"}`,
    `  re-driven   ${report.redriven ?? "unknown"}`,
    `  lost        ${lost.length === 0 ? "none" : `${lost.length} payment(s)`}`,
    ...lostLines.map((line) => `    ${line}`),
    ...(report.timeline ?? []).map(({ step, at }) => `  ${at}  ${step}`),
    `  s3://${bucket}/${key}, ${writtenAt}`,
  ].join("\n");
}
