import * as z from "zod";
import { AWS_TIMINGS } from "../domain/failover";

/** A required variable is missing or malformed. Names variables, never values. */
export class InvalidEnvironment extends Error {
  override readonly name = "InvalidEnvironment";
}

const nonEmpty = z.string().min(1);
const httpsUrl = z.string().regex(/^https:\/\/[^\s]+$/, "must be an https URL");
/** Fractions are for drills, where the clock runs faster. */
const seconds = z.coerce.number().min(0.1).max(86_400);

/** A comma list; blank entries do not count. */
const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

/** Every variable that a function may ask for, with its rule and, where there is one, its default. */
const variables = {
  ENVIRONMENT_SUFFIX: z.string().regex(/^[a-z][a-z0-9-]{1,14}$/),
  PLACE: z.enum(["primary", "dr"]),
  REGION_CODE: z.enum(["apse1", "apse2"]),
  DATABASE_HOST: nonEmpty,
  DATABASE_PORT: z.coerce.number().int().min(1).max(65_535).default(5432),
  DATABASE_NAME: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/)
    .default("payments"),
  /** Connections a warm worker holds. A worker serves one invocation at a time, so one is enough. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(20).default(1),
  DATABASE_SECRET_ARN: nonEmpty,
  ADMIN_SECRET_ARN: nonEmpty,
  MERCHANT_SECRET_ARN: nonEmpty,
  PSP_SECRET_ARN: nonEmpty,
  PSP_BASE_URL: httpsUrl,
  SESSIONS_TABLE: nonEmpty,
  RESULTS_TABLE: nonEmpty,
  CONTROL_TABLE: nonEmpty,
  REGION_TABLE: nonEmpty,
  PEER_REGION_TABLE: nonEmpty,
  PEER_REGION: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be the code of an AWS Region"),
  /** The per-Region names; they do not move with a failover. */
  OWN_API_URL: httpsUrl,
  PEER_API_URL: httpsUrl,
  /** The name that merchants use; it moves with a failover. */
  PUBLIC_API_URL: httpsUrl,
  /** The TXT record whose answer says which place may write. */
  WITNESS_NAME: z
    .string()
    .regex(/^(?=.{1,253}$)([a-z0-9_-]{1,63}\.)+[a-z0-9-]{1,63}\.?$/i, "must be a DNS name"),
  WITNESS_TTL_SECONDS: seconds.default(AWS_TIMINGS.witnessTtlSeconds),
  WITNESS_FRESH_SECONDS: seconds.default(AWS_TIMINGS.witnessFreshSeconds),
  LEASE_SECONDS: seconds.default(AWS_TIMINGS.leaseSeconds),
  TAKEOVER_WAIT_SECONDS: seconds.default(AWS_TIMINGS.takeoverWaitSeconds),
  GLOBAL_CLUSTER_IDENTIFIER: nonEmpty,
  CLUSTER_ARN: nonEmpty,
  PEER_CLUSTER_ARN: nonEmpty,
  OPERATIONS_TOPIC_ARN: nonEmpty,
  EVENT_BUS_NAME: nonEmpty,
  SERVICE_ALARM_NAME: nonEmpty,
  SYNTHETIC_SECRET_ARN: nonEmpty,
  CERTIFICATE_ARN: nonEmpty,
  SECRET_ARNS: list.refine((arns) => arns.length > 0, "must name at least one"),
  KEY_ARNS: list.refine((arns) => arns.length > 0, "must name at least one"),
  /** Environments kept warm for each function of the hot path in the active Region; 0 for none. */
  PROVISIONED_CONCURRENCY: z.coerce.number().int().min(0).max(500).default(0),
  /** A name in the form of a URL: what is connected to is the Region's endpoint. */
  PAYMENT_QUEUE_URL: z.url(),
  TRANSACTION_BUCKET: nonEmpty,
  /** Largest amount of one payment, in minor units of its currency. */
  PAYMENT_LIMIT_MINOR_UNITS: z.coerce.number().int().min(1).max(999_999_999_999).default(99_999_999),
  NOTIFICATION_PRIVATE_HOSTS: z
    .string()
    .default("")
    .transform((text) => text.toLowerCase())
    .pipe(list),
} satisfies Record<string, z.ZodType>;

type Variables = typeof variables;
/** The name of a known variable. */
export type VariableName = keyof Variables;
/** The checked values of the named variables. */
export type Environment<Name extends VariableName> = { readonly [N in Name]: z.output<Variables[N]> };

/**
 * Reads and checks the named variables at cold start, so that a wrong deployment fails on its first call with the
 * variable's name and not on a payment.
 *
 * @throws InvalidEnvironment naming every variable that is missing or malformed.
 */
export function readEnvironment<Name extends VariableName>(
  names: readonly Name[],
  source: NodeJS.ProcessEnv = process.env,
): Environment<Name> {
  const values: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const name of names) {
    const parsed = variables[name].safeParse(source[name]);
    if (parsed.success) values[name] = parsed.data;
    else wrong.push(`${name} (${parsed.error.issues[0]?.message ?? "invalid"})`);
  }
  if (wrong.length > 0) throw new InvalidEnvironment(`environment: ${wrong.join(", ")}`);
  return values as Environment<Name>;
}
