import * as grpc from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService, type IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import type { AwsProvider } from "./AwsProvider";
import type { PropertyDifference } from "./diff";
import { describeError, PartialFailure } from "./errors";
import { hasUnknown, withoutSecretMarks, type Properties } from "./properties";
import type { CheckFailure } from "./schema";

/** The version of @pulumi/aws whose types this provider follows. */
const VERSION = "7.48.0";
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** The provider as the gRPC service that the engine talks to. */
export function createServer(provider: AwsProvider): grpc.Server {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(ResourceProviderService, service(provider));
  return server;
}

type Unary<Request, Response> = (
  call: grpc.ServerUnaryCall<Request, Response>,
  callback: grpc.sendUnaryData<Response>,
) => void;

/** A method that answers by its promise. */
function answering<Request, Response>(
  work: (request: Request) => Promise<Response> | Response,
): Unary<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => work(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(serviceError(error)),
      );
  };
}

function service(provider: AwsProvider): IResourceProviderServer {
  const abort = new AbortController();
  const options = (request: { getPreview?: () => boolean; getTimeout: () => number }) => ({
    preview: request.getPreview?.() ?? false,
    timeoutSeconds: request.getTimeout(),
    signal: abort.signal,
  });
  const notOffered = answering<unknown, never>(() => {
    throw Object.assign(new Error("not offered by the embedded cloud's AWS provider"), {
      code: grpc.status.UNIMPLEMENTED,
    });
  });
  return {
    handshake: answering(() => new proto.ProviderHandshakeResponse()),
    attach: answering(() => new Empty()),
    getPluginInfo: answering(() => new plugin.PluginInfo().setVersion(VERSION)),
    getSchema: answering(() => new proto.GetSchemaResponse().setSchema("{}")),
    ...configurationMethods(provider),
    check: answering((request: proto.CheckRequest) => {
      const { inputs, failures } = provider.resource(typeOf(request.getUrn())).check({
        resourceName: request.getUrn().split("::").slice(3).join("::"),
        oldInputs: properties(request.getOlds()),
        newInputs: properties(request.getNews()),
        randomSeed: request.getRandomseed_asU8(),
      });
      return checkResponse(inputs, failures);
    }),
    diff: answering((request: proto.DiffRequest) => {
      const handler = provider.resource(typeOf(request.getUrn()));
      const differences = handler.diff(
        properties(request.getOlds()),
        properties(request.getNews()),
        request.getIgnorechangesList(),
      );
      return diffResponse(differences, handler.stables);
    }),
    create: answering(async (request: proto.CreateRequest) => {
      const handler = provider.resource(typeOf(request.getUrn()));
      const created = await handler.create(properties(request.getProperties()), options(request));
      return new proto.CreateResponse().setId(created.id).setProperties(struct(created.properties));
    }),
    read: answering(async (request: proto.ReadRequest) => {
      const handler = provider.resource(typeOf(request.getUrn()));
      const state = properties(request.getProperties());
      const found = await handler.read(request.getId(), state, properties(request.getInputs()));
      // An empty id tells the engine that the resource is gone.
      return found === undefined
        ? new proto.ReadResponse()
        : new proto.ReadResponse()
            .setId(found.id)
            .setProperties(struct(found.properties))
            .setInputs(struct(found.inputs));
    }),
    update: answering(async (request: proto.UpdateRequest) => {
      const handler = provider.resource(typeOf(request.getUrn()));
      const state = properties(request.getOlds());
      const inputs = properties(request.getNews());
      const updated = await handler.update(request.getId(), state, inputs, options(request));
      return new proto.UpdateResponse().setProperties(struct(updated));
    }),
    delete: answering(async (request: proto.DeleteRequest) => {
      const handler = provider.resource(typeOf(request.getUrn()));
      await handler.delete(request.getId(), properties(request.getProperties()), options(request));
      return new Empty();
    }),
    invoke: answering(async (request: proto.InvokeRequest) => {
      const outputs = await provider.invoke(request.getTok(), properties(request.getArgs()));
      return new proto.InvokeResponse().setReturn(struct(outputs));
    }),
    cancel: answering(() => {
      abort.abort();
      return new Empty();
    }),
    parameterize: notOffered,
    call: notOffered,
    construct: notOffered,
    getMapping: notOffered,
    getMappings: notOffered,
    list: (call) => call.emit("error", { code: grpc.status.UNIMPLEMENTED, details: "not offered" }),
  };
}

