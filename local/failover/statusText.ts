import { REGIONS } from "../../components/regions";
import { formatElapsed } from "../cli";
import type { Answer } from "./bounded";
import type { FailoverStatus, PlacedOperation, RegionReport } from "./failoverStatus";

const LABEL_WIDTH = 18;

function line(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)} ${text}`;
}

function shown<T>(answer: Answer<T>, text: (value: T) => string): string {
  return answer.answered ? text(answer.value) : `does not answer (${answer.reason})`;
}

/** The status as an operator reads it. */
export function statusText(status: FailoverStatus): string {
  const { regions, activePlace, witness, publicApi, replication, operation } = status;
  const active =
    activePlace === undefined ? "none that answers" : `${REGIONS[activePlace].name} (${activePlace})`;
  return [
    `Platform: ${status.platform}, ${status.at}`,
    `Active Region: ${active}`,
    line(
      "witness",
      shown(witness, (name) => name),
    ),
    line(
      "public API",
      shown(publicApi, (addresses) => addresses.join(", ")),
    ),
    "",
    ...regionLines(regions.primary),
    "",
    ...regionLines(regions.dr),
    "",
    ...operationLines(operation),
    "",
    "Replication lag",
    ...(replication.answered
      ? replication.value.map(({ what, lag }) => `  ${what.padEnd(48)} ${lag}`)
      : [`  unknown (${replication.reason})`]),
    ...(replication.answered && replication.value.length === 0 ? ["  none reported"] : []),
  ].join("\n");
}

/** One Region: what its records say, what it tells the world, and whether it could take over. */
export function regionLines({
  region,
  place,
  records,
  api,
  alarms,
  leaseAgeSeconds,
}: RegionReport): string[] {
  const lease =
    leaseAgeSeconds === undefined
      ? "none"
      : `renewed ${formatElapsed(Math.max(0, leaseAgeSeconds) * 1000)} ago`;
  const role = shown(records, ({ role: record }) =>
    record === undefined ? "no role record" : `${record.role}, epoch ${record.epoch}`,
  );
  const probe = records.answered ? records.value.probe : undefined;
  return [
    `${region} (${place})`,
    line("role", role),
    ...(records.answered ? [line("lease", lease)] : []),
    line(
      "/status",
      shown(api, (body) => `${body.summary ?? body.role}, database ${body.database ?? "unknown"}`),
    ),
    line(
      "service alarm",
      shown(alarms, ({ service }) => service),
    ),
    line(
      "readiness",
      shown(alarms, ({ readiness }) => readinessText(readiness)),
    ),
    ...(alarms.answered && alarms.value.red.length > 0
      ? [line("red alarms", alarms.value.red.join(", "))]
      : []),
    ...(probe !== undefined && probe.consecutiveFailures > 0
      ? [
          line(
            "peer probe",
            `${probe.consecutiveFailures} failure(s) since ${probe.firstFailedAt ?? "?"}: ${probe.reason ?? "?"}`,
          ),
        ]
      : []),
  ];
}

function readinessText(state: string): string {
  if (state === "OK") return "green";
  return state === "ALARM" ? "RED: a failover to this Region may not work" : state;
}

/** The operation, its steps and what it waits for. */
export function operationLines(placed: PlacedOperation | undefined): string[] {
  if (placed === undefined) return ["Operation: none so far"];
  const { place, operation } = placed;
  const { operationId, mode, state, step, reason, request, dryRun, trigger, approval } = operation;
  const kind = `${dryRun === true ? "dry run of a " : ""}${mode ?? "operation"}`;
  return [
    `Operation ${operationId}: ${kind} to ${REGIONS[place].name} (${place}), ${state}`,
    ...(step === undefined ? [] : [line("step", step)]),
    ...(trigger === undefined
      ? []
      : [line("trigger", `${trigger}${approval === "approval" ? ", with approval" : ""}`)]),
    ...(request === undefined || request === "none" ? [] : [line("request", request)]),
    ...(reason === undefined ? [] : [line("reason", reason)]),
    ...(operation.timeline ?? []).map((entry) => `    ${entry.at}  ${entry.step}`),
    ...(state === "AWAITING_APPROVAL"
      ? [line("waits for", "npm run failover -- approve   (or: reject)")]
      : []),
    ...(state === "PAUSED" ? [line("waits for", "npm run failover -- resume   (or: cancel)")] : []),
  ];
}
