import type { Cluster } from "./Cluster";

/**
 * Brings a cluster that was replaced as writer back as a secondary, as Aurora does by itself after a managed failover:
 * there within minutes or hours, here after a delay that can be set.
 */
export class Rejoin {
  /** Milliseconds from the moment when it could rejoin until it begins to. */
  delayMs = 0;
  readonly #begin: (cluster: Cluster) => void;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @param begin clones the cluster anew in the background */
  constructor(begin: (cluster: Cluster) => void) {
    this.#begin = begin;
  }

  /** Begins at once when there is no delay. */
  schedule(cluster: Cluster): void {
    if (this.delayMs === 0) {
      this.#begin(cluster);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#begin(cluster);
    }, this.delayMs);
    timer.unref();
    this.#timers.add(timer);
  }

  /** Nothing rejoins any more. */
  stop(): void {
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#timers.clear();
  }
}
