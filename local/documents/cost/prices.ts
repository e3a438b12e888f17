import { SOURCES, type SourceName } from "./priceSources";
import type { Place } from "./usage";

/** How well a price is known for its Region. */
export type Provenance =
  /** A dated source quotes AWS's price list, or a bill, for this Region; or AWS's own page states one price for all. */
  | "listed"
  /** One source that is undated, converted, or older than two years says so, and nothing found contradicts it. */
  | "indirect"
  /** Nobody looked it up: another Region's rate, or what follows from rates beside it. Check it before you rely on it. */
  | "unconfirmed";

/** What one Region charges, in US dollars. */
export interface Quote {
  readonly usd: number;
  readonly provenance: Provenance;
  /** Where it was read: a name in `SOURCES`; or what is assumed, and why. */
  readonly read: string;
}

/** One price in both Regions. */
export interface Price extends Readonly<Record<Place, Quote>> {
  readonly unit: string;
  /** The page on which AWS states it. */
  readonly page: string;
}

const listed = (usd: number, read: SourceName): Quote => ({ usd, provenance: "listed", read });
const indirect = (usd: number, read: SourceName): Quote => ({ usd, provenance: "indirect", read });
const unconfirmed = (usd: number, read: string): Quote => ({ usd, provenance: "unconfirmed", read });
/** One price, whatever the Region. */
const everywhere = (quote: Quote) => ({ primary: quote, dr: quote });

const LAMBDA = "https://aws.amazon.com/lambda/pricing/";
const BALANCER = "https://aws.amazon.com/elasticloadbalancing/pricing/";
const VPC = "https://aws.amazon.com/vpc/pricing/";
const PRIVATE_LINK = "https://aws.amazon.com/privatelink/pricing/";
const CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/";
const AURORA = "https://aws.amazon.com/rds/aurora/pricing/";
const DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/";
const S3 = "https://aws.amazon.com/s3/pricing/";
const WAF = "https://aws.amazon.com/waf/pricing/";
const KMS = "https://aws.amazon.com/kms/pricing/";
const ROUTE_53 = "https://aws.amazon.com/route53/pricing/";

