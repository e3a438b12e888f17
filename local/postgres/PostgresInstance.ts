import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { give, makePrivateFolder, writePrivateFile, type ServerAccount } from "./account";
import { ADMINISTRATOR, hostBasedAuthentication, REPLICATION_USER, serverSettings } from "./configuration";
import { PostgresFault } from "./errors";
import {
  isRunning,
  isStopped,
  readPostmasterFile,
  removeSharedMemory,
  serverOf,
  signalFamily,
  signalProcess,
} from "./processes";
import type { PostgresTls } from "./types";
import { waitUntil } from "./waiting";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 90_000;

export interface InstanceOptions {
  /** Unique among the supervisor's instances; also the name of its folder and its log. */
  name: string;
  root: string;
  logDirectory: string;
  /** Asked at the first start: the binaries may have to be copied for the servers' account. */
  binaries: () => string;
  account: ServerAccount;
  tls: PostgresTls;
  port: number;
  forceSsl: boolean;
  administratorPassword: string;
  replicationPassword: string;
}

/** Where a standby finds its writer. */
export interface Upstream {
  /** Port of the replication link. */
  port: number;
  slotName: string;
}

/** One PostgreSQL server: its files, its process, and the administrator's connection to it. */
export class PostgresInstance {
  readonly port: number;
  readonly dataDirectory: string;
  readonly #options: InstanceOptions;
  readonly #folder: string;
  #frozen = false;

