import { existsSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { PostgresSupervisor } from "../postgres";
import { cloudFiles, readCloudState, readProcesses } from "./cloudState";
import { endProcess } from "./processIdentity";

/** The daemon stops PostgreSQL and the emulator before it ends; each of those has a bound of its own. */
const DAEMON_GRACE_MS = 45_000;

/**
 * Stops the embedded cloud of a directory: the daemon, the emulator with its function workers and the PostgreSQL servers,
 * also those that a killed daemon left behind. Does nothing when none runs.
 * @returns whether anything ran
 */
export async function stopCloud(folder: string): Promise<boolean> {
  const directory = resolve(folder);
  const processes = { ...readProcesses(directory), ...readCloudState(directory)?.pids };
  const { daemon, ...others } = processes;
  let ran = daemon !== undefined && (await endProcess(daemon, DAEMON_GRACE_MS));
  for (const identity of Object.values(others)) {
    ran = (await endProcess(identity)) || ran;
  }
  const files = cloudFiles(directory);
  if (existsSync(directory)) {
    // Removes the servers and data of a daemon that could not do it itself; no connection is made, so no TLS is needed.
    const tls = { caFile: "", certFile: "", keyFile: "" };
    await new PostgresSupervisor({ directory, tls }).destroy();
  }
  rmSync(files.cloud, { force: true });
  rmSync(files.processes, { force: true });
  return ran;
}
