import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, rename, rm, statfs, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import lockfile from "proper-lockfile";
import * as z from "zod";
import { CommandError, say } from "../cli";

/** A tool that is built once per version and machine, and used by every clone. */
export interface Tool {
  /** Folder name in the cache, version included: another version is another folder. */
  readonly id: string;
  /** For people. */
  readonly title: string;
  /** Free space that building it takes, in bytes. */
  readonly neededBytes: number;
  /** Builds the tool into an empty folder. */
  build(folder: string, signal?: AbortSignal): Promise<void>;
  /** What identifies the built files: differs as soon as one of them is damaged, cut off or missing. */
  fingerprint(folder: string): Promise<string>;
  /** Uses the tool once. @throws when it does not work */
  probe(folder: string, signal?: AbortSignal): Promise<void>;
}

const STAMP_FILE = "installed.json";
const stampSchema = z.object({ id: z.string(), fingerprint: z.string() });

/** A build holds its lock and renews it; a lock this old belongs to a process that is gone. Milliseconds. */
const LOCK_STALE_MS = 30_000;
const LOCK_POLL_MS = 1_000;

/** Where tools are kept: `$XDG_CACHE_HOME` or `~/.cache`. A relative `$XDG_CACHE_HOME` counts as unset (XDG Base Directory). */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env, home = homedir()): string {
  const configured = environment["XDG_CACHE_HOME"];
  const base = configured && isAbsolute(configured) ? configured : join(home, ".cache");
  return join(base, "payments-multi-region");
}

/**
 * Gives the folder of a tool, building it when it is missing or damaged.
 * @throws CommandError when the cache cannot be used or the build fails; both say what to do
 */
export async function ensureTool(
  tool: Tool,
  options: { cache?: string; signal?: AbortSignal } = {},
): Promise<string> {
  const cache = options.cache ?? cacheDirectory();
  const folder = join(cache, tool.id);
  if ((await defectOf(tool, folder, options.signal)) === undefined) {
    return folder;
  }
  await prepareCache(cache);
  const release = await acquire(join(cache, `${tool.id}.lock`), cache, tool.title, options.signal);
  try {
    // Another process may have built it while this one waited.
    const defect = await defectOf(tool, folder, options.signal);
    if (defect === undefined) {
      return folder;
    }
    if (defect !== "missing") {
      say(`The cached ${tool.title} is damaged (${defect}): it is built again.`);
    }
    await build(tool, cache, folder, options.signal);
    return folder;
  } finally {
    await release();
  }
}

/** Why the cached tool cannot be used; undefined when it can. */
async function defectOf(tool: Tool, folder: string, signal?: AbortSignal): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, STAMP_FILE), "utf8");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" && !(await exists(folder))
      ? "missing"
      : "its stamp cannot be read";
  }
  const stamp = stampSchema.safeParse(parseJson(text));
  if (!stamp.success || stamp.data.id !== tool.id) {
    return "its stamp is not of this version";
  }
  try {
    if ((await tool.fingerprint(folder)) !== stamp.data.fingerprint) {
      return "its files have changed";
    }
    await tool.probe(folder, signal);
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    return `it does not run: ${(error as Error).message.split("\n")[0]}`;
  }
}

async function build(tool: Tool, cache: string, folder: string, signal?: AbortSignal): Promise<void> {
  await checkSpace(tool, cache);
  // The lock is held, so every draft of this tool is a leftover.
  const prefix = `${tool.id}.draft-`;
  for (const entry of await readdir(cache)) {
    if (entry.startsWith(prefix)) {
      await rm(join(cache, entry), { recursive: true, force: true });
    }
  }
  const draft = join(cache, `${prefix}${process.pid}`);
  try {
    await mkdir(draft);
    await tool.build(draft, signal);
    await tool.probe(draft, signal);
    const stamp = { id: tool.id, fingerprint: await tool.fingerprint(draft) };
    await writeFile(join(draft, STAMP_FILE), JSON.stringify(stamp));
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw explained(error, tool, cache, signal);
  }
}

function explained(error: unknown, tool: Tool, cache: string, signal?: AbortSignal): unknown {
  if (signal?.aborted) {
    return signal.reason;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/ENOSPC|no space left|EDQUOT|quota exceeded/i.test(message)) {
    return new CommandError(
      `No space is left for the ${tool.title}. Free some in ${cache} (or in the temporary folder), ` +
        `or set XDG_CACHE_HOME to a folder on another disk.\n${message}`,
    );
  }
  return error instanceof CommandError
    ? error
    : new CommandError(`The ${tool.title} was not built: ${message}`);
}

async function prepareCache(cache: string): Promise<void> {
  try {
    await mkdir(cache, { recursive: true });
    await access(cache, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new CommandError(
      `The tool cache ${cache} cannot be written (${(error as Error).message}). ` +
        "Make it writable, or set XDG_CACHE_HOME to a folder that is.",
    );
  }
}

async function checkSpace(tool: Tool, cache: string): Promise<void> {
  const { bavail, bsize } = await statfs(cache);
  const free = bavail * bsize;
  if (free < tool.neededBytes) {
    const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
    throw new CommandError(
      `The ${tool.title} needs ${mib(tool.neededBytes)} in ${cache}, where ${mib(free)} are free. ` +
        "Free some, or set XDG_CACHE_HOME to a folder on another disk.",
    );
  }
}

async function acquire(
  path: string,
  cache: string,
  title: string,
  signal?: AbortSignal,
): Promise<() => Promise<void>> {
  for (let announced = false; ;) {
    signal?.throwIfAborted();
    try {
      // The lock is a folder of its own, so that it can be taken before the tool's folder exists.
      return await lockfile.lock(cache, { lockfilePath: path, stale: LOCK_STALE_MS, realpath: false });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") {
        throw new CommandError(
          `The tool cache ${cache} cannot be locked (${(error as Error).message}). ` +
            "Make it writable, or set XDG_CACHE_HOME to a folder that is.",
        );
      }
    }
    if (!announced) {
      say(`Waiting for another command that builds the ${title} …`);
      announced = true;
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
