import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../functions/domain/clock";
import { PspApi } from "./PspApi";
import { PspBooks } from "./PspBooks";
import { PspLedger, type NotificationTarget } from "./PspLedger";
import { PspNotifier } from "./PspNotifier";

/** How to start the simulator. */
export interface PspSimulatorOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Loopback unless told otherwise. */
  readonly host?: string;
  /** PEM texts; `ca` verifies the receiver of notifications. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca?: string };
  /** JSON lines; made when absent, read when present. */
  readonly stateFile: string;
  /** What callers must send as `Authorization: Bearer …`, also to the ledger and the fault switch. */
  readonly apiKey: string;
  /** HMAC key of the notifications. */
  readonly notificationKey: string;
  /** Where notifications go, until `PUT /notification-target` says otherwise. Without one they are not sent. */
  readonly notificationTarget?: NotificationTarget;
  /** Milliseconds until a pending operation settles. */
  readonly settleMilliseconds?: number;
  readonly clock?: Clock;
  readonly log?: (message: string) => void;
}

/** A running simulator. */
export interface PspSimulator {
  readonly url: string;
  readonly port: number;
  readonly books: PspBooks;
  /** Closes the port and every connection; resolves when all is on file. */
  stop(): Promise<void>;
}

const DEFAULT_SETTLE_MILLISECONDS = 500;

/**
 * Starts the deterministic simulator of a payment service provider over HTTPS.
 *
 * @throws Error when the port is taken or the state file is not its own.
 */
export async function startPspSimulator(options: PspSimulatorOptions): Promise<PspSimulator> {
  const clock = options.clock ?? { now: () => new Date() };
  const log = options.log ?? (() => undefined);
  const ledger = new PspLedger(options.stateFile);
  const books = new PspBooks(ledger, clock);
  const notifier = new PspNotifier(options.notificationKey, options.tls.ca, clock, log);
  const api = new PspApi({
    apiKey: options.apiKey,
    books,
    ledger,
    clock,
    notifier,
    notificationTarget: () => ledger.notificationTarget ?? options.notificationTarget,
    settleMilliseconds: options.settleMilliseconds ?? DEFAULT_SETTLE_MILLISECONDS,
    log,
  });
  const { cert, key } = options.tls;
  const server = createServer({ cert, key, minVersion: "TLSv1.2" }, (request, response) => {
    void api.handle(request, response);
  });
  await listen(server, options.port, options.host ?? "127.0.0.1");
  api.resumePending();
  const { port, address } = server.address() as AddressInfo;
  return {
    url: `https://${address}:${port}`,
    port,
    books,
    async stop() {
      api.stop();
      notifier.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await ledger.flush();
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
