import { rmSync } from "node:fs";
import { join } from "node:path";
import { runProgram, say, type ProgramResult } from "../cli";
import { cloudFiles, stopCloud } from "../cloud";
import { REPOSITORY } from "./Pulumi";

const COMMAND_TIMEOUT_MS = 20 * 60_000;

/**
 * A platform on an embedded cloud of its own, beside the developer's, with other ports and other outputs: what tests and
 * drills do to it, they do to nothing else.
 */
export class OwnPlatform {
  readonly directory: string;
  readonly flatOutputs: string;
  readonly environment: Readonly<Record<string, string>>;

  /**
   * @param folder of the repository that holds all of it
   * @param settings further environment variables of its commands
   */
  constructor(folder: string, settings: Readonly<Record<string, string>> = {}) {
    this.directory = join(REPOSITORY, folder);
    this.flatOutputs = join(this.directory, "flat-outputs.json");
    this.environment = {
      EMBEDDED_CLOUD_DIR: this.directory,
      FLAT_OUTPUTS: this.flatOutputs,
      EMBEDDED_CLOUD_PORT: "",
      ...settings,
    };
  }

  /** Runs one of the repository's commands on this platform. Its progress is shown, indented. */
  command(name: string, args: readonly string[], signal: AbortSignal): Promise<ProgramResult> {
    return runProgram(
      process.execPath,
      ["--import", "tsx", join("local", "commands", `${name}.ts`), ...args],
      {
        cwd: REPOSITORY,
        signal,
        timeoutMs: COMMAND_TIMEOUT_MS,
        env: { ...process.env, ...this.environment },
        onLine: (line, stream) => stream === "stderr" && say(`  ${line}`),
      },
    );
  }

  /** Ends everything that runs there, whatever state it is in. */
  async stop(): Promise<void> {
    await stopCloud(this.directory);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  get logs(): string {
    return cloudFiles(this.directory).logs;
  }
}
