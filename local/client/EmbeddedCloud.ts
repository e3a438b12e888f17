import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod";
import { CommandError } from "../cli";

/** Primary's and dr's Regions. */
export const REGIONS = { primary: "ap-southeast-1", dr: "ap-southeast-2" } as const;
export type Place = keyof typeof REGIONS;

/** Where a deployment writes its outputs, relative to the repository (the same path as in components/flatOutputs). */
const DEFAULT_OUTPUTS_FILE = "cfn-outputs/flat-outputs.json";

const cloudSchema = z.object({
  endpoint: z.url({ protocol: /^https$/ }),
  caFile: z.string().min(1),
  clientEnv: z.record(z.string(), z.string()),
  accountId: z.string().regex(/^\d{12}$/),
  psp: z.object({ url: z.url({ protocol: /^https$/ }) }),
  dns: z.object({ address: z.ipv4(), port: z.number().int().min(1).max(65_535) }),
  clockFactor: z.number().min(1),
  cloudToken: z.string().min(32),
});

/** What a running embedded cloud says of itself in its `cloud.json`. */
export interface EmbeddedCloud {
  /** The cloud's folder. */
  readonly directory: string;
  /** The emulator's address: `https://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly ca: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly pspUrl: string;
  /** The DNS server that is authoritative for the embedded cloud's zones. */
  readonly dns: { readonly address: string; readonly port: number };
  /** AWS seconds that pass in one second of this machine. */
  readonly clockFactor: number;
  /** Bearer token of the emulator's own endpoints under `/_cloud/`. */
  readonly cloudToken: string;
}

/** The folder of the embedded cloud that commands and tests talk to. */
export function embeddedCloudDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(environment["EMBEDDED_CLOUD_DIR"] ?? ".embedded-cloud");
}

/**
 * Reads the running cloud's description.
 *
 * @throws CommandError when there is none, with what to do.
 */
export function readEmbeddedCloud(directory = embeddedCloudDirectory()): EmbeddedCloud {
  const file = join(directory, "cloud.json");
  if (!existsSync(file))
    throw new CommandError("The embedded cloud is not running. Start it with: npm run up");
  const parsed = cloudSchema.safeParse(parsedJson(file));
  if (!parsed.success) throw new CommandError(`${file} is not readable. Restart the cloud with: npm run up`);
  const { endpoint, caFile, clientEnv, accountId, psp, dns, clockFactor, cloudToken } = parsed.data;
  return {
    directory,
    endpoint,
    ca: readFileSync(caFile, "utf8"),
    accountId,
    accessKeyId: clientEnv["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: clientEnv["AWS_SECRET_ACCESS_KEY"] ?? "",
    pspUrl: psp.url,
    dns,
    clockFactor,
    cloudToken,
  };
}

/** The stacks' outputs under flat keys, e.g. `PrimaryPaymentsApiUrl`. */
export class FlatOutputs {
  readonly #values: Readonly<Record<string, string>>;

  constructor(values: Readonly<Record<string, string>>) {
    this.#values = values;
  }

  /**
   * Reads the file named by `FLAT_OUTPUTS`, or the deployment's own.
   *
   * @throws CommandError when nothing is deployed.
   */
  static read(file = process.env["FLAT_OUTPUTS"] ?? DEFAULT_OUTPUTS_FILE): FlatOutputs {
    if (!existsSync(file)) throw new CommandError(`Nothing is deployed: ${file} is missing. Run: npm run up`);
    const parsed = z.record(z.string(), z.string()).safeParse(parsedJson(file));
    if (!parsed.success) throw new CommandError(`${file} holds no outputs. Run: npm run up`);
    return new FlatOutputs(parsed.data);
  }

  /** @throws CommandError when the key is missing: the deployment is older than the code. */
  get(key: string): string {
    const value = this.#values[key];
    if (value === undefined) throw new CommandError(`The deployment has no output ${key}. Run: npm run up`);
    return value;
  }

  /**
   * The output of one Region's stack, by template and output (`DatabaseClusterEndpoint`).
   *
   * @throws CommandError as `get`.
   */
  of(place: Place, output: string): string {
    return this.get(`${place === "primary" ? "Primary" : "Dr"}${output}`);
  }

  /** The environment suffix that every name ends with. */
  get suffix(): string {
    return this.get("PrimaryPaymentsApiName").replace(/^api-payments-apse[12]-/, "");
  }
}

function parsedJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
