import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { PostgresFault } from "./errors";
import type { ClusterRole } from "./types";

/** What outlives the daemon about one cluster. */
export interface StoredCluster {
  region: string;
  clusterIdentifier: string;
  globalClusterIdentifier?: string;
  engineVersion: string;
  databaseName: string;
  forceSsl: boolean;
  port: number;
  role: ClusterRole;
  /** A writer that was replaced in a failover: its log went another way, so it must be cloned before it serves. */
  stale: boolean;
}

export interface StoredState {
  version: 1;
  administratorPassword: string;
  replicationPassword: string;
  clusters: StoredCluster[];
}

const newPassword = (): string => randomBytes(24).toString("base64url");

export function emptyState(): StoredState {
  return {
    version: 1,
    administratorPassword: newPassword(),
    replicationPassword: newPassword(),
    clusters: [],
  };
}

/**
 * The stored state, or a new one when there is none.
 * @throws PostgresFault `ServerFailure` when the file cannot be understood: data must not be dropped by a guess
 */
export async function loadState(file: string): Promise<StoredState> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return emptyState();
    }
    throw error;
  }
  try {
    const state = JSON.parse(text) as StoredState;
    if (state.version === 1 && Array.isArray(state.clusters)) {
      return state;
    }
  } catch {
    // Falls through: the message is the same for what is no JSON and for what is another version.
  }
  throw new PostgresFault(
    "ServerFailure",
    `${file} is damaged: remove the embedded cloud's directory and start again`,
  );
}

/** Replaces the file in one step, readable by its owner only: it holds the servers' internal passwords. */
export async function saveState(file: string, state: StoredState): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.next`;
  await writeFile(next, JSON.stringify(state, null, 2), { mode: 0o600 });
  await rename(next, file);
}

export async function removeState(file: string): Promise<void> {
  await rm(file, { force: true });
}
