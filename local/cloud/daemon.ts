import { randomBytes } from "node:crypto";
import type { ChildProcess } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { PostgresSupervisor } from "../postgres";
import { startPspSimulator, type PspSimulator } from "../psp";
import { cloudFiles, writeCloudState, writeProcesses, type CloudState } from "./cloudState";
import { startControlServer } from "./controlServer";
import { isHealthy, spawnEmulator } from "./emulator";
import { createPki, type Pki } from "./pki";
import { identityOf, type ProcessIdentity } from "./processIdentity";
import { readSecrets } from "./secrets";

/** What `startCloud` tells the daemon, as JSON in its only argument. */
export interface DaemonOptions {
  directory: string;
  python: string;
  port: number;
  replicationDelayMs: number;
  /** AWS seconds in one second of this machine. */
  clockFactor: number;
  dnsPort: number;
}

/** What the daemon tells `startCloud` once. */
export type DaemonReport = { ready: true } | { ready: false; reason: string };

const ACCOUNT_ID = "123456789012";
/** Where the emulator's DNS server answers the world. */
const DNS_ADDRESS = "127.0.0.1";
const HEALTH_TIMEOUT_MS = 60_000;
const HEALTH_POLL_MS = 100;
const EMULATOR_GRACE_MS = 10_000;

/**
 * One process per clone: hosts the PostgreSQL supervisor, the PSP simulator and the control API, and keeps the emulator
 * as its child. It ends, with all of them and with their data, on SIGTERM, and when the emulator ends.
 */
class Daemon {
  readonly #options: DaemonOptions;
  readonly #token = randomBytes(32).toString("base64url");
  #supervisor: PostgresSupervisor | undefined;
  #psp: PspSimulator | undefined;
  #control: Server | undefined;
  #emulator: ChildProcess | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: DaemonOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { directory, python, port, dnsPort, clockFactor } = this.#options;
    const files = cloudFiles(directory);
    const daemon = ownIdentity(process.pid);
    writeProcesses(directory, { daemon });
    const pki = await createPki(files.pki);
    this.#supervisor = new PostgresSupervisor({
      directory,
      tls: pki,
      replicationDelayMs: this.#options.replicationDelayMs,
      log,
    });
    await this.#supervisor.start();
    this.#psp = await startPspSimulator({
      port: 0,
      tls: pem(pki),
      stateFile: files.psp,
      log,
      ...readSecrets(files.secrets).psp,
    });
    const { server, url: controlUrl } = await startControlServer(this.#supervisor, this.#token);
    this.#control = server;
    this.#emulator = spawnEmulator({
      ...{ python, port, dnsPort, clockFactor, pki, controlUrl },
      accountId: ACCOUNT_ID,
      controlToken: this.#token,
      logFile: join(files.logs, "emulator.log"),
    });
    this.#emulator.once("error", (error) => log(`the emulator does not start: ${error.message}`));
    const emulator = ownIdentity(this.#emulator.pid);
    writeProcesses(directory, { daemon, emulator });
    const endpoint = `https://127.0.0.1:${port}`;
    await this.#untilHealthy(endpoint, pki.caFile);
    this.#emulator.once("exit", (code, signal) => {
      if (this.#stopping === undefined) {
        log(`the emulator ended by itself (${signal ?? `exit code ${code}`}): the embedded cloud stops`);
        void this.stop().finally(() => process.exit(1));
      }
    });
    writeCloudState(directory, this.#state(endpoint, pki, controlUrl, { daemon, emulator }));
  }

  async #untilHealthy(endpoint: string, caFile: string): Promise<void> {
    const deadline = Date.now() + HEALTH_TIMEOUT_MS;
    while (!(await isHealthy(endpoint, caFile))) {
      if (this.#emulator?.exitCode !== null) {
        throw new Error(`the emulator ended with exit code ${this.#emulator?.exitCode}`);
      }
      if (Date.now() > deadline) {
        throw new Error(`the emulator did not answer within ${HEALTH_TIMEOUT_MS / 1000} s`);
      }
      await new Promise((resolve) => setTimeout(resolve, HEALTH_POLL_MS));
    }
  }

  #state(endpoint: string, pki: Pki, controlUrl: string, pids: CloudState["pids"]): CloudState {
    return {
      version: 1,
      endpoint,
      caFile: pki.caFile,
      clientEnv: {
        AWS_ENDPOINT_URL: endpoint,
        AWS_CA_BUNDLE: pki.caFile,
        NODE_EXTRA_CA_CERTS: pki.caFile,
        // The account id as access key is the emulator's root user.
        AWS_ACCESS_KEY_ID: ACCOUNT_ID,
        AWS_SECRET_ACCESS_KEY: "embedded",
      },
      accountId: ACCOUNT_ID,
      psp: { url: this.#psp!.url },
      dns: { address: DNS_ADDRESS, port: this.#options.dnsPort },
      clockFactor: this.#options.clockFactor,
      postgres: { controlUrl },
      pids,
      cloudToken: this.#token,
      startedAt: new Date().toISOString(),
    };
  }

  /** Stops everything and removes the data: the emulator forgets its account, so nothing would belong to them. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    rmSync(cloudFiles(this.#options.directory).cloud, { force: true });
    const settled = await Promise.allSettled([
      this.#endEmulator(),
      this.#psp?.stop(),
      new Promise<void>((resolve) => {
        this.#control?.closeAllConnections();
        return this.#control === undefined ? resolve() : this.#control.close(() => resolve());
      }),
      this.#supervisor?.destroy(),
    ]);
    for (const result of settled) {
      if (result.status === "rejected") {
        log(`while stopping: ${String(result.reason)}`);
      }
    }
    rmSync(cloudFiles(this.#options.directory).processes, { force: true });
  }

  async #endEmulator(): Promise<void> {
    const emulator = this.#emulator;
    if (emulator === undefined || emulator.exitCode !== null || emulator.signalCode !== null) {
      return;
    }
    const ended = new Promise<void>((resolve) => emulator.once("exit", () => resolve()));
    emulator.kill("SIGTERM");
    const killer = setTimeout(() => emulator.kill("SIGKILL"), EMULATOR_GRACE_MS);
    await ended;
    clearTimeout(killer);
  }
}

function ownIdentity(pid: number | undefined): ProcessIdentity {
  const identity = pid === undefined ? undefined : identityOf(pid);
  if (identity === undefined) {
    throw new Error("a process ended as soon as it was started");
  }
  return identity;
}

function pem(pki: Pki): { cert: string; key: string; ca: string } {
  const read = (file: string) => readFileSync(file, "utf8");
  return { cert: read(pki.certFile), key: read(pki.keyFile), ca: read(pki.caFile) };
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

/** Tells `startCloud`, which may have gone meanwhile. */
function tell(report: DaemonReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) {
      process.send!(report, () => {
        process.disconnect();
        resolve();
      });
    } else {
      resolve();
    }
  });
}

async function main(): Promise<void> {
  const daemon = new Daemon(JSON.parse(process.argv[2] ?? "{}") as DaemonOptions);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.on(signal, () => void daemon.stop().finally(() => process.exit(0)));
  }
  process.on("uncaughtException", (error) => log(`uncaught: ${error.stack}`));
  process.on("unhandledRejection", (reason) => log(`unhandled: ${String(reason)}`));
  try {
    await daemon.start();
    log("the embedded cloud is up");
    await tell({ ready: true });
  } catch (error) {
    log(`start failed: ${(error as Error).stack}`);
    await daemon.stop();
    await tell({ ready: false, reason: (error as Error).message });
    process.exit(1);
  }
}

void main();
