import { createHash, X509Certificate } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { connect } from "node:tls";
import { chromium, type Browser, type Page, type Response } from "playwright-core";
import type { EmbeddedCloud } from "../../../local/client";
import { ensureChromium } from "../../../local/toolchain";

/** Milliseconds that a page may take, a lost origin's time-out included. */
const PAGE_MILLISECONDS = 30_000;

/** One visit and what the browser saw of it. */
export interface Visit {
  readonly page: Page;
  readonly response: Response;
  /** Addresses of everything that the page asked for. */
  readonly requests: readonly string[];
  /** What the content security policy refused. */
  readonly violations: () => Promise<string[]>;
}

/** Keeps a list of violations; it stands there before any script of the page runs. */
const RECORD_VIOLATIONS = `
  globalThis.violations = [];
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
    violations.push(effectiveDirective + " " + blockedURI));`;

/**
 * A headless Chromium that finds one site of the embedded cloud under its public address, port 443 included, and no
 * other name at all. It trusts exactly the key of the certificate that was verified against the cloud's authority.
 */
export class EdgeBrowser {
  readonly #browser: Browser;
  readonly #site: string;

  private constructor(browser: Browser, site: string) {
    this.#browser = browser;
    this.#site = site;
  }

  /** @param trust false: as any browser that was told nothing of the embedded cloud's authority */
  static async launch(cloud: EmbeddedCloud, site: string, trust = true): Promise<EdgeBrowser> {
    const { hostname } = new URL(site);
    const address = await addressOf(cloud, hostname);
    const port = new URL(cloud.endpoint).port;
    const trusted = trust
      ? [`--ignore-certificate-errors-spki-list=${await verifiedKey(cloud, hostname, address)}`]
      : [];
    const browser = await chromium.launch({
      executablePath: process.env["CHROMIUM"] ?? (await ensureChromium()),
      // Chromium's sandbox refuses to run as root, as containers do.
      chromiumSandbox: process.getuid?.() !== 0,
      args: [...trusted, `--host-resolver-rules=MAP ${hostname}:443 ${address}:${port}, MAP * ~NOTFOUND`],
    });
    return new EdgeBrowser(browser, site);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  /** Opens a path of the site in a browser profile of its own, so that nothing is cached. */
  async visit(path = "/"): Promise<Visit> {
    const context = await this.#browser.newContext({ locale: "en-SG" });
    context.setDefaultTimeout(PAGE_MILLISECONDS);
    await context.addInitScript(RECORD_VIOLATIONS);
    const page = await context.newPage();
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    const response = await page.goto(`${this.#site}${path}`, { waitUntil: "networkidle" });
    if (!response) throw new Error(`${path} gave no response`);
    const violations = () => page.evaluate<string[]>("violations");
    return { page, response, requests, violations };
  }
}

/** Where the cloud's own DNS says that a name leads. */
async function addressOf(cloud: EmbeddedCloud, name: string): Promise<string> {
  const resolver = new Resolver();
  resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`]);
  const [address] = await resolver.resolve4(name);
  if (address === undefined) throw new Error(`${name} leads nowhere`);
  return address;
}

/**
 * Base64 of the SHA-256 of the server's public key, after a handshake in which Node verified the chain up to the
 * cloud's authority, and the name.
 */
function verifiedKey(cloud: EmbeddedCloud, servername: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const port = Number(new URL(cloud.endpoint).port);
    const socket = connect({ host, port, servername, ca: cloud.ca, minVersion: "TLSv1.2" }, () => {
      const key = new X509Certificate(socket.getPeerCertificate().raw).publicKey;
      socket.end();
      const spki = key.export({ type: "spki", format: "der" });
      resolve(createHash("sha256").update(spki).digest("base64"));
    });
    socket.on("error", reject);
  });
}