  constructor(options: InstanceOptions) {
    this.#options = options;
    this.port = options.port;
    this.#folder = join(options.root, options.name);
    this.dataDirectory = join(this.#folder, "data");
  }

  /** Process id of the running server, also of one that an earlier daemon left behind. */
  get pid(): number | undefined {
    return serverOf(this.dataDirectory);
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** A standby marks itself by this file, and PostgreSQL removes it when it promotes. */
  get isStandby(): boolean {
    return existsSync(join(this.dataDirectory, "standby.signal"));
  }

  get hasData(): boolean {
    return existsSync(join(this.dataDirectory, "PG_VERSION"));
  }

  /** Makes an empty database server of the files; it does not start it. */
  async initialise(): Promise<void> {
    const { account, binaries, administratorPassword } = this.#options;
    await this.prepareFolder();
    const passwordFile = join(this.#folder, "initial-password");
    await writePrivateFile(passwordFile, administratorPassword, account);
    const result = spawnSync(
      join(binaries(), "bin", "initdb"),
      [
        `--pgdata=${this.dataDirectory}`,
        `--username=${ADMINISTRATOR}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--data-checksums",
      ],
      {
        ...account,
        cwd: this.#folder,
        env: serverEnvironment(),
        encoding: "utf8",
        timeout: START_TIMEOUT_MS,
      },
    );
    await rm(passwordFile, { force: true });
    if (result.status !== 0) {
      const why = result.error?.message ?? result.stderr.trim();
      throw new PostgresFault("ServerFailure", `initdb failed in ${this.#folder}: ${why}`);
    }
  }

  async prepareFolder(): Promise<void> {
    const { account, tls, replicationPassword, logDirectory } = this.#options;
    await mkdir(logDirectory, { recursive: true });
    makePrivateFolder(this.#folder, account);
    makePrivateFolder(this.#tlsDirectory, account);
    await writePrivateFile(join(this.#tlsDirectory, "ca.pem"), await readFile(tls.caFile), account);
    await writePrivateFile(join(this.#tlsDirectory, "server.pem"), await readFile(tls.certFile), account);
    await writePrivateFile(join(this.#tlsDirectory, "server.key"), await readFile(tls.keyFile), account);
    await writePrivateFile(this.#passFile, `*:*:*:${REPLICATION_USER}:${replicationPassword}\n`, account);
  }

  /**
   * Starts the server, as a standby when an upstream is given, and waits until it answers. A standby answers once it is
   * consistent, and a new clone needs the end of its backup from the writer for that.
   * @throws PostgresFault `ServerFailure` with the end of its log when it does not come up
   */
  async start(upstream?: Upstream, timeoutMs = START_TIMEOUT_MS): Promise<void> {
    await this.stop("fast");
    await this.prepareFolder();
    await this.#writeConfiguration(upstream);
    const { account, binaries, name } = this.#options;
    const log = openSync(this.logFile, "a", 0o600);
    let exit: string | undefined;
    // Detached: Ctrl-C in a terminal goes to the daemon, which then stops its servers in the right order.
    const child = spawn(join(binaries(), "bin", "postgres"), ["-D", this.dataDirectory], {
      ...account,
      cwd: this.#folder,
      env: serverEnvironment(),
      stdio: ["ignore", log, log],
      detached: true,
    });
    closeSync(log);
    child.on("error", (error) => (exit = error.message));
    child.on("exit", (code, signal) => (exit = `ended with ${signal ?? code}`));
    child.unref();
    await waitUntil(`PostgreSQL ${name} to start`, timeoutMs, async () => {
      if (exit !== undefined) {
        throw new PostgresFault(
          "ServerFailure",
          `PostgreSQL ${name} did not start (${exit}): ${await this.#logTail()}`,
        );
      }
      const file = readPostmasterFile(this.dataDirectory);
      return file?.pid === child.pid && file?.status === "ready";
    });
    this.#frozen = false;
  }

  /**
   * Stops the server if it runs. `fast` ends sessions, writes a checkpoint and hands all of its log to connected
   * standbys; `immediate` does none of it. What does not end in time is killed.
   * @returns whether it ended as asked
   */
  async stop(how: "fast" | "immediate", timeoutMs = STOP_TIMEOUT_MS): Promise<boolean> {
    const pid = this.pid;
    if (pid === undefined) {
      return true;
    }
    if (isStopped(pid)) {
      await this.kill();
      return false;
    }
    signalProcess(pid, how === "fast" ? "SIGINT" : "SIGQUIT");
    try {
      await waitUntil("PostgreSQL to stop", timeoutMs, () => !isRunning(pid), 10);
      return true;
    } catch {
      await this.kill();
      return false;
    }
  }

  /** Ends the server and all its sessions at once, as a crash does. */
  async kill(): Promise<void> {
    const pid = this.pid;
    if (pid !== undefined) {
      const memory = readPostmasterFile(this.dataDirectory)?.sharedMemoryId;
      signalFamily(pid, "SIGKILL");
      await waitUntil("a killed server to end", 10_000, () => !isRunning(pid), 10);
      removeSharedMemory(memory);
    }
    this.#frozen = false;
  }

  /** The server stops answering; its connections stay open, and the system still accepts new ones for it. */
  freeze(): void {
    const pid = this.pid;
    if (pid !== undefined) {
      signalFamily(pid, "SIGSTOP");
      this.#frozen = true;
    }
  }

  thaw(): void {
    const pid = this.pid;
    if (pid !== undefined && this.#frozen) {
      signalFamily(pid, "SIGCONT");
    }
    this.#frozen = false;
  }

  /**
   * Runs work on an administrator's connection and closes it.
   * @throws PostgresFault `ServerFailure` when the server does not answer within 5 s
   */
  async administer<T>(work: (client: Client) => Promise<T>, database = "postgres"): Promise<T> {
    const client = new Client({
      host: "127.0.0.1",
      port: this.port,
      user: ADMINISTRATOR,
      password: this.#options.administratorPassword,
      database,
      ssl: { ca: await readFile(this.#options.tls.caFile, "utf8"), rejectUnauthorized: true },
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS,
      application_name: "embedded-cloud",
    });
    // A server that ends while the connection is idle is reported by the next query.
    client.on("error", () => undefined);
    try {
      await client.connect();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new PostgresFault("ServerFailure", `PostgreSQL ${this.#options.name} does not answer: ${why}`, {
        cause: error,
      });
    }
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Removes the data, so that they can be copied anew; the server must be stopped. */
  async clearData(): Promise<void> {
    await rm(this.dataDirectory, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Removes all files of the server; it must be stopped. */
  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  get logFile(): string {
    return join(this.#options.logDirectory, `postgres-${this.#options.name}.log`);
  }

  get #tlsDirectory(): string {
    return join(this.#folder, "tls");
  }

  get #passFile(): string {
    return join(this.#folder, "pgpass");
  }

  async #writeConfiguration(upstream: Upstream | undefined): Promise<void> {
    const { account, forceSsl, name } = this.#options;
    const settings = serverSettings({
      port: this.port,
      tlsDirectory: this.#tlsDirectory,
      forceSsl,
      upstream: upstream && { ...upstream, passFile: this.#passFile, applicationName: name },
    });
    await writePrivateFile(join(this.dataDirectory, "postgresql.conf"), settings, account);
    await writePrivateFile(
      join(this.dataDirectory, "pg_hba.conf"),
      hostBasedAuthentication(forceSsl),
      account,
    );
    const signal = join(this.dataDirectory, "standby.signal");
    if (upstream) {
      await writePrivateFile(signal, "", account);
      await this.#dropSlots();
    } else {
      await rm(signal, { force: true });
    }
    await give(this.dataDirectory, account);
  }

  /** A former writer's slots would keep its log for ever: a standby serves nobody. */
  async #dropSlots(): Promise<void> {
    const slots = join(this.dataDirectory, "pg_replslot");
    await rm(slots, { recursive: true, force: true });
    makePrivateFolder(slots, this.#options.account);
  }

  async #logTail(): Promise<string> {
    const log = await readFile(this.logFile, "utf8").catch(() => "");
    return `${log.trim().split("\n").slice(-5).join(" | ")} (${dirname(this.logFile)})`;
  }
}

/** Nothing of the user's environment (PGDATA, PGPORT, a locale that is not installed, credentials) reaches a server. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: "/usr/bin:/bin", TZ: "UTC", LC_ALL: "C.UTF-8" };
}
