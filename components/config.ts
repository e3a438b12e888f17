import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { AWS_TIMINGS } from "../functions/domain/failover";
import { fail, readKey, type KeySpec } from "./configKeys";
import { REGIONS, type Place } from "./regions";

/** One value for each Region. */
const perPlace = <T extends z.ZodType>(value: T) => z.strictObject({ primary: value, dr: value });

const secretArn = (region: string) =>
  z.string().regex(new RegExp(`^arn:aws:secretsmanager:${region}:\\d{12}:secret:[A-Za-z0-9/_+=.@-]+$`));

const certificateArn = (region: string) =>
  z.string().regex(new RegExp(`^arn:aws:acm:${region}:\\d{12}:certificate/[A-Za-z0-9-]+$`));

const keyArn = (region: string) =>
  z.string().regex(new RegExp(`^arn:aws:kms:${region}:\\d{12}:key/[A-Za-z0-9-]+$`));

const PRIMARY_REGION = "ap-southeast-1";
const DR_REGION = "ap-southeast-2";
/** CloudFront takes certificates and web ACLs of this Region only. */
const EDGE_REGION = "us-east-1";

const globalWebAclArn = z
  .string()
  .regex(/^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/[A-Za-z0-9_-]{1,128}\/[A-Za-z0-9-]+$/);

const secretPair = z.strictObject({ primary: secretArn(PRIMARY_REGION), dr: secretArn(DR_REGION) });

