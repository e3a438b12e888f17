import * as z from "zod";

/** A required variable is missing or malformed. Names variables, never values. */
export class InvalidEnvironment extends Error {
  override readonly name = "InvalidEnvironment";
}

const nonEmpty = z.string().min(1);
const httpsUrl = z.string().regex(/^https:\/\/[^\s]+$/, "must be an https URL");

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
  /** A name in the form of a URL: what is connected to is the Region's endpoint. */
  PAYMENT_QUEUE_URL: z.url(),
  TRANSACTION_BUCKET: nonEmpty,
  /** Largest amount of one payment, in minor units of its currency. */
  PAYMENT_LIMIT_MINOR_UNITS: z.coerce.number().int().min(1).max(999_999_999_999).default(99_999_999),
  NOTIFICATION_PRIVATE_HOSTS: z
    .string()
    .default("")
    .transform((list) =>
      list
        .split(",")
        .map((host) => host.trim().toLowerCase())
        .filter((host) => host !== ""),
    ),
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
