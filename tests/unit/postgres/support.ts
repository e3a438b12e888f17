import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { Client } from "pg";
import { PostgresSupervisor, type ClusterEndpoints, type PostgresTls } from "../../../local/postgres";

export const SINGAPORE = "ap-southeast-1";
export const SYDNEY = "ap-southeast-2";
export const GLOBAL = "global-payments-test";
export const MASTER = { user: "payments_admin", password: "correct-horse-battery" };

/** A certification authority and a server certificate with the SAN that the embedded cloud's has. */
export async function makePki(directory: string): Promise<PostgresTls> {
  x509.cryptoProvider.set(webcrypto);
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
    webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const authorityKeys = await newKeys();
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 86_400_000) };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Test authority",
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=127.0.0.1",
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "dns", value: "localhost" },
      ]),
    ],
  });
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  const files = { caFile: "ca.pem", certFile: "server.pem", keyFile: "server.key" };
  writeFileSync(join(directory, files.caFile), authority.toString("pem"));
  writeFileSync(join(directory, files.certFile), certificate.toString("pem"));
  writeFileSync(join(directory, files.keyFile), x509.PemConverter.encode(key, "PRIVATE KEY"), {
    mode: 0o600,
  });
  return {
    caFile: join(directory, files.caFile),
    certFile: join(directory, files.certFile),
    keyFile: join(directory, files.keyFile),
  };
}

/** A supervisor in a folder of its own, with a pair of clusters as the templates make it. */
export class TestPair {
  readonly directory = mkdtempSync(join(tmpdir(), "payments-postgres-"));
  supervisor!: PostgresSupervisor;
  tls!: PostgresTls;
  singapore!: ClusterEndpoints;
  sydney!: ClusterEndpoints;
  readonly log: string[] = [];

  async open(): Promise<void> {
    this.tls = await makePki(this.directory);
    this.supervisor = this.newSupervisor();
    await this.supervisor.start();
  }

  newSupervisor(): PostgresSupervisor {
    return new PostgresSupervisor({
      directory: this.directory,
      tls: this.tls,
      log: (line) => this.log.push(line),
    });
  }

  async createPair(): Promise<void> {
    this.singapore = await this.createWriter();
    this.sydney = await this.createSecondary();
    await this.singaporeQuery("CREATE TABLE ledger (id bigint PRIMARY KEY, note text)");
  }

  createWriter(): Promise<ClusterEndpoints> {
    return this.supervisor.createCluster({
      region: SINGAPORE,
      clusterIdentifier: "cluster-payments-apse1-test",
      globalClusterIdentifier: GLOBAL,
      engineVersion: "17.7",
      databaseName: "payments",
      masterUsername: MASTER.user,
      masterUserPassword: MASTER.password,
      role: "writer",
    });
  }

  createSecondary(): Promise<ClusterEndpoints> {
    return this.supervisor.createCluster({
      region: SYDNEY,
      clusterIdentifier: "cluster-payments-apse2-test",
      globalClusterIdentifier: GLOBAL,
      engineVersion: "17.7",
      databaseName: "payments",
      role: "secondary",
    });
  }

  async connect(
    endpoints: ClusterEndpoints,
    options: { tls?: boolean; password?: string } = {},
  ): Promise<Client> {
    const client = new Client({
      host: endpoints.host,
      port: endpoints.port,
      user: MASTER.user,
      password: options.password ?? MASTER.password,
      database: "payments",
      ssl:
        options.tls === false
          ? false
          : { ca: (await import("node:fs")).readFileSync(this.tls.caFile, "utf8") },
      connectionTimeoutMillis: 3_000,
      query_timeout: 10_000,
    });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  async query(
    endpoints: ClusterEndpoints,
    text: string,
    values: unknown[] = [],
  ): Promise<Record<string, unknown>[]> {
    const client = await this.connect(endpoints);
    try {
      return (await client.query<Record<string, unknown>>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  singaporeQuery(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.query(this.singapore, text, values);
  }

  sydneyQuery(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.query(this.sydney, text, values);
  }

  async count(endpoints: ClusterEndpoints): Promise<number> {
    const [row] = await this.query(endpoints, "SELECT count(*)::int AS n FROM ledger");
    return row?.n as number;
  }

  /** Waits until a cluster has so many rows, and says how long that took in milliseconds. */
  async until(endpoints: ClusterEndpoints, rows: number, timeoutMs = 10_000): Promise<number> {
    const startedAt = performance.now();
    while ((await this.count(endpoints).catch(() => -1)) !== rows) {
      if (performance.now() - startedAt > timeoutMs) {
        throw new Error(`after ${timeoutMs} ms there are ${await this.count(endpoints)} rows, not ${rows}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return performance.now() - startedAt;
  }

  async close(): Promise<void> {
    await this.supervisor.settled();
    await this.supervisor.destroy();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