/** Every price that the cost table is computed from. List prices, without free tiers, discounts or tax. */
export const PRICES = {
  lambdaRequest: {
    ...{ unit: "million requests", page: LAMBDA },
    primary: listed(0.2, "mainline"),
    dr: listed(0.2, "tradeflow"),
  },
  lambdaCompute: {
    ...{ unit: "GB-second (arm64)", page: LAMBDA },
    primary: listed(0.0000133334, "mainline"),
    dr: indirect(0.0000133334, "liveTuner"),
  },
  lambdaWarm: {
    ...{ unit: "GB-second kept warm (arm64)", page: LAMBDA },
    ...everywhere(unconfirmed(0.0000033334, "us-east-1's rate; no source found for the Region")),
  },
  apiRequest: {
    ...{ unit: "million REST requests", page: "https://aws.amazon.com/api-gateway/pricing/" },
    ...everywhere(unconfirmed(4.25, "sources without a date contradict each other")),
  },
  loadBalancerHour: {
    ...{ unit: "hour", page: BALANCER },
    primary: listed(0.0252, "spoh"),
    dr: listed(0.0252, "tradeflow"),
  },
  loadBalancerUnit: {
    ...{ unit: "LCU-hour", page: BALANCER },
    primary: listed(0.008, "spoh"),
    dr: listed(0.008, "offersSydney"),
  },
  webAcl: {
    ...{ unit: "web ACL and month", page: WAF },
    primary: listed(5, "spoh"),
    dr: listed(5, "wafBlog"),
  },
  webAclRule: {
    ...{ unit: "rule and month", page: WAF },
    primary: listed(1, "spoh"),
    dr: listed(1, "wafBlog"),
  },
  webAclRequest: {
    ...{ unit: "million requests", page: WAF },
    primary: listed(0.6, "spoh"),
    dr: listed(0.6, "wafBlog"),
  },
  auroraCapacity: {
    ...{ unit: "ACU-hour", page: AURORA },
    primary: listed(0.2, "devcool"),
    dr: listed(0.2, "tradeflow"),
  },
  auroraStorage: {
    ...{ unit: "GB-month", page: AURORA },
    primary: listed(0.11, "devcool"),
    dr: listed(0.11, "tradeflow"),
  },
  auroraIo: {
    ...{ unit: "million I/Os", page: AURORA },
    primary: indirect(0.22, "singaporeTable"),
    dr: listed(0.22, "tradeflow"),
  },
  auroraReplicatedIo: {
    ...{ unit: "million replicated write I/Os", page: AURORA },
    ...everywhere(unconfirmed(0.22, "the rate of an ordinary I/O, as in the Regions that were found")),
  },
  tableWrite: {
    ...{ unit: "million (replicated) write units", page: DYNAMODB },
    primary: unconfirmed(0.71, "Sydney's rate; provisioned write units cost the same in both"),
    dr: listed(0.71, "minco"),
  },
  tableRead: {
    ...{ unit: "million read units", page: DYNAMODB },
    primary: unconfirmed(0.1425, "Sydney's rate; no source found for Singapore since November 2024"),
    dr: listed(0.1425, "minco"),
  },
  tableStorage: {
    ...{ unit: "GB-month", page: DYNAMODB },
    primary: indirect(0.285, "singaporeTables"),
    dr: listed(0.285, "minco"),
  },
  queueRequest: {
    ...{ unit: "million requests", page: "https://aws.amazon.com/sqs/pricing/" },
    ...everywhere(unconfirmed(0.4, "us-east-1's rate; no source found for the Region")),
  },
  objectPut: {
    ...{ unit: "million PUT requests", page: S3 },
    primary: listed(5, "likerts"),
    dr: listed(5.5, "tradeflow"),
  },
  objectStorage: {
    ...{ unit: "GB-month", page: S3 },
    primary: listed(0.025, "spoh"),
    dr: listed(0.025, "tradeflow"),
  },
  replicationTime: {
    ...{ unit: "GB under replication time control", page: S3 },
    ...everywhere(unconfirmed(0.015, "the rate of every other pair of Regions that was found")),
  },
  key: {
    ...{ unit: "key and month, once more for each of its first two rotations", page: KMS },
    primary: listed(1, "spoh"),
    dr: listed(1, "offersSydney"),
  },
  keyRequest: {
    ...{ unit: "million requests", page: KMS },
    primary: listed(3, "rtk"),
    dr: indirect(3, "featureforge"),
  },
  natHour: {
    ...{ unit: "hour", page: VPC },
    primary: listed(0.059, "spoh"),
    dr: listed(0.059, "tradeflow"),
  },
  natData: {
    ...{ unit: "GB", page: VPC },
    primary: listed(0.059, "spoh"),
    dr: listed(0.059, "predixion"),
  },
  publicAddress: {
    ...{ unit: "address and hour", page: VPC },
    primary: listed(0.005, "spoh"),
    dr: listed(0.005, "predixion"),
  },
  endpointHour: {
    ...{ unit: "endpoint, zone and hour", page: PRIVATE_LINK },
    primary: listed(0.013, "spoh"),
    dr: listed(0.013, "tradeflow"),
  },
  endpointData: {
    ...{ unit: "GB", page: PRIVATE_LINK },
    primary: listed(0.01, "pricesSingapore"),
    dr: listed(0.01, "awsPage"),
  },
  logIngestion: {
    ...{ unit: "GB", page: CLOUDWATCH },
    primary: listed(0.7, "spoh"),
    dr: listed(0.67, "tradeflow"),
  },
  logStorage: {
    ...{ unit: "GB-month", page: CLOUDWATCH },
    primary: listed(0.03, "spoh"),
    dr: listed(0.033, "tradeflow"),
  },
  alarm: {
    ...{ unit: "alarm metric and month", page: CLOUDWATCH },
    primary: listed(0.1, "spoh"),
    dr: indirect(0.1, "converted"),
  },
  metric: {
    ...{ unit: "custom metric and month", page: CLOUDWATCH },
    primary: listed(0.3, "spoh"),
    dr: listed(0.3, "predixion"),
  },
  dashboard: {
    ...{ unit: "dashboard and month", page: CLOUDWATCH },
    primary: listed(3, "mainline"),
    dr: listed(3, "featureforge"),
  },
  trailDataEvent: {
    ...{ unit: "million data events", page: "https://aws.amazon.com/cloudtrail/pricing/" },
    ...everywhere(listed(1, "awsPage")),
  },
  trace: {
    ...{ unit: "million traces", page: "https://aws.amazon.com/xray/pricing/" },
    ...everywhere(listed(5, "awsPage")),
  },
  healthCheck: {
    ...{ unit: "HTTPS check of an AWS endpoint with string matching and month", page: ROUTE_53 },
    ...everywhere(listed(2.5, "route53Index")),
  },
  interRegionData: {
    ...{ unit: "GB from Singapore to Sydney", page: "https://aws.amazon.com/ec2/pricing/on-demand/" },
    primary: indirect(0.09, "transferBlog"),
    dr: unconfirmed(0.14, "from Sydney to Singapore in 2020; used by nothing while primary is active"),
  },
  backupStorage: {
    ...{ unit: "GB-month of an Aurora cluster", page: "https://aws.amazon.com/backup/pricing/" },
    primary: listed(0.023, "billSingapore"),
    dr: unconfirmed(0.023, "Singapore's rate; no source found for Sydney"),
  },
  delivery: {
    ...{ unit: "GB to Asia Pacific", page: "https://aws.amazon.com/cloudfront/pricing/" },
    ...everywhere(listed(0.12, "rtk")),
  },
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;

/** What a quote's `read` says in full. */
export function sourceText({ read }: Quote): string {
  return Object.hasOwn(SOURCES, read) ? SOURCES[read as SourceName] : read;
}
