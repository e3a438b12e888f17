import { secondsBetween } from "../domain/failover";
import type { LostPayment, ReportFindings } from "../shared/failover/recoveryActions";
import type { OperationReference } from "../shared/failover/actions";
import type { OperationRecord } from "../shared/regions/operationRecord";

/** What a report is made of. */
export interface ReportSources {
  readonly operation: OperationReference;
  /** Undefined when it cannot be read, or is another operation's by now. */
  readonly record: OperationRecord | undefined;
  readonly findings: ReportFindings;
  readonly place: "primary" | "dr";
  readonly regionCode: string;
  readonly now: Date;
}

/** The report of one operation. Times are ISO 8601, UTC; null where nothing is known. */
export interface FailoverReport {
  readonly operationId: string;
  readonly executionArn: string;
  readonly mode: OperationReference["mode"];
  readonly approval: OperationReference["approval"];
  readonly trigger: string;
  readonly dryRun: boolean;
  readonly place: "primary" | "dr";
  readonly region: string;
  readonly previousEpoch: number | null;
  readonly epoch: number | null;
  readonly outageAt: string | null;
  readonly startedAt: string | null;
  readonly activatedAt: string | null;
  readonly writtenAt: string;
  /** Seconds are counted from the outage; from the start when no outage is known. */
  readonly timeline: readonly { readonly step: string; readonly at: string; readonly seconds: number }[];
  /** Seconds from the outage until this Region was the active one. */
  readonly activationSeconds: number | null;
  /** Seconds from the outage until a payment had gone through; null when none has. */
  readonly rtoSeconds: number | null;
  /** Seconds between the acknowledgement of the oldest lost payment and the outage; 0 when none is known to be lost. */
  readonly rpoSeconds: number | null;
  /** Whether everything was looked through; if not, there may be more. */
  readonly reconciled: boolean | null;
  readonly replayed: number;
  readonly redriven: number;
  readonly lostCount: number;
  readonly lost: readonly LostPayment[];
  /** Where the whole list lies, in the same bucket. */
  readonly lostListKey: string | null;
  readonly syntheticPayment: ReportFindings["syntheticPayment"] | null;
  readonly warnings: readonly string[];
  /** Of a dry run: what the confirmation found. */
  readonly finding: Readonly<Record<string, unknown>> | null;
}

/** Puts a report together. Pure. */
export function composeReport({
  operation,
  record,
  findings,
  place,
  regionCode,
  now,
}: ReportSources): FailoverReport {
  const { activation, lost = [], lostCount = lost.length, syntheticPayment = null } = findings;
  const outageAt = record?.outageAt;
  const from = outageAt ?? record?.startedAt;
  const activatedAt = activation?.activatedAt;
  return {
    ...operation,
    place,
    region: regionCode,
    previousEpoch: record?.previousEpoch ?? null,
    epoch: activation?.epoch ?? record?.targetEpoch ?? null,
    outageAt: outageAt?.toISOString() ?? null,
    startedAt: record?.startedAt.toISOString() ?? null,
    activatedAt: activatedAt ?? null,
    writtenAt: now.toISOString(),
    timeline: (record?.timeline ?? []).map(({ step, at }) => ({
      step,
      at: at.toISOString(),
      seconds: from ? rounded(secondsBetween(from, at)) : 0,
    })),
    activationSeconds: from && activatedAt ? rounded(secondsBetween(from, new Date(activatedAt))) : null,
    rtoSeconds: from && syntheticPayment ? rounded(secondsBetween(from, now)) : null,
    rpoSeconds: rpoSeconds(from, lost, findings),
    reconciled: findings.reconciled ?? null,
    replayed: findings.replayed ?? 0,
    redriven: findings.redriven ?? 0,
    lostCount,
    lost,
    lostListKey: findings.lostListKey ?? null,
    syntheticPayment,
    warnings: findings.warnings ?? [],
    finding: findings.finding ?? null,
  };
}

/** The list is in the order of acceptance, also where it was cut. A planned change of Region loses nothing. */
function rpoSeconds(
  from: Date | undefined,
  lost: readonly LostPayment[],
  findings: ReportFindings,
): number | null {
  if (findings.activation === undefined || from === undefined) return null;
  const accepted = lost.map(({ acceptedAt }) => new Date(acceptedAt).getTime());
  if (accepted.length === 0) return 0;
  return Math.max(0, rounded(secondsBetween(new Date(Math.min(...accepted)), from)));
}

/** To milliseconds. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
