/** Where a price is from, and how much it is worth. */
export type Provenance =
  /** The price list's own rate for ap-southeast-1, as the source quotes it. */
  | "region"
  /** Not looked up for either Region: the us-east-1 rate, or what we remember of the Region's. Check it before you rely on it. */
  | "unconfirmed";

/** One price, in US dollars, the same for both Regions unless `dr` says otherwise. */
export interface Price {
  readonly unit: string;
  readonly usd: number;
  readonly provenance: Provenance;
  /** The page on which AWS states it. */
  readonly page: string;
  /** Where and when it was read. */
  readonly read: string;
}

const BILL =
  "line of a published AWS bill for Asia Pacific (Singapore), May 2025 (github.com/rahmat-ullah/DocParser, backend/sample_full_document.md), read 2026-11-24";
const PRICE_LIST =
  "AWS Price List API for ap-southeast-1 as quoted in public repositories in August 2026, read 2026-11-24";
const NOT_FOUND = "not looked up (no source for the Region was at hand on 2026-11-24)";

const region = (usd: number, unit: string, page: string, read = PRICE_LIST): Price => ({
  ...{ usd, unit, page, read },
  provenance: "region",
});
const unconfirmed = (usd: number, unit: string, page: string): Price => ({
  ...{ usd, unit, page, read: NOT_FOUND },
  provenance: "unconfirmed",
});

const LAMBDA = "https://aws.amazon.com/lambda/pricing/";
const VPC = "https://aws.amazon.com/vpc/pricing/";
const CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/";
const AURORA = "https://aws.amazon.com/rds/aurora/pricing/";
const DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/";
const S3 = "https://aws.amazon.com/s3/pricing/";
const WAF = "https://aws.amazon.com/waf/pricing/";
const KMS = "https://aws.amazon.com/kms/pricing/";

/** Every price that the cost table is computed from. List prices, without free tiers, discounts or tax. */
export const PRICES = {
  lambdaRequest: region(0.2, "million requests", LAMBDA),
  lambdaCompute: region(0.0000133334, "GB-second (arm64)", LAMBDA),
  lambdaWarm: unconfirmed(0.0000033334, "GB-second kept warm (arm64)", LAMBDA),
  apiRequest: unconfirmed(4.25, "million REST requests", "https://aws.amazon.com/api-gateway/pricing/"),
  loadBalancerHour: region(0.0252, "hour", "https://aws.amazon.com/elasticloadbalancing/pricing/", BILL),
  loadBalancerUnit: region(0.008, "LCU-hour", "https://aws.amazon.com/elasticloadbalancing/pricing/"),
  webAcl: region(5, "web ACL and month", WAF, BILL),
  webAclRule: region(1, "rule and month", WAF, BILL),
  webAclRequest: region(0.6, "million requests", WAF, BILL),
  auroraCapacity: unconfirmed(0.2, "ACU-hour", AURORA),
  auroraStorage: unconfirmed(0.11, "GB-month", AURORA),
  auroraIo: unconfirmed(0.22, "million I/Os", AURORA),
  auroraReplicatedIo: unconfirmed(0.22, "million replicated write I/Os", AURORA),
  tableWrite: unconfirmed(0.715, "million replicated write units", DYNAMODB),
  tableRead: unconfirmed(0.1425, "million read units", DYNAMODB),
  tableStorage: unconfirmed(0.285, "GB-month", DYNAMODB),
  queueRequest: unconfirmed(0.4, "million requests", "https://aws.amazon.com/sqs/pricing/"),
  objectPut: region(5, "million PUT requests", S3),
  objectStorage: region(0.025, "GB-month", S3),
  replicationTime: unconfirmed(0.015, "GB under replication time control", S3),
  key: unconfirmed(1, "key and month, once more for each of its first two rotations", KMS),
  keyRequest: unconfirmed(3, "million requests", KMS),
  natHour: region(0.059, "hour", VPC, BILL),
  natData: region(0.059, "GB", VPC, BILL),
  publicAddress: region(0.005, "address and hour", VPC, BILL),
  endpointHour: region(0.013, "endpoint, zone and hour", "https://aws.amazon.com/privatelink/pricing/"),
  endpointData: unconfirmed(0.01, "GB", "https://aws.amazon.com/privatelink/pricing/"),
  logIngestion: region(0.7, "GB", CLOUDWATCH, BILL),
  logStorage: region(0.03, "GB-month", CLOUDWATCH),
  alarm: region(0.1, "alarm metric and month", CLOUDWATCH),
  metric: region(0.3, "custom metric and month", CLOUDWATCH, BILL),
  dashboard: region(3, "dashboard and month", CLOUDWATCH),
  trailDataEvent: unconfirmed(1, "million data events", "https://aws.amazon.com/cloudtrail/pricing/"),
  trace: unconfirmed(5, "million traces", "https://aws.amazon.com/xray/pricing/"),
  healthCheck: unconfirmed(
    2.5,
    "HTTPS check with string matching and month",
    "https://aws.amazon.com/route53/pricing/",
  ),
  interRegionData: unconfirmed(0.09, "GB to another Region", "https://aws.amazon.com/ec2/pricing/on-demand/"),
  backupStorage: unconfirmed(0.05, "GB-month", "https://aws.amazon.com/backup/pricing/"),
  delivery: unconfirmed(0.12, "GB to Asia Pacific", "https://aws.amazon.com/cloudfront/pricing/"),
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;