function configurationMethods(provider: AwsProvider) {
  return {
    checkConfig: answering((request: proto.CheckRequest) => {
      const inputs = properties(request.getNews());
      return checkResponse(inputs, provider.checkConfiguration(inputs));
    }),
    // Another Region is another provider; all else can change without touching what was made.
    diffConfig: answering((request: proto.DiffRequest) => {
      const [before, after] = [properties(request.getOlds()), properties(request.getNews())];
      const moved = after.region !== before.region && !hasUnknown(after.region);
      return new proto.DiffResponse()
        .setChanges(
          moved ? proto.DiffResponse.DiffChanges.DIFF_SOME : proto.DiffResponse.DiffChanges.DIFF_UNKNOWN,
        )
        .setReplacesList(moved ? ["region"] : []);
    }),
    configure: answering(async (request: proto.ConfigureRequest) => {
      await provider.configure(properties(request.getArgs()));
      // The engine then marks as secret what comes back under the name of a secret input.
      return new proto.ConfigureResponse().setAcceptsecrets(false).setSupportspreview(true);
    }),
  };
}

/** `urn:pulumi:stack::project::parent$types$type::name` → the last type. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function properties(value: Struct | undefined): Properties {
  return withoutSecretMarks(value?.toJavaScript() ?? {}) as Properties;
}

/** JSON first: it leaves out what is undefined, which a Struct cannot hold. */
function struct(value: Properties): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(value)) as Record<string, JavaScriptValue>);
}

function checkResponse(inputs: Properties, failures: CheckFailure[]): proto.CheckResponse {
  return new proto.CheckResponse()
    .setInputs(struct(inputs))
    .setFailuresList(
      failures.map(({ property, reason }) =>
        new proto.CheckFailure().setProperty(property).setReason(reason),
      ),
    );
}

function diffResponse(differences: PropertyDifference[], stables: readonly string[]): proto.DiffResponse {
  const { Kind } = proto.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  const names = (some: PropertyDifference[]): string[] => [
    ...new Set(some.map(({ path }) => path.split(/[.[]/)[0] ?? "")),
  ];
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse()
    .setChanges(differences.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList(names(differences))
    .setReplacesList(names(differences.filter(({ replaces }) => replaces)))
    .setStablesList([...stables])
    .setHasdetaileddiff(true);
  for (const { path, kind, replaces } of differences) {
    response
      .getDetaileddiffMap()
      .set(path, new proto.PropertyDiff().setKind(kinds[kind][replaces ? 1 : 0]).setInputdiff(true));
  }
  // A stack's name is taken while the old one is there.
  return response.setDeletebeforereplace(
    differences.some(({ replaces }) => replaces) && !changesName(differences),
  );
}

function changesName(differences: PropertyDifference[]): boolean {
  return differences.some(
    ({ path, replaces }) => replaces && ["name", "key", "bucket", "region"].includes(path),
  );
}

/** An error as gRPC knows it; a half-made resource travels in the details, where the engine looks for it. */
function serviceError(error: unknown): grpc.ServiceError {
  const message = describeError(error);
  const metadata = new grpc.Metadata();
  if (error instanceof PartialFailure) {
    const detail = new proto.ErrorResourceInitFailed()
      .setId(error.id)
      .setProperties(struct(error.properties))
      .setInputs(struct(error.inputs))
      .setReasonsList([message]);
    const packed = new Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN).setMessage(message).setDetailsList([packed]);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  const code = (error as { code?: unknown }).code;
  return Object.assign(new Error(message), {
    code: typeof code === "number" ? code : grpc.status.UNKNOWN,
    details: message,
    metadata,
  });
}
