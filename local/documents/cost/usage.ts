import type { Inventory } from "./inventory";
import type { PriceName } from "./prices";

export type Place = "primary" | "dr";

/** Hours of a month, as AWS counts them. */
export const HOURS = 730;

/** What is used in a month, in the units of the prices. */
export type Usage = Readonly<Partial<Record<PriceName, number>>>;

/** One line of the table: what it is, and what each Region uses of it. */
export interface Component {
  readonly name: string;
  readonly template: string;
  usage(place: Place, load: Load): Usage;
}

/** A steady load on the active Region, which is primary. */
export interface Load {
  readonly perSecond: number;
  /** Millions of payments in a month. */
  readonly millions: number;
}

export function loadOf(perSecond: number): Load {
  return { perSecond, millions: (perSecond * HOURS * 3600) / 1_000_000 };
}

/**
 * What one payment causes. Counted from the code and the tests (events, writes, messages); durations and sizes are assumptions
 * until they have been measured on AWS.
 */
export const PER_PAYMENT = {
  apiRequests: { value: 3, why: "one POST and two GETs until the payment is final" },
  invocations: { value: 8, why: "authorizer and handler for each request, processor, events in batches" },
  computeGbSeconds: {
    value: 0.55,
    why: "assumed: 1 GB for some 100 ms in each of three handlers, 0.5 GB for 500 ms of waiting for the PSP",
  },
  tableWrites: { value: 6, why: "session put and updated twice, result put three times, 1 KB each" },
  tableReads: { value: 3, why: "role record, session, result" },
  events: { value: 3, why: "accepted, processing, succeeded: each one object in the transaction log" },
  queueRequests: { value: 3, why: "sent, received, deleted" },
  databaseIos: {
    value: 30,
    why: "assumed: pages written by one transaction for the request, three for the outcome, with their indexes",
  },
  databaseGb: { value: 0.000012, why: "assumed: 12 KB with indexes" },
  logGb: { value: 0.000006, why: "assumed: 6 KB over all functions and access logs" },
  trailEvents: { value: 12, why: "each object and each table operation is a data event" },
  natGb: { value: 0.00002, why: "assumed: 20 KB to and from the PSP and the merchant" },
  keyRequests: { value: 0.5, why: "assumed: bucket keys and cached data keys take the rest" },
} as const;

const sampled = 0.05;
const ofPayment = (name: keyof typeof PER_PAYMENT, { millions }: Load) => PER_PAYMENT[name].value * millions;
/** The same in billions of bytes: a million payments times GB for each. */
const gigabytes = (name: "databaseGb" | "logGb" | "natGb", load: Load) => ofPayment(name, load) * 1_000_000;

/** Capacity units of all instances of a Region: Pulumi.prod.yaml's minimum at idle; under load assumed, not measured. */
const capacity = (place: Place, { perSecond }: Load, instances: number): number => {
  const least = 2 * instances;
  if (perSecond === 0) return least;
  if (place === "primary") return Math.max(least, 2 + perSecond * 0.06 + 2);
  // A secondary reads the log; storage applies it. Half the writer's, so that its cache is warm.
  return Math.max(least, 2 + perSecond * 0.03);
};

