import { request, type Dispatcher } from "undici";
import { REGIONS, type EmbeddedCloud, type Place, type PspClient } from "../../client";

/** Services of one Region that can be made to fail. */
export type FaultyService = "execute-api" | "lambda" | "rds" | "sqs" | "dynamodb" | "states";

/** What the emulator can break; several faults hold at once. */
export type Fault =
  | { readonly kind: "region-lost"; readonly region: string }
  | { readonly kind: "partition" }
  | { readonly kind: "isolated"; readonly region: string }
  | {
      readonly kind: "service";
      readonly region: string;
      readonly service: FaultyService;
      readonly mode: "hang" | "error" | "slow";
      readonly delayMs?: number;
    }
  | { readonly kind: "function-errors"; readonly region: string; readonly function: string };

/** How far replication is behind, in milliseconds of the wall clock. */
export interface ReplicationDelays {
  readonly auroraMs: number;
  readonly dynamodbMs: number;
  readonly s3Ms: number;
}

/**
 * Milliseconds until a fault is in force or mended: the emulator gives a database 180 s to come back, of which it needs
 * a minute when the drill runs in real time and the link lags by 20 s.
 */
const ANSWER_TIMEOUT_MS = 200_000;

/** Breaks parts of the embedded cloud, and mends them. */
export class Faults {
  readonly #cloud: EmbeddedCloud;
  readonly #controlUrl: string;
  readonly #dispatcher: Dispatcher;
  readonly #psp: PspClient;

  constructor(cloud: EmbeddedCloud, controlUrl: string, dispatcher: Dispatcher, psp: PspClient) {
    this.#cloud = cloud;
    this.#controlUrl = controlUrl;
    this.#dispatcher = dispatcher;
    this.#psp = psp;
  }

  /** Replaces all faults by these, at once. */
  async set(faults: readonly Fault[]): Promise<void> {
    await this.#emulator("PUT", "/_cloud/outages", { faults });
  }

  async clear(): Promise<void> {
    await this.#emulator("DELETE", "/_cloud/outages");
  }

  async current(): Promise<Fault[]> {
    const answer = (await this.#emulator("GET", "/_cloud/outages")) as { faults: Fault[] };
    return answer.faults;
  }

  /** Delays what leaves for the other Region, in both directions. */
  async delayReplication({ auroraMs, dynamodbMs, s3Ms }: ReplicationDelays): Promise<void> {
    await this.#emulator("PUT", "/_cloud/replication", {
      dynamodb: { delayMs: dynamodbMs },
      s3: { delayMs: s3Ms },
    });
    await this.#control("PUT", "/rds/replication", { delayMs: auroraMs });
  }

  /** Takes away one Region's database alone, or gives it back. */
  async isolateDatabase(place: Place, mode: "network" | "frozen" | "killed"): Promise<void> {
    await this.#control("PUT", `/rds/isolation/${REGIONS[place]}`, { mode });
  }

  async restoreDatabase(place: Place): Promise<void> {
    await this.#control("DELETE", `/rds/isolation/${REGIONS[place]}`);
  }

  /** What goes wrong at the PSP for everybody; without arguments nothing does. */
  async setPsp(faults: { down?: boolean; timeouts?: boolean } = {}): Promise<void> {
    await this.#psp.setFaults(faults);
  }

  #emulator(method: "GET" | "PUT" | "DELETE", path: string, body?: unknown): Promise<unknown> {
    return this.#call(this.#cloud.endpoint, method, path, body);
  }

  #control(method: "GET" | "PUT" | "DELETE", path: string, body?: unknown): Promise<unknown> {
    return this.#call(this.#controlUrl, method, path, body);
  }

  async #call(base: string, method: "GET" | "PUT" | "DELETE", path: string, body: unknown): Promise<unknown> {
    const answer = await request(base + path, {
      method,
      headers: { authorization: `Bearer ${this.#cloud.cloudToken}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      dispatcher: this.#dispatcher,
      headersTimeout: ANSWER_TIMEOUT_MS,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path} was answered with ${answer.statusCode}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}
