import { PostgresFault } from "./errors";
import { ReplicationLink } from "./ReplicationLink";
import type { ReplicationSettings } from "./types";

const MAX_DELAY_MS = 600_000;

interface Route {
  link: ReplicationLink;
  sourceRegion: string;
  targetRegion: string;
}

interface Direction {
  delayMs: number;
  cut: boolean;
}

/** All replication links, and the settings that they obey. A Region that is isolated has every link held. */
export class ReplicationNetwork {
  readonly #routes = new Map<string, Route>();
  readonly #bySource = new Map<string, Direction>();
  readonly #isolated = new Set<string>();
  #everywhere: Direction;

  constructor(delayMs: number) {
    assertDelay(delayMs);
    this.#everywhere = { delayMs, cut: false };
  }

  /**
   * Opens the link from a writer to a secondary, in place of the secondary's former one.
   * @param secondary the secondary's name
   * @returns the port that the secondary connects to
   */
  async connect(
    secondary: string,
    sourceRegion: string,
    writerPort: number,
    targetRegion: string,
  ): Promise<number> {
    await this.disconnect(secondary);
    const link = new ReplicationLink(writerPort, this.#effective(sourceRegion, targetRegion));
    this.#routes.set(secondary, { link, sourceRegion, targetRegion });
    return link.listen();
  }

  /** Closes a secondary's link; what is in flight on it is lost. */
  async disconnect(secondary: string): Promise<void> {
    const route = this.#routes.get(secondary);
    this.#routes.delete(secondary);
    await route?.link.close();
  }

  link(secondary: string): ReplicationLink | undefined {
    return this.#routes.get(secondary)?.link;
  }

  /** What a link between two Regions would obey now. */
  settings(sourceRegion: string, targetRegion: string): Direction {
    return this.#effective(sourceRegion, targetRegion);
  }

  /** @throws PostgresFault `InvalidParameterValue` when the delay is out of range */
  configure(settings: ReplicationSettings): void {
    const { delayMs, cut, sourceRegion } = settings;
    if (delayMs !== undefined) {
      assertDelay(delayMs);
    }
    const before = sourceRegion === undefined ? this.#everywhere : this.#direction(sourceRegion);
    const after = { delayMs: delayMs ?? before.delayMs, cut: cut ?? before.cut };
    if (sourceRegion === undefined) {
      this.#everywhere = after;
      this.#bySource.clear();
    } else {
      this.#bySource.set(sourceRegion, after);
    }
    this.#apply();
  }

  isolate(region: string): void {
    this.#isolated.add(region);
    this.#apply();
  }

  reconnect(region: string): void {
    this.#isolated.delete(region);
    this.#apply();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#routes.keys()].map((secondary) => this.disconnect(secondary)));
  }

  #direction(sourceRegion: string): Direction {
    return this.#bySource.get(sourceRegion) ?? this.#everywhere;
  }

  #effective(sourceRegion: string, targetRegion: string): Direction {
    const direction = this.#direction(sourceRegion);
    const held = this.#isolated.has(sourceRegion) || this.#isolated.has(targetRegion);
    return { delayMs: direction.delayMs, cut: direction.cut || held };
  }

  #apply(): void {
    for (const { link, sourceRegion, targetRegion } of this.#routes.values()) {
      link.configure(this.#effective(sourceRegion, targetRegion));
    }
  }
}

function assertDelay(delayMs: number): void {
  if (!Number.isInteger(delayMs) || delayMs < 0 || delayMs > MAX_DELAY_MS) {
    throw new PostgresFault(
      "InvalidParameterValue",
      `delayMs must be an integer from 0 to ${MAX_DELAY_MS}, not ${delayMs}`,
    );
  }
}
