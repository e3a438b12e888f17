import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { delimiter, join } from "node:path";
import type { Pki } from "./pki";

const REPOSITORY = join(__dirname, "..", "..");

export interface EmulatorOptions {
  /** The Python of the tool cache. */
  python: string;
  port: number;
  dnsPort: number;
  clockFactor: number;
  pki: Pki;
  accountId: string;
  controlUrl: string;
  controlToken: string;
  logFile: string;
}

/** Starts the emulator; its last words go to this process's own log. */
export function spawnEmulator(options: EmulatorOptions): ChildProcess {
  const modules = join(REPOSITORY, "node_modules");
  return spawn(options.python, ["-m", "emulator"], {
    cwd: join(REPOSITORY, "local"),
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      // Functions run on the first node of the PATH.
      PATH: [join(modules, ".bin"), process.env["PATH"] ?? ""].join(delimiter),
      GATEWAY_PORT: String(options.port),
      CLOUD_DNS_PORT: String(options.dnsPort),
      CLOUD_CLOCK_FACTOR: String(options.clockFactor),
      MINISTACK_ACCOUNT_ID: options.accountId,
      CLOUD_SERVER_CERT: options.pki.certFile,
      CLOUD_SERVER_KEY: options.pki.keyFile,
      CLOUD_CA_FILE: options.pki.caFile,
      CLOUD_CONTROL_URL: options.controlUrl,
      CLOUD_CONTROL_TOKEN: options.controlToken,
      LAMBDA_NODE_PATH: modules,
      EMULATOR_LOG_FILE: options.logFile,
      PYTHONUNBUFFERED: "1",
      PYTHONNOUSERSITE: "1",
    },
  });
}

/** Whether the emulator answers over verified TLS. */
export function isHealthy(endpoint: string, caFile: string, timeoutMs = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      `${endpoint}/_ministack/health`,
      { ca: readFileSync(caFile), timeout: timeoutMs, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.once("timeout", () => call.destroy());
    call.once("error", () => resolve(false));
    call.once("close", () => resolve(false));
    call.end();
  });
}
