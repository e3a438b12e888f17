import type { Place } from "../../../../components/regions";
import { FlatOutputs } from "../../../../local/client";
import {
  namesOf,
  type ActionOutput,
  type HttpAnswer,
  type Platform,
  type RegionClients,
} from "../../../../local/failover";

const ACCOUNT = "123456789012";

export const OUTPUTS = new FlatOutputs({
  PrimaryPaymentsApiName: "api-payments-apse1-test",
  PrimaryPaymentsApiUrl: "https://api-apse1.payments.example",
  DrPaymentsApiUrl: "https://api-apse2.payments.example",
  PrimaryPaymentsPublicApiUrl: "https://api.payments.example",
  PrimaryStorageTransactionBucketName: "bucket-transactions-apse1-test",
  DrStorageTransactionBucketName: "bucket-transactions-apse2-test",
  PrimaryDatabaseClusterArn: `arn:aws:rds:ap-southeast-1:${ACCOUNT}:cluster:dbcluster-payments-apse1-test`,
  DrDatabaseClusterArn: `arn:aws:rds:ap-southeast-2:${ACCOUNT}:cluster:dbcluster-payments-apse2-test`,
  PrimaryDatabaseGlobalClusterIdentifier: "globalcluster-payments-test",
  PrimaryTablesSessionsTableName: "table-sessions-test",
});

/** Answers of one Region's services, by the SDK command's name. A service that is not given never answers. */
export type Answers = Readonly<Record<string, (input: Record<string, unknown>) => unknown>>;

/** A call that was made. */
export interface Call {
  readonly place: Place;
  readonly command: string;
  readonly input: Record<string, unknown>;
}

export interface FakeRegion {
  /** Records of the Region's own table and of its control table, by recordId. */
  records?: Record<string, object>;
  status?: { role: string; epoch: number | null; database?: string; summary: string };
  answers?: Answers;
  /** A black hole: nothing answers, connections hang. */
  lost?: boolean;
}

export interface FakePlatform extends Platform {
  readonly calls: Call[];
}

export function sdkError(name: string): Error {
  return Object.assign(new Error(`${name} was answered`), { name });
}

/** A platform in memory. */
export function fakePlatform(
  regions: Record<Place, FakeRegion>,
  { witness = ["primary"] }: { witness?: string[] } = {},
): FakePlatform {
  const calls: Call[] = [];
  const send = (place: Place) => async (command: { constructor: { name: string }; input: unknown }) => {
    const name = command.constructor.name.replace(/Command$/, "");
    const input = command.input as Record<string, unknown>;
    const region = regions[place];
    if (region.lost === true) return never();
    calls.push({ place, command: name, input });
    const answer = region.answers?.[name];
    if (answer !== undefined) return answer(input);
    if (name === "Get") {
      return { Item: region.records?.[(input["Key"] as { recordId: string }).recordId] };
    }
    if (name === "DescribeAlarms") return { MetricAlarms: [], CompositeAlarms: [] };
    if (name === "GetMetricData") return { MetricDataResults: [] };
    if (name === "Update") return {};
    throw new Error(`${name} was not expected in ${place}`);
  };
  const clients = (place: Place): RegionClients => {
    // What a fake answers has no type; the SDK's own `send` is one overload for each command.
    const client = { send: send(place) } as never;
    return {
      tables: client,
      stepFunctions: client,
      cloudWatch: client,
      databases: client,
      functions: client,
      buckets: client,
    };
  };
  return {
    calls,
    kind: "embedded",
    title: "a platform in memory",
    suffix: "test",
    outputs: OUTPUTS,
    witnessName: "witness.payments.example",
    publicHost: "api.payments.example",
    clients,
    names: (place) => namesOf(OUTPUTS, place),
    stateMachineArn: (place) => `arn:machine-${place}`,
    get: async (url): Promise<HttpAnswer> => {
      const region = regions[url.includes("apse1") ? "primary" : "dr"];
      if (region.lost === true || region.status === undefined) return never();
      return { statusCode: 200, body: region.status };
    },
    resolveTxt: async () => witness,
    resolve4: async () => ["192.0.2.1"],
    replication: async () => [],
    close: async () => undefined,
  };
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

/** A Region that takes payments. */
export function activeRegion(place: Place, epoch: number): FakeRegion {
  return {
    records: {
      role: { recordId: "role", role: "ACTIVE", epoch, leaseRenewedAt: "2026-11-24T09:05:00.000Z" },
      activation: { recordId: "activation", activePlace: place, epoch },
    },
    status: { role: "ACTIVE", epoch, database: "writable", summary: "role=ACTIVE traffic=yes" },
  };
}

/** A Region that waits. */
export function standbyRegion(epoch: number): FakeRegion {
  return {
    records: { role: { recordId: "role", role: "STANDBY", epoch } },
    status: { role: "STANDBY", epoch, database: "not_asked", summary: "role=STANDBY traffic=no" },
  };
}

export function fencedRegion(epoch: number): FakeRegion {
  return {
    records: { role: { recordId: "role", role: "FENCED", epoch } },
    status: { role: "FENCED", epoch, database: "not_asked", summary: "role=FENCED traffic=no" },
  };
}

/** Adds an operation's record to a Region. */
export function withOperation(region: FakeRegion, operation: object): FakeRegion {
  const record = {
    recordId: "operation",
    operationId: "failover-1",
    executionArn: "arn:execution-1",
    mode: "failover",
    state: "RUNNING",
    step: "wait",
    request: "none",
    startedAt: "2026-11-24T09:05:00.000Z",
    updatedAt: "2026-11-24T09:06:00.000Z",
    timeline: [{ step: "lock", at: "2026-11-24T09:05:00.000Z" }],
    ...operation,
  };
  return { ...region, records: { ...region.records, operation: record } };
}

/** Collects what an action says. */
export function outputCollector(): ActionOutput & { shown: unknown[]; texts: string[]; said: string[] } {
  const shown: unknown[] = [];
  const texts: string[] = [];
  const said: string[] = [];
  return {
    shown,
    texts,
    said,
    signal: new AbortController().signal,
    show: (value, text) => {
      shown.push(value);
      texts.push(text);
    },
    say: (line) => said.push(line),
  };
}
