import { request as undiciRequest, type Dispatcher } from "undici";
import type { PspLedgerEntry } from "../psp/PspLedger";
import { readSecret } from "./aws";
import type { EmbeddedCloud, FlatOutputs } from "./EmbeddedCloud";

/** The simulator's books and switches, for tests, drills and the benchmark. */
export class PspClient {
  readonly #url: string;
  readonly #apiKey: string;
  readonly #dispatcher: Dispatcher;

  constructor(url: string, apiKey: string, dispatcher: Dispatcher) {
    this.#url = url;
    this.#apiKey = apiKey;
    this.#dispatcher = dispatcher;
  }

  /** With the key that the functions use. */
  static async open(cloud: EmbeddedCloud, outputs: FlatOutputs, dispatcher: Dispatcher): Promise<PspClient> {
    const { apiKey } = await readSecret(cloud, "primary", `secret-psp-${outputs.suffix}`);
    return new PspClient(cloud.pspUrl, apiKey ?? "", dispatcher);
  }

  /** Entries after the given sequence number, optionally of one payment. */
  async ledger(query: { after?: number; merchantReference?: string } = {}): Promise<PspLedgerEntry[]> {
    const search = new URLSearchParams();
    if (query.after !== undefined) search.set("after", String(query.after));
    if (query.merchantReference !== undefined) search.set("merchant_reference", query.merchantReference);
    const body = (await this.#call("GET", `/ledger?${search.toString()}`)) as { entries: PspLedgerEntry[] };
    return body.entries;
  }

  /** Sets what goes wrong for everybody; without arguments nothing does. */
  async setFaults(
    faults: { down?: boolean; timeouts?: boolean; latencyMilliseconds?: number } = {},
  ): Promise<void> {
    await this.#call("PUT", "/faults", faults);
  }

  /** Tells the simulator where its notifications go. */
  async setNotificationTarget(target: {
    url: string;
    connect?: { port: number; host?: string; dns?: { address: string; port: number } };
  }): Promise<void> {
    await this.#call("PUT", "/notification-target", target);
  }

  async #call(method: "GET" | "PUT", path: string, body?: unknown): Promise<unknown> {
    const answer = await undiciRequest(this.#url + path, {
      method,
      headers: { authorization: `Bearer ${this.#apiKey}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      dispatcher: this.#dispatcher,
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200)
      throw new Error(`the PSP simulator answered ${answer.statusCode}: ${text}`);
    return JSON.parse(text);
  }
}
