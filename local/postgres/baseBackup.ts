import { constants } from "node:fs";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { give, makePrivateFolder, writePrivateFile, type ServerAccount } from "./account";

/**
 * Folders whose content a copy must not have: another server's log, slots and run-time state
 * (PostgreSQL 17, section 25.3.6 "Backing Up The Data Directory").
 */
const EMPTY_FOLDERS = new Set([
  "pg_wal",
  "pg_replslot",
  "pg_dynshmem",
  "pg_notify",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
]);
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|standby\.signal|backup_label|tablespace_map|pg_internal\.init|pgsql_tmp.*)$/;
/** Copied last, so that it is not older than any file it speaks of. */
const CONTROL_FILE = join("global", "pg_control");
const PARALLEL_COPIES = 8;

/**
 * Copies a running writer's files for a new standby by the low-level backup API (PostgreSQL 17, section 25.3.4), since the
 * binaries come without pg_basebackup. The slot exists before the copy begins, so the writer keeps all log that the
 * standby will ask for.
 */
export async function takeBaseBackup(
  client: Client,
  slotName: string,
  source: string,
  target: string,
  account: ServerAccount,
): Promise<void> {
  await client.query(
    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1",
    [slotName],
  );
  await client.query("SELECT pg_create_physical_replication_slot($1, true)", [slotName]);
  await client.query("SELECT pg_backup_start($1, true)", [slotName]);
  await copyFolder(source, target, "", account);
  await copyOne(join(source, CONTROL_FILE), join(target, CONTROL_FILE), account);
  const { rows } = await client.query<{ labelfile: string }>("SELECT labelfile FROM pg_backup_stop(false)");
  const label = rows[0]?.labelfile ?? "";
  await writePrivateFile(join(target, "backup_label"), label, account);
}

async function copyFolder(
  source: string,
  target: string,
  path: string,
  account: ServerAccount,
): Promise<void> {
  makePrivateFolder(join(target, path), account);
  const entries = await readdir(join(source, path), { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries) {
    const inner = join(path, entry.name);
    if (LEFT_OUT.test(entry.name) || inner === CONTROL_FILE) {
      continue;
    }
    if (!entry.isDirectory()) {
      files.push(inner);
    } else if (EMPTY_FOLDERS.has(inner)) {
      makePrivateFolder(join(target, inner), account);
    } else {
      await copyFolder(source, target, inner, account);
    }
  }
  if (path === "") {
    for (const folder of ["archive_status", "summaries"]) {
      await mkdir(join(target, "pg_wal", folder), { mode: 0o700 });
      await give(join(target, "pg_wal", folder), account);
    }
  }
  await copyAll(files, source, target, account);
}

async function copyAll(
  files: string[],
  source: string,
  target: string,
  account: ServerAccount,
): Promise<void> {
  for (let first = 0; first < files.length; first += PARALLEL_COPIES) {
    const batch = files.slice(first, first + PARALLEL_COPIES);
    await Promise.all(batch.map((file) => copyOne(join(source, file), join(target, file), account)));
  }
}

/** A file that a running server removed meanwhile is one that the log will remove again. */
async function copyOne(source: string, target: string, account: ServerAccount): Promise<void> {
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    await give(target, account);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw error;
    }
  }
}
