import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService, type ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Children, Ending } from "./children";
import { pluginCommand, programCommand } from "./commands";
import { parseRuntimeOptions, type RuntimeOptions } from "./runtimeOptions";

/** The program has already told the user what is wrong (`@pulumi/pulumi/cmd/run`): the engine shall add nothing. */
const ALREADY_REPORTED = 32;
/** State and property bags can be large; Pulumi's own hosts allow 400 MB. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

export interface HostOptions {
  engineAddress: string;
  children: Children;
  environment: NodeJS.ProcessEnv;
  standardOutput: NodeJS.WritableStream;
  standardError: NodeJS.WritableStream;
}

/** A gRPC server that is Pulumi's language runtime for Node, as far as running programs, policy packs and plugins goes. */
export function createHost(options: HostOptions): grpc.Server {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(LanguageRuntimeService, service(options));
  return server;
}

function service(options: HostOptions): ILanguageRuntimeServer {
  const { children } = options;
  const notOffered = (_call: { sendMetadata?: unknown }, callback: grpc.sendUnaryData<never>): void =>
    callback({
      code: grpc.status.UNIMPLEMENTED,
      details: "this host runs programs, it does not generate code",
    });
  return {
    handshake: (_call, callback) => callback(null, new language.LanguageHandshakeResponse()),
    getPluginInfo: (_call, callback) => callback(null, new plugin.PluginInfo().setVersion("1.0.0")),
    // Nothing is asked to be fetched in advance: a missing plugin is reported when a resource needs it, by its name.
    getRequiredPlugins: (_call, callback) => callback(null, new language.GetRequiredPluginsResponse()),
    getRequiredPackages: (_call, callback) => callback(null, new language.GetRequiredPackagesResponse()),
    // npm installs the program's packages from the lock file, before the engine is started.
    installDependencies: (call) => call.end(),
    runtimeOptionsPrompts: (_call, callback) => callback(null, new language.RuntimeOptionsResponse()),
    about: (_call, callback) =>
      callback(
        null,
        new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
      ),
    getProgramDependencies: (call, callback) => callback(null, dependencies(call.request)),
    run: (call, callback) => void run(options, call.request).then((response) => callback(null, response)),
    runPlugin: (call) => void runPlugin(options, call),
    cancel: (_call, callback) => {
      children.stopAll();
      callback(null, new Empty());
    },
    template: notOffered,
    generateProgram: notOffered,
    generateProject: notOffered,
    generatePackage: notOffered,
    pack: notOffered,
    link: notOffered,
  };
}

async function run(options: HostOptions, request: language.RunRequest): Promise<language.RunResponse> {
  const response = new language.RunResponse();
  try {
    const info = request.getInfo();
    const command = programCommand(
      {
        engineAddress: options.engineAddress,
        monitorAddress: request.getMonitorAddress(),
        project: request.getProject(),
        stack: request.getStack(),
        organization: request.getOrganization(),
        workingDirectory: request.getPwd(),
        programDirectory: info?.getProgramDirectory() || request.getPwd(),
        entryPoint: info?.getEntryPoint() ?? "",
        parallel: request.getParallel(),
        dryRun: request.getDryrun(),
        queryMode: request.getQuerymode(),
        attachDebugger: request.getAttachDebugger(),
        configuration: Object.fromEntries(request.getConfigMap().toObject()),
        secretKeys: request.getConfigsecretkeysList(),
        arguments: request.getArgsList(),
      },
      runtimeOptions(info),
      options.environment,
    );
    const { child, ended } = options.children.start(command);
    child.stdout?.pipe(options.standardOutput, { end: false });
    child.stderr?.pipe(options.standardError, { end: false });
    const ending = await ended;
    if (ending.code === ALREADY_REPORTED) {
      return response.setBail(true);
    }
    return response.setError(failure(ending) ?? "");
  } catch (error) {
    return response.setError(error instanceof Error ? error.message : String(error));
  }
}

/** @returns undefined for a program that ended well */
export function failure(ending: Ending): string | undefined {
  if (ending.error) {
    return `node could not be started: ${ending.error.message}`;
  }
  if (ending.signal !== null) {
    return `Program was ended by ${ending.signal}`;
  }
  return ending.code === 0 ? undefined : `Program exited with non-zero exit code: ${ending.code}`;
}

async function runPlugin(
  options: HostOptions,
  call: grpc.ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>,
): Promise<void> {
  const { request } = call;
  const info = request.getInfo();
  try {
    const command = pluginCommand(
      {
        engineAddress: options.engineAddress,
        kind: request.getKind(),
        workingDirectory: request.getPwd(),
        programDirectory: info?.getProgramDirectory() || request.getProgram() || request.getPwd(),
        attachDebugger: request.getAttachDebugger(),
        arguments: request.getArgsList(),
        environment: request.getEnvList(),
      },
      runtimeOptions(info),
      options.environment,
    );
    const { child, ended } = options.children.start(command);
    call.on("cancelled", () => options.children.stop(child));
    child.stdout?.on("data", (data: Buffer) => call.write(new language.RunPluginResponse().setStdout(data)));
    child.stderr?.on("data", (data: Buffer) => call.write(new language.RunPluginResponse().setStderr(data)));
    const ending = await ended;
    if (ending.error) {
      throw new Error(failure(ending));
    }
    call.write(new language.RunPluginResponse().setExitcode(ending.code ?? 1));
    call.end();
  } catch (error) {
    const details = error instanceof Error ? error.message : String(error);
    call.emit("error", { code: grpc.status.INTERNAL, details });
  }
}

function runtimeOptions(info: language.ProgramInfo | undefined): RuntimeOptions {
  return parseRuntimeOptions(info?.getOptions()?.toJavaScript() ?? {});
}

/** What `pulumi about` lists: the packages that package.json names, in the versions that are installed. */
function dependencies(
  request: language.GetProgramDependenciesRequest,
): language.GetProgramDependenciesResponse {
  const directory = request.getInfo()?.getProgramDirectory() || request.getPwd();
  const manifest = readManifest(join(directory, "package.json"));
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).sort();
  const found = names.map((name) => {
    const installed = readManifest(join(directory, "node_modules", name, "package.json"));
    return new language.DependencyInfo().setName(name).setVersion(installed.version ?? "");
  });
  return new language.GetProgramDependenciesResponse().setDependenciesList(found);
}

interface Manifest {
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

function readManifest(path: string): Manifest {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Manifest;
  } catch {
    // Only a listing depends on it.
    return {};
  }
}