/** Every component of both Regions, with what it uses. Only the active Region works; both Regions are there. */
export function components(of: Inventory): readonly Component[] {
  const active = (place: Place, usage: Usage): Usage => (place === "primary" ? usage : {});
  return [
    {
      name: "Aurora: capacity",
      template: "database",
      usage: (place, load) => ({ auroraCapacity: capacity(place, load, of.databaseInstances) * HOURS }),
    },
    {
      name: "Aurora: storage of a month's payments, I/O, replication",
      template: "database",
      usage: (place, load) => ({
        auroraStorage: 10 + gigabytes("databaseGb", load),
        auroraIo: place === "primary" ? ofPayment("databaseIos", load) : 0,
        auroraReplicatedIo: place === "dr" ? ofPayment("databaseIos", load) : 0,
      }),
    },
    {
      name: "DynamoDB global tables",
      template: "tables",
      usage: (place, load) => ({
        // A replicated write is paid for in each Region.
        tableWrite: ofPayment("tableWrites", load) + 0.1,
        tableRead: place === "primary" ? ofPayment("tableReads", load) : 0.1,
        tableStorage: load.millions * 2,
      }),
    },
    {
      name: "Lambda: warm executions of the hot path",
      template: "functions",
      usage: () => ({ lambdaWarm: 3 * 5 * HOURS * 3600 }),
    },
    {
      name: "Lambda: requests and compute",
      template: "functions, failover-functions",
      usage: (place, load) => ({
        // Schedules of a minute: lease, probe, relay, and readiness every half hour.
        lambdaRequest: (place === "primary" ? ofPayment("invocations", load) : 0) + 0.2,
        lambdaCompute: (place === "primary" ? ofPayment("computeGbSeconds", load) * 1_000_000 : 0) + 60_000,
      }),
    },
    {
      name: "API Gateway",
      template: "payments",
      usage: (place, load) => ({
        // Health checkers and the probe ask both Regions.
        apiRequest: (place === "primary" ? ofPayment("apiRequests", load) : 0) + 1.5,
      }),
    },
    {
      name: "Load balancer",
      template: "payments",
      usage: (place, { perSecond }) => ({
        loadBalancerHour: HOURS,
        loadBalancerUnit: HOURS * (place === "primary" ? Math.max(1, perSecond / 25) : 0.1),
        publicAddress: of.zones * HOURS,
      }),
    },
    {
      name: "Web ACL",
      template: "payments",
      usage: (place, load) => ({
        webAcl: 1,
        webAclRule: of.webAclRules,
        webAclRequest: (place === "primary" ? ofPayment("apiRequests", load) : 0) + 1.5,
      }),
    },
    {
      name: "SQS",
      template: "messaging",
      usage: (place, load) => active(place, { queueRequest: ofPayment("queueRequests", load) + 0.7 }),
    },
    {
      name: "S3: transaction log, one object for each event",
      template: "storage",
      usage: (_, load) => ({
        // Copies are written in the other Region at the price of a PUT there.
        objectPut: ofPayment("events", load),
        objectStorage: 1 + ofPayment("events", load),
        replicationTime: ofPayment("events", load),
      }),
    },
    {
      name: "Interface endpoints",
      template: "network",
      usage: (place, load) => ({
        endpointHour: of.interfaceEndpoints * of.zones * HOURS,
        endpointData: place === "primary" ? gigabytes("logGb", load) * 2 : 1,
      }),
    },
    {
      name: "NAT gateways, one in each zone",
      template: "network",
      usage: (place, load) => ({
        natHour: of.zones * HOURS,
        publicAddress: of.zones * HOURS,
        natData: place === "primary" ? gigabytes("natGb", load) : 0.1,
      }),
    },
    {
      name: "Keys",
      template: "encryption",
      usage: (place, load) => ({
        key: of.keys,
        keyRequest: (place === "primary" ? ofPayment("keyRequests", load) : 0) + 0.1,
      }),
    },
    {
      name: "Logs",
      template: "function-roles, payments, network",
      usage: (place, load) => {
        const written = (place === "primary" ? gigabytes("logGb", load) : 0) + 5;
        return { logIngestion: written, logStorage: written * 12 };
      },
    },
    {
      name: "Traces, sampled at 5 %",
      template: "functions",
      usage: (place, load) => active(place, { trace: ofPayment("apiRequests", load) * sampled }),
    },
    {
      name: "Alarms, metrics, dashboards",
      template: "monitoring, resource-alarms, dashboards",
      usage: () => ({ alarm: of.alarms, metric: 60, dashboard: of.dashboards }),
    },
    {
      name: "CloudTrail data events",
      template: "audit",
      usage: (place, load) => ({
        trailDataEvent:
          (place === "primary" ? ofPayment("trailEvents", load) : ofPayment("events", load)) + 0.2,
      }),
    },
    {
      name: "Backups and their copies",
      template: "audit",
      usage: (_, load) => ({ backupStorage: 20 + gigabytes("databaseGb", load) }),
    },
    {
      name: "Data between the Regions",
      template: "storage, tables, database",
      usage: (place, load) => active(place, { interRegionData: 5 + load.millions * 1_000_000 * 0.00003 }),
    },
    {
      name: "DNS checks and static assets",
      template: "dns, edge",
      usage: (place) => (place === "dr" ? { healthCheck: of.healthChecks, delivery: 1 } : {}),
    },
  ];
}
