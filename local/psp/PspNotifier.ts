import { createHash } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { request as httpsRequest } from "node:https";
import type { Clock } from "../../functions/domain/clock";
import { base32Id } from "../../functions/domain/identifiers";
import { PSP_SIGNATURE_HEADER, signNotification } from "../../functions/domain/notificationSignature";
import type { PspNotification } from "../../functions/shared/psp/notification";
import type { NotificationTarget, PspLedgerEntry } from "./PspLedger";
import { failureMessage } from "./tokens";

/** Milliseconds between two tries; after the last one the notification is given up, and only a look-up tells. */
const RETRY_DELAYS_MILLISECONDS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000];
const TIMEOUT_MILLISECONDS = 5_000;
const RESOLVER_TIMEOUT_MILLISECONDS = 1_000;

/** Sends signed notifications until they are taken. */
export class PspNotifier {
  readonly #key: string;
  readonly #ca: string | undefined;
  readonly #clock: Clock;
  readonly #log: (message: string) => void;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(key: string, ca: string | undefined, clock: Clock, log: (message: string) => void) {
    this.#key = key;
    this.#ca = ca;
    this.#clock = clock;
    this.#log = log;
  }

  /** Sends the outcome of an operation; `target` is asked for again at each try, as it may move in a failover. */
  notify(entry: PspLedgerEntry, target: () => NotificationTarget | undefined): void {
    void this.#try(notificationOf(entry), target, 0);
  }

  /** Gives up all that still waits. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  async #try(
    notification: PspNotification,
    target: () => NotificationTarget | undefined,
    tried: number,
  ): Promise<void> {
    const to = target();
    if (to !== undefined) {
      try {
        const status = await this.#post(to, Buffer.from(JSON.stringify(notification)));
        // 409 says that an earlier try, whose answer was lost, was taken.
        if ((status >= 200 && status < 300) || status === 409) return;
        this.#log(`notification ${notification.id} was answered ${status}`);
      } catch (error) {
        this.#log(`notification ${notification.id} was not delivered: ${(error as Error).message}`);
      }
    }
    const delay = RETRY_DELAYS_MILLISECONDS[tried];
    if (delay === undefined) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#try(notification, target, tried + 1);
    }, delay);
    timer.unref();
    this.#timers.add(timer);
  }

  async #post(target: NotificationTarget, body: Buffer): Promise<number> {
    const url = new URL(target.url);
    const host = await hostOf(target, url.hostname);
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        {
          host,
          port: target.connect?.port ?? (url.port === "" ? 443 : Number(url.port)),
          servername: url.hostname,
          path: url.pathname + url.search,
          method: "POST",
          ca: this.#ca,
          timeout: TIMEOUT_MILLISECONDS,
          headers: {
            Host: url.host,
            "Content-Type": "application/json",
            "Content-Length": body.length,
            [PSP_SIGNATURE_HEADER]: signNotification(this.#key, body, this.#clock.now()),
          },
        },
        (response) => {
          response.resume();
          response.on("end", () => resolve(response.statusCode ?? 0));
          response.on("error", reject);
        },
      );
      request.on("timeout", () => request.destroy(new Error("timed out")));
      request.on("error", reject);
      request.end(body);
    });
  }
}

/** The address to connect to. Nothing is remembered: a merchant's or PSP's resolver keeps an answer for seconds only. */
async function hostOf({ connect }: NotificationTarget, hostname: string): Promise<string> {
  if (connect?.dns === undefined) return connect?.host ?? hostname;
  const resolver = new Resolver({ timeout: RESOLVER_TIMEOUT_MILLISECONDS, tries: 2 });
  resolver.setServers([`${connect.dns.address}:${connect.dns.port}`]);
  const [address] = await resolver.resolve4(hostname);
  if (address === undefined) throw new Error(`${hostname} has no address`);
  return address;
}

function notificationOf(entry: PspLedgerEntry): PspNotification {
  return {
    id: `ntf_${base32Id(createHash("sha256").update(`${entry.idempotencyKey}|${entry.pspReference}`).digest())}`,
    type: entry.status === "succeeded" ? "operation.succeeded" : "operation.declined",
    operation_id: entry.idempotencyKey,
    merchant_reference: entry.merchantReference,
    psp_reference: entry.pspReference,
    occurred_at: entry.at,
    ...(entry.failureCode !== undefined && {
      failure_code: entry.failureCode,
      failure_message: failureMessage(entry.failureCode),
    }),
  };
}
