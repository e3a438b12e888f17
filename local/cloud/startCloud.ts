import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { CommandError, say, tail } from "../cli";
import { cloudFiles, MAX_CLOCK_FACTOR, readCloudState, type CloudState } from "./cloudState";
import type { DaemonOptions, DaemonReport } from "./daemon";
import { isHealthy } from "./emulator";
import { choosePort } from "./ports";
import { identityOf, isRunning } from "./processIdentity";
import { createSecrets } from "./secrets";
import { stopCloud } from "./stopCloud";

/** The variable that sets the clock factor of the next cloud to be started. */
export const CLOCK_FACTOR_VARIABLE = "EMBEDDED_CLOUD_CLOCK_FACTOR";

/** Longest start seen: 4 s. */
const START_TIMEOUT_MS = 90_000;

/** Kept from one cloud to the next: what happened, and (so that a warning can be given) nothing else. */
const KEPT = ["logs"];

export interface StartOptions {
  directory: string;
  python: string;
  signal?: AbortSignal;
}

/** The running cloud of a directory, when it answers. */
export async function runningCloud(directory: string): Promise<CloudState | undefined> {
  const state = readCloudState(directory);
  const isUp =
    state !== undefined &&
    isRunning(state.pids.daemon) &&
    isRunning(state.pids.emulator) &&
    (await isHealthy(state.endpoint, state.caFile, 10_000).catch(() => false));
  return isUp ? state : undefined;
}

/**
 * Starts an embedded cloud in a directory that has none running. What an earlier one left there, processes and state, is
 * removed: its AWS accounts lived in its memory.
 * @throws CommandError with the reason from the cloud's log
 */
export async function startCloud({ directory: folder, python, signal }: StartOptions): Promise<CloudState> {
  const directory = resolve(folder);
  await stopCloud(directory);
  const files = cloudFiles(directory);
  prepareDirectory(directory);
  createSecrets(files.secrets);
  const options: DaemonOptions = {
    ...{ directory, python },
    port: await choosePort(),
    replicationDelayMs: wholeNumber("CLOUD_REPLICATION_DELAY_MS", 600_000),
    clockFactor: clockFactor(),
    dnsPort: await choosePort(""),
  };
  signal?.throwIfAborted();
  try {
    await spawnDaemon(options, join(files.logs, "daemon.log"), signal);
  } catch (error) {
    await stopCloud(directory);
    throw error;
  }
  const state = readCloudState(directory);
  if (state === undefined) {
    throw new CommandError(`The embedded cloud wrote no state. See ${files.logs}.`);
  }
  return state;
}

function prepareDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const entry of readdirSync(directory)) {
      if (!KEPT.includes(entry) && !entry.endsWith(".lock")) {
        rmSync(join(directory, entry), { recursive: true, force: true });
      }
    }
    mkdirSync(cloudFiles(directory).logs, { recursive: true });
  } catch (error) {
    throw new CommandError(`The folder ${directory} cannot be used: ${(error as Error).message}`);
  }
}

async function spawnDaemon(options: DaemonOptions, logFile: string, signal?: AbortSignal): Promise<void> {
  const log = openSync(logFile, "w", 0o600);
  const child = spawn(
    process.execPath,
    ["--import", "tsx", join(__dirname, "daemon.ts"), JSON.stringify(options)],
    {
      cwd: join(__dirname, "..", ".."),
      // A session of its own: Ctrl-C in the terminal must not end a cloud that is to stay.
      detached: true,
      stdio: ["ignore", log, log, "ipc"],
    },
  );
  closeSync(log);
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS);
  const stop = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const identity = child.pid === undefined ? undefined : identityOf(child.pid);
  try {
    const report = await new Promise<DaemonReport>((resolve, reject) => {
      stop.addEventListener("abort", () => reject(stop.reason as Error), { once: true });
      child.once("message", (message) => resolve(message as DaemonReport));
      child.once("error", (error) => resolve({ ready: false, reason: error.message }));
      child.once("exit", (code) =>
        resolve({ ready: false, reason: `its process ended (exit code ${code})` }),
      );
    });
    if (!report.ready) {
      const lines = tail(readFileSync(logFile, "utf8"), 12);
      throw new CommandError(`The embedded cloud did not start: ${report.reason}.\n${lines}`);
    }
  } catch (error) {
    if (identity !== undefined && isRunning(identity)) {
      say("Stopping the half-started embedded cloud …");
    }
    throw timeout.aborted && !signal?.aborted
      ? new CommandError(
          `The embedded cloud did not start within ${START_TIMEOUT_MS / 1000} s. See ${logFile}.`,
        )
      : error;
  } finally {
    if (child.connected) {
      child.disconnect();
    }
    child.unref();
  }
}

/** AWS seconds in one second here: what `npm run up` is told, 1 (real time) unless said otherwise. */
function clockFactor(): number {
  const text = process.env[CLOCK_FACTOR_VARIABLE] || "1";
  const factor = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || factor < 1 || factor > MAX_CLOCK_FACTOR) {
    throw new CommandError(
      `${CLOCK_FACTOR_VARIABLE} must be a number from 1 to ${MAX_CLOCK_FACTOR}, not "${text}".`,
    );
  }
  return factor;
}

function wholeNumber(variable: string, highest: number): number {
  const text = process.env[variable] || "0";
  if (!/^\d+$/.test(text) || Number(text) > highest) {
    throw new CommandError(`${variable} must be a whole number from 0 to ${highest}, not "${text}".`);
  }
  return Number(text);
}
