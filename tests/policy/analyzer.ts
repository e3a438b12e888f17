import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import * as struct from "google-protobuf/google/protobuf/struct_pb";
import * as messages from "@pulumi/pulumi/proto/analyzer_pb";
import * as services from "@pulumi/pulumi/proto/analyzer_grpc_pb";

const PACK = join(__dirname, "..", "..", "policy");

/** One resource as the engine describes it to an analyzer. */
export interface Described {
  readonly type: string;
  readonly name: string;
  readonly properties: Record<string, unknown>;
  readonly provider?: { readonly name: string; readonly region: string };
  readonly isProtected?: boolean;
  /** Property → names of the resources it comes from. */
  readonly dependencies?: Readonly<Record<string, readonly string[]>>;
}

export interface Diagnostic {
  readonly policy: string;
  readonly message: string;
  readonly mandatory: boolean;
}

/** The pack as the engine runs it: a process that is spoken to over gRPC. */
export class Analyzer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: services.AnalyzerClient,
    private readonly stack: string,
  ) {}

  static async start(stack: string): Promise<Analyzer> {
    const env = { ...process.env, POLICY_TODAY: "2026-11-24" };
    const child = spawn(process.execPath, ["index.js", "127.0.0.1:1"], {
      cwd: PACK,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    const client = new services.AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    return new Analyzer(child, client, stack);
  }

  async stop(): Promise<void> {
    this.client.close();
    const closed = once(this.child, "exit");
    this.child.kill();
    await closed;
  }

  urn({ type, name }: { type: string; name: string }): string {
    return `urn:pulumi:${this.stack}::payments::${type}::${name}`;
  }

  /** What the pack says before a resource is created. */
  async resource(resource: Described): Promise<Diagnostic[]> {
    const request = new messages.AnalyzeRequest();
    request.setType(resource.type);
    request.setName(resource.name);
    request.setUrn(this.urn(resource));
    request.setProperties(
      struct.Struct.fromJavaScript(resource.properties as Record<string, struct.JavaScriptValue>),
    );
    request.setOptions(optionsOf(resource));
    const provider = providerOf(resource);
    if (provider !== undefined) request.setProvider(provider);
    return new Promise((resolve, reject) =>
      this.client.analyze(request, (error, response) =>
        error ? reject(error) : resolve(diagnosticsOf(response)),
      ),
    );
  }

  /** What the pack says of everything together. */
  async whole(resources: readonly Described[]): Promise<Diagnostic[]> {
    const request = new messages.AnalyzeStackRequest();
    request.setResourcesList(
      resources.map((resource) => {
        const message = new messages.AnalyzerResource();
        message.setType(resource.type);
        message.setName(resource.name);
        message.setUrn(this.urn(resource));
        message.setProperties(
          struct.Struct.fromJavaScript(resource.properties as Record<string, struct.JavaScriptValue>),
        );
        message.setOptions(optionsOf(resource));
        const provider = providerOf(resource);
        if (provider !== undefined) message.setProvider(provider);
        for (const [property, names] of Object.entries(resource.dependencies ?? {})) {
          const dependencies = new messages.AnalyzerPropertyDependencies();
          const found = resources.filter((other) => names.includes(other.name));
          dependencies.setUrnsList(found.map((other) => this.urn(other)));
          message.getPropertydependenciesMap().set(property, dependencies);
        }
        return message;
      }),
    );
    return new Promise((resolve, reject) =>
      this.client.analyzeStack(request, (error, response) =>
        error ? reject(error) : resolve(diagnosticsOf(response)),
      ),
    );
  }
}

function optionsOf(resource: Described): messages.AnalyzerResourceOptions {
  const options = new messages.AnalyzerResourceOptions();
  options.setProtect(resource.isProtected ?? false);
  return options;
}

function providerOf({ provider, type }: Described): messages.AnalyzerProviderResource | undefined {
  if (provider === undefined) return undefined;
  const message = new messages.AnalyzerProviderResource();
  const kind = `pulumi:providers:${type.split(":")[0] ?? ""}`;
  message.setType(kind);
  message.setName(provider.name);
  message.setUrn(`urn:pulumi:prod::payments::${kind}::${provider.name}`);
  message.setProperties(struct.Struct.fromJavaScript({ region: provider.region }));
  return message;
}

function diagnosticsOf(response: messages.AnalyzeResponse): Diagnostic[] {
  return response.getDiagnosticsList().map((item) => ({
    policy: item.getPolicyname(),
    message: item.getMessage(),
    mandatory: item.getEnforcementlevel() === messages.EnforcementLevel.MANDATORY,
  }));
}
