import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PostgresFault } from "./errors";

/** PostgreSQL 17's `PG_CONTROL_VERSION` (src/include/catalog/pg_control.h). */
const CONTROL_VERSION = 1700;
/** `DB_SHUTDOWNED` of enum DBState: a clean end, the shutdown checkpoint is the last record of the log. */
const STATE_SHUT_DOWN = 1;

export interface ControlFile {
  cleanShutdown: boolean;
  /** Start of the last checkpoint record. */
  checkpoint: bigint;
  timeline: number;
}

/**
 * Reads the fields of `global/pg_control` that decide a switchover; the binaries come without `pg_controldata`.
 * @throws PostgresFault `ServerFailure` when the file is missing or of another version
 */
export async function readControlFile(dataDirectory: string): Promise<ControlFile> {
  const path = join(dataDirectory, "global", "pg_control");
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new PostgresFault("ServerFailure", `cannot read ${path}`, { cause: error });
  }
  const version = bytes.readUInt32LE(8);
  if (version !== CONTROL_VERSION) {
    throw new PostgresFault("ServerFailure", `${path} has version ${version}, not ${CONTROL_VERSION}`);
  }
  return {
    cleanShutdown: bytes.readUInt32LE(16) === STATE_SHUT_DOWN,
    checkpoint: bytes.readBigUInt64LE(32),
    timeline: bytes.readUInt32LE(48),
  };
}
