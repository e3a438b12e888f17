import { GetObjectCommand, ListObjectsV2Command, type ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import * as z from "zod";
import { REGIONS, type Place } from "../../components/regions";
import { CommandError } from "../cli";
import { ask, valueOf } from "./bounded";
import type { Platform } from "./Platform";

/** Where the orchestrator puts its reports, in the transaction bucket of the Region that took over. */
export const REPORT_PREFIX = "failover-reports/";

const seconds = z.number().nullish();
const instant = z.string().nullish();

/** The parts of a report that are shown (function failover-report writes it); everything else is passed through. */
const reportSchema = z.looseObject({
  operationId: z.string(),
  mode: z.string().optional(),
  trigger: z.string().optional(),
  dryRun: z.boolean().optional(),
  place: z.string().optional(),
  previousEpoch: z.number().nullish(),
  epoch: z.number().nullish(),
  outageAt: instant,
  activatedAt: instant,
  rtoSeconds: seconds,
  rpoSeconds: seconds,
  replayed: z.number().nullish(),
  redriven: z.number().nullish(),
  reconciled: z.boolean().nullish(),
  lostCount: z.number().nullish(),
  lost: z.array(z.looseObject({ paymentId: z.string() })).nullish(),
  lostListKey: z.string().nullish(),
  warnings: z.array(z.string()).optional(),
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
      if (Key !== undefined && isReport(Key)) {
        found.push({ place, bucket, key: Key, writtenAt: LastModified?.getTime() ?? 0 });
      }
    }
    next = page.NextContinuationToken;
  } while (next !== undefined);
  return found;
}

/** Beside the reports lie lists of lost payments that were too long for them. */
function isReport(key: string): boolean {
  return /^[^/]+\.json$/.test(key.slice(REPORT_PREFIX.length)) && !key.endsWith("-lost.json");
}

function secondsText(value: number | null | undefined): string {
  return value === undefined || value === null ? "unknown" : `${value} s`;
}

/** For how long nobody wrote in a planned change: from the active Region's giving up until the other one was active. */
function writePause({ timeline, activatedAt }: FailoverReport): string[] {
  const demoted = timeline?.filter(({ step }) => step === "demote").at(-1)?.at;
  if (demoted === undefined || typeof activatedAt !== "string") return [];
  const pause = Math.round((Date.parse(activatedAt) - Date.parse(demoted)) / 100) / 10;
  return [row("write pause", `${pause} s`)];
}

function row(label: string, text: string | number): string {
  return `  ${label.padEnd(12)} ${text}`;
}

function lostLines({ lost, lostCount, lostListKey, reconciled }: FailoverReport): string[] {
  const listed = lost ?? [];
  const count = lostCount ?? listed.length;
  const more = reconciled === false ? ", or more: not everything could be looked through" : "";
  return [
    row("lost", `${count === 0 ? "none" : `${count} payment(s)`}${more}`),
    ...listed.map((payment) =>
      ["paymentId", "merchantId", "acceptedAt", "pspStatus", "action", "reason"]
        .flatMap((field) => (typeof payment[field] === "string" ? [payment[field]] : []))
        .join("  ")
        .replace(/^/, "    "),
    ),
    ...(typeof lostListKey === "string" ? [`    the whole list: ${lostListKey} in the same bucket`] : []),
    ...(count > 0 ? ["    what to do: docs/runbook.md#lost-payments"] : []),
  ];
}

/** A report for people. */
export function reportText({ bucket, key, writtenAt, report }: FoundReport): string {
  const what = `${report.dryRun === true ? "dry run of a " : ""}${report.mode ?? "operation"}`;
  const figures = [
    row("epoch", `${report.previousEpoch ?? "?"} → ${report.epoch ?? "?"}`),
    row("outage", report.outageAt ?? "unknown"),
    row("active", report.activatedAt ?? "unknown"),
    ...writePause(report),
    row("RTO", secondsText(report.rtoSeconds)),
    row("RPO", secondsText(report.rpoSeconds)),
    row("replayed", report.replayed ?? "unknown"),
    row("re-driven", report.redriven ?? "unknown"),
    ...lostLines(report),
  ];
  return [
    `Operation ${report.operationId}: ${what} to ${report.place ?? "?"}, started by ${report.trigger ?? "?"}`,
    ...(report.dryRun === true ? [row("changed", "nothing")] : figures),
    ...(report.warnings ?? []).map((warning) => row("warning", warning)),
    ...(report.timeline ?? []).map(({ step, at }) => `  ${at}  ${step}`),
    `  s3://${bucket}/${key}, ${writtenAt}`,
  ].join("\n");
}
