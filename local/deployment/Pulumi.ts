import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import * as yaml from "js-yaml";
import * as z from "zod";
import { CommandError, runProgram, say, tail, type ProgramResult } from "../cli";
import { cloudFiles, type CloudState } from "../cloud";
import { writeExecutables } from "../language-host";
import type { Engine } from "../toolchain";
import { passphrase } from "./passphrase";

export const REPOSITORY = join(__dirname, "..", "..");
export const STACK = "local";
const PROJECT = "payments";

/** What a deployment changed, as Pulumi counts it: `create`, `update`, `delete`, `replace`, `same`. */
export type ResourceChanges = Readonly<Record<string, number>>;

export interface PulumiOptions {
  directory: string;
  cloud: CloudState;
  engine: Engine;
  /** Where the program writes the flat outputs. */
  flatOutputs: string;
  signal?: AbortSignal;
}

export interface PreviewOptions {
  /** Folders of policy packs that must agree. */
  readonly policyPacks?: readonly string[];
  /** File for the Markdown report. */
  readonly report?: string | undefined;
  /** The Region that is expected to be active; default: the one of the last deployment. */
  readonly activeRegion?: "primary" | "dr" | undefined;
}

const exportSchema = z.object({
  deployment: z.object({
    resources: z
      .array(z.object({ type: z.string(), urn: z.string(), id: z.string().optional() }))
      .optional()
      .default([]),
    pending_operations: z
      .array(
        z.object({
          type: z.string(),
          resource: z.object({
            type: z.string(),
            urn: z.string(),
            inputs: z.record(z.string(), z.unknown()).optional(),
          }),
        }),
      )
      .nullish(),
  }),
});

const WRONG_PASSPHRASE = /incorrect passphrase|passphrase must be set|decryption failed/i;

/** Runs the real Pulumi engine for stack `local`, with state, home and plugins of this embedded cloud only. */
export class Pulumi {
  readonly #options: PulumiOptions;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #log: string;

