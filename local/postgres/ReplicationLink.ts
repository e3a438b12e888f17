import { createServer, type AddressInfo, type Server } from "node:net";
import { LinkConnection, type LinkState } from "./LinkConnection";

/**
 * The network between a writer and one standby, as a TCP relay on a loopback port: with a delay the log is really in
 * flight, and when cut it is a black hole that holds every byte and resets nothing.
 */
export class ReplicationLink {
  readonly #server: Server;
  readonly #state: LinkState;
  readonly #connections = new Set<LinkConnection>();
  #interruptedSince: number | undefined;

  /** @param writerPort where the writer listens on 127.0.0.1 */
  constructor(writerPort: number, settings: { delayMs: number; cut: boolean }) {
    this.#state = { ...settings };
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (standby) => {
      const connection = new LinkConnection(standby, writerPort, this.#state, () => {
        this.#connections.delete(connection);
        this.#noteInterruption();
      });
      standby.on("close", () => this.#noteInterruption());
      this.#connections.add(connection);
      this.#noteInterruption();
    });
  }

  /** @returns the port that the standby connects to */
  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  get delayMs(): number {
    return this.#state.delayMs;
  }

  get cut(): boolean {
    return this.#state.cut;
  }

  /** Takes effect at once, also on bytes that are in flight. */
  configure(settings: { delayMs: number; cut: boolean }): void {
    Object.assign(this.#state, settings);
    this.#noteInterruption();
    for (const connection of this.#connections) {
      connection.release();
    }
  }

  /** Age in milliseconds of the oldest byte of log in flight, or of the interruption; 0 when nothing is on its way. */
  ageMs(): number {
    const arrivals = [...this.#connections].map((connection) => connection.oldestArrival);
    const oldest = Math.min(
      ...[...arrivals, this.#interruptedSince].filter((moment) => moment !== undefined),
    );
    return Number.isFinite(oldest) ? performance.now() - oldest : 0;
  }

  #noteInterruption(): void {
    const connected = [...this.#connections].some((connection) => connection.standbyConnected);
    this.#interruptedSince =
      connected && !this.#state.cut ? undefined : (this.#interruptedSince ?? performance.now());
  }

  /** Ends all connections; what is in flight is lost. */
  async close(): Promise<void> {
    for (const connection of this.#connections) {
      connection.destroy();
    }
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
