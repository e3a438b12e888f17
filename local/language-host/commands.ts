import { createRequire } from "node:module";
import { join } from "node:path";
import type { RuntimeOptions } from "./runtimeOptions";

/** A process to be started. */
export interface Command {
  /** Arguments of node. */
  arguments: string[];
  directory: string;
  environment: NodeJS.ProcessEnv;
}

/** What the engine says about the program that it wants to be run. */
export interface ProgramRun {
  engineAddress: string;
  monitorAddress: string;
  project: string;
  stack: string;
  organization: string;
  /** Where the program is to be run. */
  workingDirectory: string;
  /** Where Pulumi.yaml (or its `main`) points. */
  programDirectory: string;
  /** `.` or a path below the program directory. */
  entryPoint: string;
  parallel: number;
  dryRun: boolean;
  queryMode: boolean;
  attachDebugger: boolean;
  configuration: Record<string, string>;
  secretKeys: string[];
  arguments: string[];
}

/** What the engine says about a plugin (a policy pack, a provider) whose source is a Node package. */
export interface PluginRun {
  engineAddress: string;
  /** `analyzer` for a policy pack, else `resource`, `tool`, … */
  kind: string;
  workingDirectory: string;
  programDirectory: string;
  attachDebugger: boolean;
  arguments: string[];
  /** `NAME=value` each. */
  environment: string[];
}

/**
 * The command for a program: the SDK that the program itself has installed runs it, with the arguments and variables
 * that Pulumi's own host gives it.
 */
export function programCommand(run: ProgramRun, options: RuntimeOptions, base: NodeJS.ProcessEnv): Command {
  const flags = [
    ["--monitor", run.monitorAddress],
    ["--engine", run.engineAddress],
    ["--organization", run.organization],
    ["--project", run.project],
    ["--stack", run.stack],
    ["--pwd", run.workingDirectory],
    ["--parallel", String(run.parallel)],
    ["--query-mode", String(run.queryMode)],
  ].filter(([, value]) => value !== "");
  return {
    arguments: [
      ...options.nodeArguments,
      ...debuggerArguments(run.attachDebugger),
      sdkModule("@pulumi/pulumi/cmd/run", run.programDirectory),
      ...flags.flat(),
      ...(run.dryRun ? ["--dry-run"] : []),
      run.entryPoint || ".",
      ...run.arguments,
    ],
    directory: run.workingDirectory,
    environment: {
      ...base,
      ...typescriptEnvironment(options, base),
      PULUMI_CONFIG: JSON.stringify(run.configuration),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(run.secretKeys),
    },
  };
}

/** The command for a plugin; a policy pack has a runner of its own, which gets the engine's address first. */
export function pluginCommand(run: PluginRun, options: RuntimeOptions, base: NodeJS.ProcessEnv): Command {
  const program =
    run.kind === "analyzer"
      ? [
          sdkModule("@pulumi/pulumi/cmd/run-policy-pack", run.programDirectory),
          ...run.arguments,
          run.programDirectory,
        ]
      : [
          sdkModule("@pulumi/pulumi/cmd/run-plugin", run.programDirectory),
          run.programDirectory,
          ...run.arguments,
        ];
  return {
    arguments: [...options.nodeArguments, ...debuggerArguments(run.attachDebugger), ...program],
    directory: run.workingDirectory || run.programDirectory,
    environment: {
      ...base,
      ...typescriptEnvironment(options, base),
      ...Object.fromEntries(run.environment.map(assignment)),
    },
  };
}

/** A value may itself contain `=`. */
function assignment(text: string): [string, string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)];
}

/**
 * Type checks belong to `tsc`, in the tests: when a program is run they would cost seconds each time, so it is only
 * transpiled unless the user asks for more.
 */
function typescriptEnvironment(options: RuntimeOptions, base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
    PULUMI_NODEJS_TRANSPILE_ONLY: base.PULUMI_NODEJS_TRANSPILE_ONLY ?? "true",
  };
}

function debuggerArguments(attach: boolean): string[] {
  return attach ? ["--inspect-brk", "--inspect-publish-uid=http"] : [];
}

/** @throws Error that says what to install, when the program's folder has no Pulumi SDK */
function sdkModule(name: string, directory: string): string {
  try {
    return createRequire(join(directory, "package.json")).resolve(name);
  } catch {
    throw new Error(`@pulumi/pulumi is not installed for ${directory}: run npm ci there`);
  }
}
