import { mkdirSync } from "node:fs";
import { join } from "node:path";
import lockfile from "proper-lockfile";
import { CommandError, Refused } from "./errors";

/** The holder renews its lock; one this old belongs to a process that is gone. Milliseconds. */
const STALE_MS = 20_000;

/**
 * Runs a command that changes what is in a folder while no other such command runs there.
 * @throws Refused when one does
 */
export async function exclusively<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const lockfilePath = join(directory, "command.lock");
  let release: () => Promise<void>;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    release = await lockfile.lock(directory, { lockfilePath, stale: STALE_MS, realpath: false, retries: 0 });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ELOCKED"
      ? new Refused(
          `Another command is changing ${directory} right now. Wait until it has ended ` +
            `(after a crash: ${STALE_MS / 1000} s) and run this again.`,
        )
      : new CommandError(`The folder ${directory} cannot be used: ${(error as Error).message}`);
  }
  try {
    return await work();
  } finally {
    // The folder itself may be gone by now.
    await release().catch(() => undefined);
  }
}
