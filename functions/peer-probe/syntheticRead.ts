import { request } from "node:https";
import { within } from "../shared/failover/within";

/** Asks a Region's API one question as a merchant; answers what is wrong, or undefined. Never throws. */
export type SyntheticRead = () => Promise<string | undefined>;

/** How the question is asked. */
export interface SyntheticReadOptions {
  /** `https://…` of the API, without the path. */
  readonly apiUrl: string;
  readonly apiKey: () => Promise<string>;
  /** Milliseconds to the whole answer. */
  readonly timeoutMilliseconds: number;
  /** Further authorities to trust; for tests. */
  readonly ca?: string;
}

/**
 * `GET /v1/payments?limit=1` with the synthetic merchant's key: it passes gateway, authorizer, function and database.
 * Only silence and 5xx are the Region's fault. A key that is absent or refused is not: that is readiness's to report, and
 * no reason to move all payments.
 */
export function syntheticRead(options: SyntheticReadOptions): SyntheticRead {
  return async () => {
    const apiKey = await within(options.timeoutMilliseconds, options.apiKey()).catch(() => undefined);
    if (apiKey === undefined) return undefined;
    try {
      const code = await statusCode(options, apiKey);
      return code >= 500 ? `answered ${code}` : undefined;
    } catch (error) {
      return error instanceof Error ? error.message : "unknown failure";
    }
  };
}

function statusCode(
  { apiUrl, ca, timeoutMilliseconds }: SyntheticReadOptions,
  apiKey: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMilliseconds);
    const fail = (error: Error): void =>
      reject(signal.aborted ? new Error("no answer within the time limit") : error);
    const headers = { authorization: `Bearer ${apiKey}`, connection: "close" };
    const url = `${apiUrl.replace(/\/+$/, "")}/v1/payments?limit=1`;
    // A connection of its own: a kept one would say nothing about new ones.
    const call = request(url, { agent: false, signal, ca, headers }, (response) => {
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", fail);
      response.resume();
    });
    call.on("error", fail);
    call.end();
  });
}
