import { existsSync } from "node:fs";
import { CommandError, runProgram, say, step, tail, type ProgramResult } from "../cli";
import { findOnPath } from "./engine";

/** Names of the browser, Debian's first. */
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const APT = "/usr/bin/apt-get";
const PACKAGE = "chromium";
const INSTALL_TIMEOUT_MS = 20 * 60_000;

/** What the search for a browser asks of this machine; tests give their own. */
export interface Machine {
  readonly find: (name: string) => string | undefined;
  readonly hasApt: boolean;
  readonly isRoot: boolean;
  /** Runs apt-get with these arguments. */
  readonly apt: (args: readonly string[], signal?: AbortSignal) => Promise<ProgramResult>;
}

const THIS_MACHINE: Machine = {
  find: (name) => findOnPath(name, process.env["PATH"]),
  hasApt: existsSync(APT),
  isRoot: process.getuid?.() === 0,
  apt: (args, signal) =>
    runProgram(APT, args, {
      signal,
      timeoutMs: INSTALL_TIMEOUT_MS,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      onLine: (line, stream) => {
        if (stream === "stdout" && /^(Get:|Unpacking|Setting up)/.test(line)) say(`  ${line}`);
      },
    }),
};

/**
 * Path of a Chromium. Where there is none, Debian's is installed, if that can be done without asking: as root, with
 * apt-get.
 * @throws CommandError that says how to install it when it cannot be done here or fails
 */
export async function ensureChromium(signal?: AbortSignal, machine: Machine = THIS_MACHINE): Promise<string> {
  const known = installedChromium(machine);
  if (known !== undefined) return known;
  if (!machine.hasApt || !machine.isRoot) {
    throw new CommandError(
      `The browser test needs Chromium, and none is on the PATH (${NAMES.join(", ")}). Install it and run the command ` +
        `again. Debian: sudo apt-get install --no-install-recommends ${PACKAGE}`,
    );
  }
  await step("Installing Chromium from Debian's packages", async () => {
    for (const args of [["update"], ["install", "--yes", "--no-install-recommends", PACKAGE]]) {
      const { code, stdout, stderr } = await machine.apt(args, signal);
      if (code !== 0) {
        throw new CommandError(`apt-get ${args.join(" ")} failed:\n${tail(`${stdout}\n${stderr}`)}`);
      }
    }
  });
  const installed = installedChromium(machine);
  if (installed === undefined)
    throw new CommandError(`apt-get installed ${PACKAGE}, but it is not on the PATH.`);
  return installed;
}

function installedChromium({ find }: Pick<Machine, "find">): string | undefined {
  return NAMES.map((name) => find(name)).find((path) => path !== undefined);
}
