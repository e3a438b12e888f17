import { Agent, buildConnector } from "undici";
import type { EmbeddedCloud } from "./EmbeddedCloud";

/** Top-level domain of the embedded cloud's own host names (RFC 2606 reserves it for tests). */
const EMBEDDED_DOMAIN = ".payments.test";

/** How a connection behaves. */
export interface DispatcherOptions {
  /** Connections per host at once. */
  readonly connections?: number;
  /** Milliseconds to the headers and between two parts of the body. */
  readonly timeoutMilliseconds?: number;
}

const DEFAULT_CONNECTIONS = 32;
const DEFAULT_TIMEOUT_MILLISECONDS = 30_000;

/**
 * An undici dispatcher that stands in for DNS: every `*.payments.test` host is reached at the emulator's address, under
 * its own name (SNI and Host), and its certificate is verified against the embedded cloud's authority.
 */
export function embeddedDispatcher(cloud: EmbeddedCloud, options: DispatcherOptions = {}): Agent {
  const { hostname, port } = new URL(cloud.endpoint);
  const connect = buildConnector({ ca: cloud.ca, timeout: 10_000 });
  const timeout = options.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS;
  return new Agent({
    connections: options.connections ?? DEFAULT_CONNECTIONS,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connect: (target, callback) =>
      target.hostname.endsWith(EMBEDDED_DOMAIN)
        ? connect({ ...target, hostname, port, servername: target.hostname }, callback)
        : connect(target, callback),
  });
}
