import { statements } from "../engine/iam";
import { companions, denotes } from "../engine/links";
import { known } from "../engine/literal";
import type { TemplateSet } from "../engine/set";
import type { Resource } from "../engine/template";
import { isMap, isPresent, symbolOf } from "../engine/values";
import { attributeOf } from "./balancers";

/** The kinds of log that a bucket receives, as far as the set shows. */
export interface LogUse {
  readonly loadBalancer: boolean;
  readonly serverAccess: boolean;
  readonly trail: boolean;
  readonly distribution: boolean;
}

const NO_USE: LogUse = { loadBalancer: false, serverAccess: false, trail: false, distribution: false };

/** Service principals that deliver logs, by kind. */
const DELIVERY: Readonly<Record<string, keyof LogUse>> = {
  "logdelivery.elasticloadbalancing.amazonaws.com": "loadBalancer",
  "logdelivery.elb.amazonaws.com": "loadBalancer",
  "logging.s3.amazonaws.com": "serverAccess",
  "cloudtrail.amazonaws.com": "trail",
};

/** What a bucket is used for, by who points at it and whom its policy admits. */
export function logUse(set: TemplateSet, bucket: Resource): LogUse {
  const cached = uses.get(bucket);
  if (cached !== undefined && cached.resources === set.size) return cached.use;
  const before = set.worlds.asked;
  const use = findLogUse(set, bucket);
  // What depends on the present world may not be kept.
  if (set.worlds.asked === before) uses.set(bucket, { resources: set.size, use });
  return use;
}

const uses = new WeakMap<Resource, { resources: number; use: LogUse }>();

function findLogUse(set: TemplateSet, bucket: Resource): LogUse {
  const use = { ...NO_USE };
  if (known(bucket.get("AccessControl")) === "LogDeliveryWrite") use.serverAccess = true;
  if (companions(set, "AWS::S3::Bucket", "LoggingConfiguration.DestinationBucketName", bucket).length > 0)
    use.serverAccess = true;
  if (companions(set, "AWS::CloudTrail::Trail", "S3BucketName", bucket).length > 0) use.trail = true;
  for (const distribution of set.ofType("AWS::CloudFront::Distribution")) {
    const target = distribution.get("DistributionConfig.Logging.Bucket");
    if (denotes(target, bucket) || symbolOf(target).startsWith(`${symbolOf(bucket.get("BucketName"))}.s3`))
      use.distribution = true;
  }
  for (const balancer of set.ofType("AWS::ElasticLoadBalancingV2::LoadBalancer")) {
    if (denotes(attributeOf(balancer, "access_logs.s3.bucket").value, bucket)) use.loadBalancer = true;
  }
  for (const policy of companions(set, "AWS::S3::BucketPolicy", "Bucket", bucket)) {
    for (const statement of statements(policy.get("PolicyDocument"), "PolicyDocument") ?? []) {
      if (statement.effect !== "Allow") continue;
      for (const principal of statement.principals) {
        const kind = DELIVERY[symbolOf(principal.value)];
        if (kind !== undefined) use[kind] = true;
        // Older Regions deliver load-balancer logs from an account of AWS's: the root of an ELB account.
        if (isElbAccount(symbolOf(principal.value))) use.loadBalancer = true;
      }
    }
  }
  return use;
}

/** Whether audit or access logs arrive in the bucket. */
export function isLogBucket(set: TemplateSet, bucket: Resource): boolean {
  return Object.values(logUse(set, bucket)).some(Boolean);
}

/** Whether a bucket receives only logs whose sender can deliver to SSE-S3 alone. */
export function takesOnlySseS3(set: TemplateSet, bucket: Resource): boolean {
  const use = logUse(set, bucket);
  return use.loadBalancer || use.serverAccess;
}

/** Elastic Load Balancing's accounts by Region. Source: "Enable access logs for your Application Load Balancer". */
const ELB_ACCOUNTS = new Set([
  "127311923021",
  "033677994240",
  "027434742980",
  "797873946194",
  "098369216593",
  "754344448648",
  "589379963580",
  "718504428378",
  "383597477331",
  "600734575887",
  "114774131450",
  "783225319266",
  "582318560864",
  "985666609251",
  "054676820928",
  "156460612806",
  "652711504416",
  "635631232127",
  "009996457667",
  "897822967062",
  "076674570225",
  "507241528517",
  "048591011584",
  "190560391635",
  "638102146993",
]);

function isElbAccount(principal: string): boolean {
  return ELB_ACCOUNTS.has(/(\d{12})/.exec(principal)?.[1] ?? "");
}

/** Whether old versions survive: versioning or an object lock. */
export function isVersioned(bucket: Resource): "yes" | "no" | "unknown" {
  const status = bucket.get("VersioningConfiguration.Status");
  const locked = String(known(bucket.get("ObjectLockEnabled")) ?? "").toLowerCase() === "true";
  if (locked || known(status) === "Enabled") return "yes";
  if (isPresent(status) && known(status) === undefined && !isMap(status)) return "unknown";
  return "no";
}