const hostName = z
  .string()
  .regex(/^(?=.{4,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/);

/** A private /16, the size that the network template cuts into subnets. */
const vpcCidr = z.string().regex(/^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.0\.0\/16$/);

/** Seconds of the protocol; fractions are for the embedded cloud, whose clock runs faster. */
const seconds = z.number().min(0.1).max(3_600);

const tagValue = z.string().regex(/^[\w .:/=+@-]{1,256}$/);

/** 0.5 to 256 Aurora capacity units in steps of 0.5. */
const capacityUnits = z.number().min(0.5).max(256).multipleOf(0.5);

/**
 * Every configuration key of the project: what it holds, and an example for the error message.
 * Pulumi.prod.yaml shows each with a comment.
 */
export const CONFIG_KEYS = {
  target: {
    schema: z.enum(["aws", "embedded"]),
    expected: "aws (a real account) or embedded (the local stand-in)",
    example: "aws",
  },
  endpoint: {
    schema: z.url({ protocol: /^https$/ }).optional(),
    expected: "https URL of the embedded cloud on this machine; absent on AWS",
    example: "https://127.0.0.1:4566",
  },
  accountId: {
    schema: z.string().regex(/^\d{12}$/),
    expected: "12 digits in quotes; the providers refuse any other account",
    example: '"123456789012"',
  },
  environmentSuffix: {
    schema: z.string().regex(/^[a-z][a-z0-9-]{1,14}$/),
    expected: "2 to 15 characters, a lower-case letter first, then lower-case letters, digits or hyphens",
    example: "prod",
  },
  environmentType: {
    schema: z.enum(["production", "nonproduction"]),
    expected:
      "production (protected, keeps evidence of failures) or nonproduction (can be destroyed without a trace)",
    example: "production",
  },
  activeRegion: {
    schema: z.enum(["primary", "dr"]),
    expected: "primary or dr: the place that is expected to be active",
    example: "primary",
  },
  tags: {
    schema: z.strictObject({ Environment: tagValue, Project: tagValue, CostCenter: tagValue }),
    expected: "the three tags Environment, Project and CostCenter, each 1 to 256 characters",
    example: "{ Environment: prod, Project: payments, CostCenter: cc-1234 }",
  },
  network: {
    schema: z.strictObject({ cidr: perPlace(vpcCidr), natGateways: z.enum(["none", "one", "per-az"]) }),
    expected:
      "cidr with a private /16 for primary and dr (they must differ), natGateways none, one or per-az",
    example: "{ cidr: { primary: 10.10.0.0/16, dr: 10.20.0.0/16 }, natGateways: per-az }",
  },
  database: {
    schema: z.strictObject({
      engineVersion: z.string().regex(/^17\.\d{1,2}$/),
      minCapacity: capacityUnits,
      maxCapacity: capacityUnits.min(1),
      backupRetentionDays: z.number().int().min(7).max(35),
    }),
    expected:
      "engineVersion (text, 17.x), minCapacity and maxCapacity in Aurora capacity units (0.5 to 256 by halves), backupRetentionDays 7 to 35",
    example: '{ engineVersion: "17.7", minCapacity: 1, maxCapacity: 32, backupRetentionDays: 35 }',
  },
  secrets: {
    schema: z.strictObject({
      databaseAdmin: secretPair,
      databaseApplication: secretPair,
      merchants: secretPair,
      psp: secretPair,
      syntheticMerchant: secretPair,
    }),
    expected:
      "ARNs of the existing secrets databaseAdmin, databaseApplication, merchants, psp and syntheticMerchant, each with primary (ap-southeast-1) and dr (ap-southeast-2)",
    example:
      "{ psp: { primary: arn:aws:secretsmanager:ap-southeast-1:123456789012:secret:secret-psp-prod-AbCdEf, dr: ... }, ... }",
  },
  domain: {
    schema: z.strictObject({ zoneName: hostName, hostedZoneId: z.string().regex(/^Z[0-9A-Z]{1,31}$/) }),
    expected: "zoneName and hostedZoneId of an existing public hosted zone",
    example: "{ zoneName: payments.example, hostedZoneId: Z0123456789ABCDEFGHIJ }",
  },
  certificates: {
    schema: z.strictObject({ primary: certificateArn(PRIMARY_REGION), dr: certificateArn(DR_REGION) }),
    expected:
      "ARN of an existing ACM certificate in each Region for api.<zone>, api-<region code>.<zone>, notifications.<zone> and notifications-<region code>.<zone>",
    example:
      "{ primary: arn:aws:acm:ap-southeast-1:123456789012:certificate/1a2b..., dr: arn:aws:acm:ap-southeast-2:... }",
  },
  edge: {
    schema: z.strictObject({ certificateArn: certificateArn(EDGE_REGION), webAclArn: globalWebAclArn }),
    expected:
      "certificateArn of an existing ACM certificate for status.<zone>, and webAclArn of an existing web ACL of scope CLOUDFRONT, both in us-east-1, where CloudFront looks for them",
    example:
      "{ certificateArn: arn:aws:acm:us-east-1:123456789012:certificate/1a2b..., webAclArn: arn:aws:wafv2:us-east-1:123456789012:global/webacl/web-acl-edge-prod/1a2b... }",
  },
  psp: {
    schema: z.strictObject({ baseUrl: z.url({ protocol: /^https$/ }) }),
    expected: "baseUrl, the https address of the payment service provider's API",
    example: "{ baseUrl: https://api.psp.example }",
  },
  functions: {
    schema: z
      .strictObject({
        provisionedConcurrency: z.number().int().min(0).max(100),
        provisionedConcurrencyMaximum: z.number().int().min(1).max(500),
        processorMaximumConcurrency: z.number().int().min(2).max(500),
        notificationPrivateHosts: z.array(z.string().regex(/^[A-Za-z0-9.:-]+$/)),
        logLevel: z.enum(["DEBUG", "INFO", "WARN", "ERROR"]),
      })
      .partial()
      .default({}),
    expected:
      "any of provisionedConcurrency (0 to 100) and provisionedConcurrencyMaximum (1 to 500) for each function of the hot path, processorMaximumConcurrency (2 to 500), notificationPrivateHosts (list of hosts), logLevel (DEBUG, INFO, WARN, ERROR)",
    example: "{ provisionedConcurrency: 5, provisionedConcurrencyMaximum: 100, logLevel: INFO }",
  },
  api: {
    schema: z
      .strictObject({
        throttlingRateLimit: z.number().int().min(1).max(10_000),
        throttlingBurstLimit: z.number().int().min(1).max(5_000),
        paymentLimitMinorUnits: z.number().int().min(1).max(999_999_999_999),
      })
      .partial()
      .default({}),
    expected:
      "any of throttlingRateLimit (requests per second), throttlingBurstLimit (requests at once), paymentLimitMinorUnits (largest payment)",
    example: "{ throttlingRateLimit: 500, throttlingBurstLimit: 1000 }",
  },
  failover: {
    schema: z
      .strictObject({ approval: z.enum(["automatic", "approval"]) })
      .partial()
      .default({}),
    expected: "approval: automatic (a failover goes ahead by itself) or approval (it waits for an operator)",
    example: "{ approval: automatic }",
  },
  protocol: {
    schema: z
      .strictObject({
        witnessTtlSeconds: seconds,
        witnessFreshSeconds: seconds,
        leaseSeconds: seconds,
        takeoverWaitSeconds: seconds,
      })
      .default({ ...AWS_TIMINGS }),
    expected:
      "witnessTtlSeconds, witnessFreshSeconds, leaseSeconds and takeoverWaitSeconds, each at least 0.1; absent = 10, 15, 120 and 150",
    example:
      "{ witnessTtlSeconds: 10, witnessFreshSeconds: 15, leaseSeconds: 120, takeoverWaitSeconds: 150 }",
  },
  secretsKeyArns: {
    schema: z.strictObject({ primary: keyArn(PRIMARY_REGION), dr: keyArn(DR_REGION) }).optional(),
    expected:
      "ARNs of the customer-managed keys that encrypt the existing secrets, for primary and dr; absent = the key aws/secretsmanager",
    example:
      "{ primary: arn:aws:kms:ap-southeast-1:123456789012:key/1a2b..., dr: arn:aws:kms:ap-southeast-2:... }",
  },
  keyAdministratorArn: {
    schema: z
      .string()
      .regex(/^arn:aws:iam::\d{12}:role\/.+$/)
      .optional(),
    expected: "ARN of the role that administers the KMS keys; absent = IAM policies of the account decide",
    example: "arn:aws:iam::123456789012:role/key-administrator",
  },
  onCallEmail: {
    schema: z.email().optional(),
    expected: "e-mail address of the on-call engineers; absent = no subscription",
    example: "on-call@payments.example",
  },
  ticketEmail: {
    schema: z.email().optional(),
    expected: "e-mail address for alarms that can wait for working hours; absent = no subscription",
    example: "tickets@payments.example",
  },
} as const satisfies Record<string, KeySpec>;

/** The validated configuration. */
export type PaymentsConfig = {
  readonly [K in keyof typeof CONFIG_KEYS]: z.infer<(typeof CONFIG_KEYS)[K]["schema"]>;
};

/** Hosts that mean "this machine": the embedded cloud is nowhere else. */
function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** What `leaseSeconds` must outlast: the lease itself and the lease keeper's schedule of a minute. */
const LEAST_LEASE_SECONDS = 60;

/**
 * The relations that the safety of writes rests on: whoever writes by an old reading of the witness has lost its lease
 * before another Region starts. Shorter values than AWS's schedules and health checks allow are for the embedded cloud.
 */
function checkProtocol({ target, protocol }: PaymentsConfig): void {
  const { witnessTtlSeconds, witnessFreshSeconds, leaseSeconds, takeoverWaitSeconds } = protocol;
  const refuse = (problem: string) => fail("protocol", CONFIG_KEYS.protocol, problem);
  if (witnessFreshSeconds < witnessTtlSeconds) refuse("witnessFreshSeconds is below witnessTtlSeconds");
  if (takeoverWaitSeconds < leaseSeconds + witnessTtlSeconds) {
    refuse("takeoverWaitSeconds is below leaseSeconds plus witnessTtlSeconds");
  }
  if (target === "embedded") return;
  if (leaseSeconds < LEAST_LEASE_SECONDS) refuse(`leaseSeconds is below ${LEAST_LEASE_SECONDS}`);
  if (witnessTtlSeconds < 1) refuse("witnessTtlSeconds is below 1, the least of a record");
}

/** Rules that span keys. */
function checkTogether(config: PaymentsConfig): void {
  const { target, endpoint } = config;
  if (target === "embedded" && endpoint === undefined) {
    fail(
      "endpoint",
      CONFIG_KEYS.endpoint,
      "it is missing, and target is embedded: start the platform with `npm run up`",
    );
  }
  if (target === "aws" && endpoint !== undefined) {
    fail("endpoint", CONFIG_KEYS.endpoint, "target is aws, which has no endpoint of its own: remove the key");
  }
  if (endpoint !== undefined && !isLoopback(endpoint)) {
    fail("endpoint", CONFIG_KEYS.endpoint, `${endpoint} is not on this machine`);
  }
  if (config.network.cidr.primary === config.network.cidr.dr) {
    fail("network", CONFIG_KEYS.network, "both Regions have the same range");
  }
  if (config.database.minCapacity > config.database.maxCapacity) {
    fail("database", CONFIG_KEYS.database, "minCapacity is above maxCapacity");
  }
  const { provisionedConcurrency: least, provisionedConcurrencyMaximum: most } = config.functions;
  if (least !== undefined && most !== undefined && least > most) {
    fail("functions", CONFIG_KEYS.functions, "provisionedConcurrency is above provisionedConcurrencyMaximum");
  }
  checkProtocol(config);
  if (target === "embedded" && config.environmentType === "production") {
    fail("environmentType", CONFIG_KEYS.environmentType, "the embedded cloud is never production");
  }
}

/**
 * Reads and validates the whole configuration of the selected Pulumi stack.
 * @throws pulumi.RunError naming the key, what it expects and an example
 */
export function loadConfig(source: pulumi.Config = new pulumi.Config("payments")): PaymentsConfig {
  const entries = Object.entries(CONFIG_KEYS).map(
    ([key, spec]) => [key, readKey(source, key, spec)] as const,
  );
  // Each value was parsed by its own key's schema just above; the type system cannot follow that through entries.
  const config = Object.fromEntries(entries) as unknown as PaymentsConfig;
  checkTogether(config);
  return config;
}

/** Host names: of the API and of the notifications, public and per Region, of the witness and of the static pages. */
export function hostNames({ domain: { zoneName } }: Pick<PaymentsConfig, "domain">) {
  const regional = (place: Place) => ({
    api: `api-${REGIONS[place].code}.${zoneName}`,
    notifications: `notifications-${REGIONS[place].code}.${zoneName}`,
  });
  return {
    api: `api.${zoneName}`,
    notifications: `notifications.${zoneName}`,
    witness: `witness.${zoneName}`,
    site: `status.${zoneName}`,
    primary: regional("primary"),
    dr: regional("dr"),
  };
}

/** ARNs of the existing secrets in one Region. */
export function secretArns(config: PaymentsConfig, place: Place) {
  const { databaseAdmin, databaseApplication, merchants, psp, syntheticMerchant } = config.secrets;
  return {
    databaseAdmin: databaseAdmin[place],
    databaseApplication: databaseApplication[place],
    merchants: merchants[place],
    psp: psp[place],
    syntheticMerchant: syntheticMerchant[place],
  };
}
