import { isIP } from "node:net";
import { Resolver } from "node:dns/promises";
import { Agent, buildConnector } from "undici";
import type { EmbeddedCloud } from "./EmbeddedCloud";

/** Top-level domain of the embedded cloud's own host names (RFC 2606 reserves it for tests). */
const EMBEDDED_DOMAIN = ".payments.test";

/** How a connection behaves. */
export interface DispatcherOptions {
  /** Milliseconds to the headers and between two parts of the body. */
  readonly timeoutMilliseconds?: number;
}

const DEFAULT_TIMEOUT_MILLISECONDS = 30_000;
const CONNECT_TIMEOUT_MILLISECONDS = 10_000;
/** Loopback answers at once or not at all. */
const RESOLVER_TIMEOUT_MILLISECONDS = 1_000;
const MILLISECONDS_PER_SECOND = 1_000;
/** A connection that is idle is kept no longer than this … */
const KEEP_ALIVE_MILLISECONDS = 1_000;
/** … and a busy one takes no new request after this, so that a name which has moved is followed. */
const CONNECTION_LIFETIME_MILLISECONDS = 2_000;

/**
 * An undici dispatcher that stands in for the world's network: every `*.payments.test` host is resolved by the embedded
 * cloud's DNS server and reached at the address that it answers, on the gateway's port and under its own name (SNI and
 * Host); its certificate is verified against the embedded cloud's authority. Answers are remembered for their time to
 * live, and connections live for seconds, so that requests follow a failover.
 */
export function embeddedDispatcher(cloud: EmbeddedCloud, options: DispatcherOptions = {}): Agent {
  const { port } = new URL(cloud.endpoint);
  const connect = buildConnector({ ca: cloud.ca, timeout: CONNECT_TIMEOUT_MILLISECONDS });
  const timeout = options.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS;
  const names = new EmbeddedNames(cloud);
  return new Agent({
    headersTimeout: timeout,
    bodyTimeout: timeout,
    // A Pool's option that its types lack. It needs a pool without bound: one that is full of connections which are
    // over, but not closed yet, keeps its requests for ever.
    ...{ clientTtl: CONNECTION_LIFETIME_MILLISECONDS },
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    keepAliveMaxTimeout: KEEP_ALIVE_MILLISECONDS,
    connect: (target, callback) => {
      if (!target.hostname.endsWith(EMBEDDED_DOMAIN)) {
        connect(target, callback);
        return;
      }
      names.address(target.hostname).then(
        (hostname) => connect({ ...target, hostname, port, servername: target.hostname }, callback),
        (error: Error) => callback(error, null),
      );
    },
  });
}

interface Known {
  readonly address: string;
  /** `performance.now()` up to which it may be used. */
  readonly until: number;
}

/** The embedded cloud's names, asked of its DNS server and remembered as long as the answers say. */
export class EmbeddedNames {
  readonly #resolver = new Resolver({ timeout: RESOLVER_TIMEOUT_MILLISECONDS, tries: 3 });
  readonly #gateway: string;
  readonly #known = new Map<string, Known>();

  constructor(cloud: Pick<EmbeddedCloud, "dns" | "endpoint">) {
    this.#resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`]);
    this.#gateway = new URL(cloud.endpoint).hostname;
  }

  /**
   * The address of a host. A name without a record, as before the stack with the records is deployed, leads to the
   * gateway itself, which picks the Region.
   *
   * @throws what the resolver answers when the DNS server is silent
   */
  async address(host: string): Promise<string> {
    const known = this.#known.get(host);
    if (known !== undefined && performance.now() < known.until) return known.address;
    try {
      const [answer] = await this.#resolver.resolve4(host, { ttl: true });
      if (answer === undefined || isIP(answer.address) === 0) return this.#gateway;
      const until = performance.now() + answer.ttl * MILLISECONDS_PER_SECOND;
      this.#known.set(host, { address: answer.address, until });
      return answer.address;
    } catch (error) {
      if (NO_RECORD.has((error as NodeJS.ErrnoException).code ?? "")) return this.#gateway;
      throw error;
    }
  }
}

const NO_RECORD = new Set(["ENOTFOUND", "ENODATA", "EREFUSED"]);
