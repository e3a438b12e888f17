import {
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import * as z from "zod";
import { peerOf, REGIONS, type Place } from "../../components/regions";
import { ask, valueOf, type Answer } from "./bounded";
import type { Platform } from "./Platform";
import { isOpen, readRegionRecords, withoutToken, type OperationRecord, type RegionRecords } from "./records";

/** What a Region's `/status` says, which is what Route 53 acts on. */
const apiStatus = z.looseObject({
  role: z.string(),
  epoch: z.number().nullable(),
  database: z.string().optional(),
  serviceAlarm: z.string().optional(),
  summary: z.string().optional(),
});
export type ApiStatus = z.output<typeof apiStatus> & { readonly traffic: boolean };

/** The alarms of a Region that a failover has to do with. */
export interface AlarmStates {
  /** What `traffic=yes` depends on. INSUFFICIENT_DATA in a Region without requests. */
  readonly service: string;
  /** ALARM when a failover to this Region would not work. */
  readonly readiness: string;
  /** Names of all alarms of the Region that are red. */
  readonly red: readonly string[];
}

export interface RegionReport {
  readonly place: Place;
  readonly region: string;
  readonly records: Answer<RegionRecords>;
  readonly api: Answer<ApiStatus>;
  readonly alarms: Answer<AlarmStates>;
  /** Seconds since the lease was renewed; absent without a lease. */
  readonly leaseAgeSeconds?: number;
}

export interface LagReport {
  readonly what: string;
  readonly lag: string;
}

/** An operation and the Region whose state machine runs it. */
export interface PlacedOperation {
  readonly place: Place;
  readonly operation: OperationRecord;
}

export interface FailoverStatus {
  readonly at: string;
  readonly platform: string;
  /** The Region that takes payments, as far as the records that could be read say so. */
  readonly activePlace?: Place;
  readonly regions: Readonly<Record<Place, RegionReport>>;
  /** Answer of the witness record: which Region may write. */
  readonly witness: Answer<string>;
  /** Where the public name of the API points to now. */
  readonly publicApi: Answer<readonly string[]>;
  /** The operation under way, else the last one. */
  readonly operation?: PlacedOperation;
  readonly replication: Answer<readonly LagReport[]>;
}

const PLACES: readonly Place[] = ["primary", "dr"];
const MAXIMUM_ALARMS = 100;

/** Reads everything at once; each answer is bounded, and none is needed for the others. Never throws. */
export async function readFailoverStatus(
  platform: Platform,
  now = () => new Date(),
): Promise<FailoverStatus> {
  const [primary, dr, witness, publicApi, replication] = await Promise.all([
    readRegion(platform, "primary", now),
    readRegion(platform, "dr", now),
    readWitness(platform),
    ask(() => platform.resolve4(platform.publicHost)),
    readReplication(platform),
  ]);
  const regions = { primary, dr };
  return {
    at: now().toISOString(),
    platform: platform.title,
    activePlace: activePlaceOf(regions),
    regions,
    witness,
    publicApi,
    operation: currentOperation(regions),
    replication,
  };
}

/** The witness's answer. */
export function readWitness(platform: Platform): Promise<Answer<string>> {
  return ask(async () => {
    const texts = await platform.resolveTxt(platform.witnessName);
    // Two different answers would name two Regions; the platform itself trusts neither then.
    return texts.join(" and ");
  });
}

/** One Region's part of the status. */
export async function readRegion(
  platform: Platform,
  place: Place,
  now = () => new Date(),
): Promise<RegionReport> {
  const names = platform.names(place);
  const clients = platform.clients(place);
  const [records, api, alarms] = await Promise.all([
    ask((signal) =>
      readRegionRecords(clients.tables, { region: names.regionTable, control: names.controlTable }, signal),
    ),
    ask((signal) => readApi(platform, place, signal)),
    ask((signal) => readAlarms(platform, place, signal)),
  ]);
  const lease = valueOf(records)?.role?.leaseRenewedAt;
  const age = lease === undefined ? undefined : (now().getTime() - Date.parse(lease)) / 1000;
  return { place, region: REGIONS[place].name, records, api, alarms, leaseAgeSeconds: age };
}

async function readApi(platform: Platform, place: Place, signal: AbortSignal): Promise<ApiStatus> {
  const { statusCode, body } = await platform.get(platform.names(place).statusUrl, signal);
  const parsed = apiStatus.safeParse(body);
  if (!parsed.success) throw new Error(`/status answers ${statusCode} without a status`);
  return { ...parsed.data, traffic: /\btraffic=yes\b/.test(parsed.data.summary ?? "") };
}

async function readAlarms(platform: Platform, place: Place, signal: AbortSignal): Promise<AlarmStates> {
  const { serviceAlarm, readinessAlarm, alarmSuffix } = platform.names(place);
  const { cloudWatch } = platform.clients(place);
  const [named, red] = await Promise.all([
    cloudWatch.send(
      new DescribeAlarmsCommand({
        AlarmNames: [serviceAlarm, readinessAlarm],
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      }),
      { abortSignal: signal },
    ),
    cloudWatch.send(
      new DescribeAlarmsCommand({
        StateValue: "ALARM",
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
        MaxRecords: MAXIMUM_ALARMS,
      }),
      { abortSignal: signal },
    ),
  ]);
  const all = [...(named.MetricAlarms ?? []), ...(named.CompositeAlarms ?? [])];
  const stateOf = (name: string) =>
    all.find((alarm) => alarm.AlarmName === name)?.StateValue ?? "not deployed";
  return {
    service: stateOf(serviceAlarm),
    readiness: stateOf(readinessAlarm),
    red: [...(red.MetricAlarms ?? []), ...(red.CompositeAlarms ?? [])]
      // Alarms that tell nobody are parts of others, and no failure by themselves.
      .filter(({ AlarmActions = [] }) => AlarmActions.length > 0)
      .map((alarm) => alarm.AlarmName ?? "")
      // Application Auto Scaling's own alarms are red whenever there is nothing to do.
      .filter((name) => name.startsWith("alarm-") && name.endsWith(alarmSuffix))
      .sort(),
  };
}

/** The Region whose record says ACTIVE in the highest epoch: one that was fenced off may still say so of itself. */
export function activePlaceOf(regions: FailoverStatus["regions"]): Place | undefined {
  const claims = PLACES.flatMap((place) => {
    const role = valueOf(regions[place].records)?.role;
    return role?.role === "ACTIVE" ? [{ place, epoch: role.epoch }] : [];
  });
  return claims.sort((a, b) => b.epoch - a.epoch)[0]?.place;
}

/** The operation that is not over, else the one that was updated last. */
function currentOperation(regions: FailoverStatus["regions"]): PlacedOperation | undefined {
  const found = PLACES.flatMap((place) => {
    const operation = valueOf(regions[place].records)?.operation;
    return operation === undefined ? [] : [{ place, operation: withoutToken(operation) }];
  });
  const since = ({ operation }: PlacedOperation) => operation.updatedAt ?? operation.startedAt ?? "";
  return found.sort(
    (a, b) => Number(isOpen(b.operation)) - Number(isOpen(a.operation)) || (since(a) < since(b) ? 1 : -1),
  )[0];
}

/** A task token is a right to approve; it does not belong into logs and pipes. */
export function withoutTokens(status: FailoverStatus): FailoverStatus {
  const strip = (place: Place) => {
    const region = status.regions[place];
    const operation = valueOf(region.records)?.operation;
    return operation === undefined || !region.records.answered
      ? region
      : {
          ...region,
          records: {
            answered: true as const,
            value: { ...region.records.value, operation: withoutToken(operation) },
          },
        };
  };
  return { ...status, regions: { primary: strip("primary"), dr: strip("dr") } };
}

// --- Replication lag ------------------------------------------------------------------------------------------------

const METRIC_WINDOW_MS = 10 * 60_000;
const METRIC_PERIOD_SECONDS = 60;

async function readReplication(platform: Platform): Promise<Answer<readonly LagReport[]>> {
  if (platform.replication !== undefined) {
    return ask((signal) => platform.replication!(signal));
  }
  // A Region receives what the other one sends, so each is asked about itself, and one that is lost hides nothing.
  const answers = await Promise.all(PLACES.map((place) => ask((signal) => lagOf(platform, place, signal))));
  const reports = answers.flatMap((answer, index) =>
    answer.answered
      ? answer.value
      : [{ what: `into ${REGIONS[PLACES[index]!].name}`, lag: `unknown: ${answer.reason}` }],
  );
  return { answered: true, value: reports };
}

/** CloudWatch's metrics of what arrives in a Region: Aurora and DynamoDB, both in milliseconds. */
async function lagOf(platform: Platform, place: Place, signal: AbortSignal): Promise<LagReport[]> {
  const cluster = platform.names(place).clusterArn.split(":").at(-1)!;
  const sessions = platform.outputs.get("PrimaryTablesSessionsTableName");
  const sender = platform.clients(peerOf(place)).cloudWatch;
  const [aurora, dynamo] = await Promise.all([
    latest(
      platform.clients(place).cloudWatch,
      metric("AWS/RDS", "AuroraGlobalDBReplicationLag", { DBClusterIdentifier: cluster }),
      signal,
    ),
    // DynamoDB counts it at the sender (Developer Guide, "ReplicationLatency").
    latest(
      sender,
      metric("AWS/DynamoDB", "ReplicationLatency", {
        TableName: sessions,
        ReceivingRegion: REGIONS[place].name,
      }),
      signal,
    ),
  ]);
  const arrow = `${REGIONS[peerOf(place)].name} → ${REGIONS[place].name}`;
  return [
    ...(aurora === undefined ? [] : [{ what: `Aurora ${arrow}`, lag: `${aurora / 1000} s` }]),
    ...(dynamo === undefined ? [] : [{ what: `DynamoDB ${arrow}`, lag: `${dynamo / 1000} s` }]),
  ];
}

function metric(Namespace: string, MetricName: string, dimensions: Record<string, string>): MetricDataQuery {
  return {
    Id: "lag",
    MetricStat: {
      Metric: {
        Namespace,
        MetricName,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: METRIC_PERIOD_SECONDS,
      Stat: "Maximum",
    },
  };
}

async function latest(
  cloudWatch: Pick<ReturnType<Platform["clients"]>["cloudWatch"], "send">,
  query: MetricDataQuery,
  signal: AbortSignal,
): Promise<number | undefined> {
  const now = Date.now();
  const { MetricDataResults } = await cloudWatch.send(
    new GetMetricDataCommand({
      MetricDataQueries: [query],
      StartTime: new Date(now - METRIC_WINDOW_MS),
      EndTime: new Date(now),
      ScanBy: "TimestampDescending",
    }),
    { abortSignal: signal },
  );
  return MetricDataResults?.[0]?.Values?.[0];
}