  constructor(options: PulumiOptions) {
    this.#options = options;
    const { directory, engine } = options;
    const files = cloudFiles(directory);
    for (const folder of [files.backend, files.home]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    writeExecutables(files.executables, {
      nodePath: join(REPOSITORY, "node_modules", ".bin", "node"),
      repoRoot: REPOSITORY,
      pulumiPath: engine.builtIn === undefined ? dirname(engine.path) : undefined,
    });
    this.#log = join(files.logs, "pulumi.log");
    this.#environment = this.#buildEnvironment();
  }

  #buildEnvironment(): NodeJS.ProcessEnv {
    const { directory, cloud, engine, flatOutputs } = this.#options;
    const files = cloudFiles(directory);
    // A developer's own AWS account, Pulumi backend or flags must never meet the embedded cloud.
    const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS|PULUMI)_/.test(name));
    const path = [files.executables, join(REPOSITORY, "node_modules", ".bin"), dirname(engine.path)];
    return {
      ...Object.fromEntries(inherited),
      ...cloud.clientEnv,
      PATH: [...path, process.env["PATH"] ?? ""].join(delimiter),
      PULUMI_BACKEND_URL: pathToFileURL(files.backend).href,
      PULUMI_HOME: files.home,
      PULUMI_CONFIG_PASSPHRASE: passphrase(files.passphrase),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // A missing plugin is then an error that names it, not an attempt to download it.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      FLAT_OUTPUTS: flatOutputs,
      EMBEDDED_CLOUD_DIR: directory,
    };
  }

  /**
   * Selects the stack, creating it in an empty backend. Pulumi writes the passphrase's salt into the project's file at
   * creation, whatever --config-file says elsewhere, so this is done in a project of its own that has only the name.
   * @returns the salt, which belongs into the configuration
   */
  async selectStack(): Promise<string | undefined> {
    const project = cloudFiles(this.#options.directory).project;
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, "Pulumi.yaml"), `name: ${PROJECT}\nruntime: nodejs\n`);
    await this.#run(["stack", "select", STACK, "--create"], project);
    const file = join(project, `Pulumi.${STACK}.yaml`);
    const settings = existsSync(file) ? yaml.load(readFileSync(file, "utf8")) : undefined;
    return (settings as { encryptionsalt?: string } | undefined)?.encryptionsalt;
  }

  /**
   * Deploys.
   * @param policyPacks folders of policy packs that must agree
   * @returns what changed
   */
  async up(policyPacks: readonly string[] = []): Promise<ResourceChanges> {
    const packs = policyPacks.flatMap((folder) => ["--policy-pack", folder]);
    return changesOf(await this.#change("up", ...packs));
  }

  /**
   * Shows what a deployment would change, and changes nothing.
   * @returns the engine's report, with what the program says of each stack
   * @throws CommandError when the program, a policy or the guard over stateful resources refuses
   */
  async preview({ policyPacks = [], report, activeRegion }: PreviewOptions = {}): Promise<string> {
    const { configuration } = cloudFiles(this.#options.directory);
    const packs = policyPacks.flatMap((folder) => ["--policy-pack", folder]);
    const expected = activeRegion === undefined ? [] : ["--config", `payments:activeRegion=${activeRegion}`];
    // `--config` is written into the configuration file: the deployment's own must stay as it is.
    const file = `${configuration}.preview.yaml`;
    copyFileSync(configuration, file);
    try {
      const { stdout } = await this.#run(
        [
          ...["preview", "--stack", STACK, "--config-file", file, ...expected, "--non-interactive"],
          ...["--color", "never", "--suppress-progress", "--suppress-outputs", ...packs],
        ],
        REPOSITORY,
        report === undefined ? {} : { PREVIEW_REPORT: report },
      );
      return stdout.trim();
    } finally {
      rmSync(file, { force: true });
    }
  }

  async destroy(): Promise<ResourceChanges> {
    return changesOf(await this.#change("destroy"));
  }

  /** Brings the state in line with what exists, and forgets operations whose outcome nobody knows. */
  async refresh(): Promise<void> {
    await this.#change("refresh", "--clear-pending-creates");
  }

  /** Removes the stack's record; it must be empty. */
  async removeStack(): Promise<void> {
    await this.#run(["stack", "rm", STACK, "--yes", "--preserve-config"]);
  }

  /** Forgets the lock of an operation that was killed. The caller must know that none is running. */
  breakLock(): void {
    rmSync(join(cloudFiles(this.#options.directory).backend, ".pulumi", "locks"), {
      recursive: true,
      force: true,
    });
  }

  /** Whether the backend knows the stack. */
  hasStack(): boolean {
    return existsSync(
      join(cloudFiles(this.#options.directory).backend, ".pulumi", "stacks", PROJECT, `${STACK}.json`),
    );
  }

  /** The stack's resources, and the operations whose outcome is unknown because the engine was killed. */
  async state(): Promise<z.infer<typeof exportSchema>["deployment"]> {
    const { stdout } = await this.#run(["stack", "export", "--stack", STACK]);
    return exportSchema.parse(JSON.parse(stdout)).deployment;
  }

  /** Whether the last change came to its end, so that state and cloud agree. */
  isSettled(): boolean {
    return !existsSync(cloudFiles(this.#options.directory).unsettled);
  }

  async #change(verb: "up" | "destroy" | "refresh", ...flags: string[]): Promise<ProgramResult> {
    const { configuration, unsettled } = cloudFiles(this.#options.directory);
    writeFileSync(unsettled, `${verb}\n`);
    const result = await this.#run([
      ...[verb, "--stack", STACK, "--config-file", configuration, "--yes", "--skip-preview"],
      ...["--non-interactive", "--color", "never", "--suppress-progress", "--suppress-outputs"],
      ...flags,
    ]);
    rmSync(unsettled);
    return result;
  }

  async #run(
    args: readonly string[],
    cwd = REPOSITORY,
    environment: NodeJS.ProcessEnv = {},
  ): Promise<ProgramResult> {
    const { engine, signal } = this.#options;
    appendFileSync(this.#log, `\n${new Date().toISOString()} pulumi ${args.join(" ")}\n`);
    const shows = ["up", "destroy", "refresh"].includes(args[0]!);
    const result = await runProgram(engine.path, args, {
      cwd,
      env: { ...this.#environment, ...environment },
      signal,
      onLine: (line) => {
        if (!args.includes("export")) {
          appendFileSync(this.#log, `${line}\n`);
        }
        if (shows && isWorthShowing(line)) {
          say(`  ${line.trimEnd()}`);
        }
      },
    });
    if (result.code !== 0) {
      throw this.#failure(args, result);
    }
    return result;
  }

  #failure(args: readonly string[], { code, stdout, stderr }: ProgramResult): CommandError {
    const output = `${stdout}\n${stderr}`;
    if (WRONG_PASSPHRASE.test(output)) {
      return new CommandError(
        "The passphrase is not the one that this stack was created with. Set PULUMI_CONFIG_PASSPHRASE to that one, or " +
          "unset it if none was set then.",
      );
    }
    return new CommandError(
      `pulumi ${args[0]} failed (exit code ${code}); the whole output is in ${this.#log}.\n${tail(output.trim(), 40)}`,
    );
  }
}

/** Lines of the engine's report that nobody needs to see; all of them are in the log. */
const NOISE = [
  /^\s*(@|\.{3}|$)/,
  /pulumi:providers:/,
  // That the language host and the provider's stand-in come from our own folder is intended.
  /using pulumi-(language|resource)-\S+ from \$PATH|^\s+pulumi:pulumi:Stack \S+ +\d+ warnings?$/,
  // Advice of the policy pack; what it refuses is shown.
  /\[advisory\]|Lists what is known only at deployment|^\s+(unresolved|suppressed) /,
  /history and configuration associated with the stack|remove the stack completely/,
];

/** Whether a line of the engine is shown while it works. */
export function isWorthShowing(line: string): boolean {
  return !NOISE.some((pattern) => pattern.test(line));
}

/** Reads the summary that the engine prints last, e.g. `    + 23 created` and `    5 unchanged`. */
export function changesOf({ stdout }: Pick<ProgramResult, "stdout">): ResourceChanges {
  const verbs: Record<string, string> = {
    created: "create",
    updated: "update",
    deleted: "delete",
    replaced: "replace",
    unchanged: "same",
  };
  const changes: Record<string, number> = {};
  const summary = stdout.slice(stdout.lastIndexOf("\nResources:"));
  for (const match of summary.matchAll(
    /^\s*(?:[+~-]|\+-|-\+)?\s*(\d+) (created|updated|deleted|replaced|unchanged)$/gm,
  )) {
    changes[verbs[match[2]!]!] = Number(match[1]);
  }
  return changes;
}
