import { request } from "node:https";
import * as z from "zod";
import { PLACES, REGION_ROLES, SERVICE_ALARM_STATES } from "../../domain/failover";

/** What `GET /status` answers. The role is the one shown: ACTIVE without a live lease shows FENCED. */
export const statusBody = z.object({
  place: z.enum(PLACES),
  region: z.string().max(20),
  role: z.enum([...REGION_ROLES, "UNKNOWN"]),
  epoch: z.number().int().min(1).nullable(),
  database: z.enum(["writable", "read_only", "unreachable", "not_asked"]),
  serviceAlarm: z.enum(SERVICE_ALARM_STATES),
  /** `role=… traffic=yes|no`: what Route 53's health checks look for. */
  summary: z.string().max(100),
});
export type StatusBody = z.output<typeof statusBody>;

/** One look at a Region's /status. */
export type StatusAnswer =
  | { readonly reachable: true; readonly status: StatusBody; readonly traffic: boolean }
  | { readonly reachable: false; readonly reason: string };

/** Looks at a Region from outside. */
export interface PeerStatus {
  /**
   * Never throws: whatever goes wrong is a Region that cannot be reached.
   * @param timeoutMilliseconds to the whole answer; default: as this way of looking was made
   */
  look(timeoutMilliseconds?: number): Promise<StatusAnswer>;
}

/** How to look. */
export interface HttpsStatusOptions {
  /** `https://…` of the API, without the path; per Region or public. */
  readonly apiUrl: string;
  /** Milliseconds to the whole answer. */
  readonly timeoutMilliseconds?: number;
  /** Further authorities to trust; for tests. */
  readonly ca?: string;
}

const DEFAULT_TIMEOUT_MILLISECONDS = 3_000;
/** The answer has some two hundred characters; more is not /status speaking. Bytes. */
const MAX_ANSWER_BYTES = 8_192;

/** Looks by HTTPS, on a connection of its own each time: a kept one would say nothing about new ones. */
export class HttpsStatus implements PeerStatus {
  readonly #options: HttpsStatusOptions;

  constructor(options: HttpsStatusOptions) {
    this.#options = options;
  }

  async look(
    timeoutMilliseconds = this.#options.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS,
  ): Promise<StatusAnswer> {
    try {
      const { code, text } = await this.#get(timeoutMilliseconds);
      const parsed = statusBody.safeParse(JSON.parse(text));
      if (!parsed.success) return { reachable: false, reason: `the answer (${code}) is not a status` };
      const traffic = code === 200 && / traffic=yes$/.test(parsed.data.summary);
      return { reachable: true, status: parsed.data, traffic };
    } catch (error) {
      return { reachable: false, reason: error instanceof Error ? error.message : "unknown failure" };
    }
  }

  #get(timeoutMilliseconds: number): Promise<{ code: number; text: string }> {
    const { apiUrl, ca } = this.#options;
    return new Promise((resolve, reject) => {
      // The signal covers name, connection, TLS and body alike; a socket's own timeout only silence.
      const signal = AbortSignal.timeout(timeoutMilliseconds);
      const url = `${apiUrl.replace(/\/+$/, "")}/status`;
      const fail = (error: Error): void =>
        reject(signal.aborted ? new Error("no answer within the time limit") : error);
      const call = request(
        url,
        { agent: false, signal, ca, headers: { connection: "close" } },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          response.on("data", (chunk: Buffer) => {
            length += chunk.length;
            if (length > MAX_ANSWER_BYTES) return call.destroy(new Error("the answer is too long"));
            chunks.push(chunk);
          });
          response.on("end", () =>
            resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
          );
          response.on("error", fail);
        },
      );
      call.on("error", fail);
      call.end();
    });
  }
}
