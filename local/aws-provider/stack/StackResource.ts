import { createHash, randomUUID } from "node:crypto";
import type { Capability, OnFailure, Parameter, Stack, Tag } from "@aws-sdk/client-cloudformation";
import { diffProperties, type PropertyDifference } from "../diff";
import { describeError, PartialFailure } from "../errors";
import { hasUnknown, present, text, textList, textMap, UNKNOWN, type Properties } from "../properties";
import type {
  CheckArguments,
  CheckOutcome,
  OperationOptions,
  ReadOutcome,
  ResourceHandler,
} from "../ResourceHandler";
import { checkProperties } from "../schema";
import { poll, type PollClock } from "../poll";
import type { CloudFormationApi } from "./CloudFormationApi";
import { failureReport } from "./failureReport";
import { STACK_SCHEMA } from "./stackSchema";
import { normaliseTemplate } from "./template";

/** The official provider's default for create, update and delete. */
const DEFAULT_TIMEOUT_MS = 30 * 60_000;
const ROLE_PROPAGATION_MS = 2 * 60_000;
/** Marks a stack whose creation failed: it cannot be updated, so the next run replaces it (Terraform's "tainted"). */
const FAILED_CREATION = "__failedCreation";
/** CloudFormation shows NoEcho parameters so. */
const HIDDEN_VALUE = /^\*+$/;

export interface StackResourceOptions {
  /** Region of the provider; a stack may name another. */
  region: string;
  defaultTags: Record<string, string>;
  api: (region: string) => CloudFormationApi;
  clock?: PollClock;
}

/** `aws:cloudformation/stack:Stack`. */
export class StackResource implements ResourceHandler {
  readonly stables = ["name", "region"];
  readonly #options: StackResourceOptions;

  constructor(options: StackResourceOptions) {
    this.#options = options;
  }

  check({ resourceName, oldInputs, newInputs, randomSeed }: CheckArguments): CheckOutcome {
    const { region, defaultTags } = this.#options;
    const inputs: Properties = { region, ...present(newInputs) };
    inputs.name ??= oldInputs.name ?? generatedName(resourceName, randomSeed);
    const tags = inputs.tags ?? {};
    const tagsAll = hasUnknown(tags) ? UNKNOWN : { ...defaultTags, ...textMap(tags) };
    const failures = checkProperties(STACK_SCHEMA, inputs);
    return { inputs: typeof tags === "object" ? { ...inputs, tagsAll } : inputs, failures };
  }

  diff(state: Properties, inputs: Properties, ignored: readonly string[]): PropertyDifference[] {
    const differences = diffProperties(STACK_SCHEMA, state, inputs, ignored);
    return state[FAILED_CREATION] === true
      ? [...differences, { path: FAILED_CREATION, kind: "delete", replaces: true }]
      : differences;
  }

  async create(
    inputs: Properties,
    options: OperationOptions,
  ): Promise<{ id: string; properties: Properties }> {
    if (options.preview) {
      return { id: "", properties: { ...inputs, outputs: UNKNOWN } };
    }
    const api = this.#api(inputs);
    const name = text(inputs.name) ?? "";
    const token = requestToken();
    const startedAt = new Date();
    const id = await this.#retryRole(`creating CloudFormation Stack (${name})`, options, () =>
      api.createStack({
        ...commonInput(inputs, token),
        DisableRollback: inputs.disableRollback === true ? true : undefined,
        OnFailure: text(inputs.onFailure) as OnFailure | undefined,
        TimeoutInMinutes: typeof inputs.timeoutInMinutes === "number" ? inputs.timeoutInMinutes : undefined,
        TemplateBody: templateOf(inputs),
        TemplateURL: text(inputs.templateUrl),
      }),
    );
    try {
      const stack = await this.#settled(api, id, "create", options);
      if (stack?.StackStatus !== "CREATE_COMPLETE") {
        const report = await failureReport(api, stack ?? { StackId: id, StackName: name }, token, startedAt);
        throw new Error(`creating CloudFormation Stack (${name}): ${report}`);
      }
      return { id, properties: await this.#stateOf(api, stack, inputs) };
    } catch (error) {
      throw await this.#afterFailedCreate(api, id, inputs, error, options);
    }
  }

  async read(id: string, state: Properties, inputs: Properties): Promise<ReadOutcome | undefined> {
    const api = this.#api(state);
    const stack = await api.describeStack(id);
    if (stack === undefined || stack.StackStatus === "DELETE_COMPLETE") {
      return undefined;
    }
    const imported = Object.keys(inputs).length === 0 && Object.keys(state).length === 0;
    const known = imported ? importedInputs(stack, this.#options.region) : { ...state, ...inputs };
    const properties = await this.#stateOf(api, stack, known);
    const { outputs: _outputs, ...asInputs } = properties;
    return {
      id: stack.StackId ?? id,
      properties,
      inputs: imported ? asInputs : { ...inputs, ...refreshed(inputs, properties) },
    };
  }

  async update(
    id: string,
    state: Properties,
    inputs: Properties,
    options: OperationOptions,
  ): Promise<Properties> {
    if (options.preview) {
      return { ...inputs, outputs: UNKNOWN };
    }
    const api = this.#api(inputs);
    const name = text(inputs.name) ?? id;
    const token = requestToken();
    const startedAt = new Date();
    const changed = new Set(this.diff(state, inputs, []).map(({ path }) => path.split(/[.[]/)[0]));
    try {
      await this.#retryRole(`updating CloudFormation Stack (${name})`, options, () =>
        api.updateStack({
          ...commonInput(inputs, token),
          StackName: id,
          RoleARN: changed.has("iamRoleArn") ? text(inputs.iamRoleArn) : undefined,
          NotificationARNs: changed.has("notificationArns") ? textList(inputs.notificationArns) : undefined,
          StackPolicyBody: changed.has("policyBody") ? policyOf(inputs) : undefined,
          StackPolicyURL: changed.has("policyUrl") ? text(inputs.policyUrl) : undefined,
          ...templateForUpdate(inputs),
        }),
      );
    } catch (error) {
      if (!describeError(error).includes("No updates are to be performed")) {
        throw error;
      }
      const stack = await api.describeStack(id);
      return stack ? this.#stateOf(api, stack, inputs) : inputs;
    }
    const stack = await this.#settled(api, id, "update", options);
    if (stack?.StackStatus === "UPDATE_COMPLETE") {
      return this.#stateOf(api, stack, inputs);
    }
    const report = await failureReport(api, stack ?? { StackId: id, StackName: name }, token, startedAt);
    const message = `updating CloudFormation Stack (${name}): ${report}`;
    if (stack === undefined || stack.StackStatus === "UPDATE_ROLLBACK_COMPLETE") {
      // Everything is as it was, so the state stays as it was too, and the next run shows the same difference.
      throw new Error(message);
    }
    const live = await this.#stateOf(api, stack, state).catch(() => state);
    throw new PartialFailure(message, id, live, inputs);
  }

  async delete(id: string, state: Properties, options: OperationOptions): Promise<void> {
    const api = this.#api(state);
    const name = text(state.name) ?? id;
    const token = requestToken();
    const startedAt = new Date();
    try {
      await api.deleteStack(id, token);
    } catch (error) {
      if (await this.#isGone(api, id)) {
        return;
      }
      throw new Error(`deleting CloudFormation Stack (${name}): ${describeError(error)}`, { cause: error });
    }
    const stack = await this.#settled(api, id, "delete", options);
    if (stack !== undefined && stack.StackStatus !== "DELETE_COMPLETE") {
      const report = await failureReport(api, stack, token, startedAt);
      throw new Error(`deleting CloudFormation Stack (${name}): ${report}`);
    }
  }

  /**
   * What a failed creation leaves decides what is recorded: nothing, when the stack is gone or was rolled back (its
   * empty remains are removed, because a stack in ROLLBACK_COMPLETE can only be deleted; the official provider marks it
   * to be replaced, which comes to the same); else the stack as it stands, to be looked at and removed by its owner.
   */
  async #afterFailedCreate(
    api: CloudFormationApi,
    id: string,
    inputs: Properties,
    cause: unknown,
    options: OperationOptions,
  ): Promise<Error> {
    const failure = cause instanceof Error ? cause : new Error(String(cause));
    const stack = await api.describeStack(id).catch((): Stack => ({ StackId: id }) as Stack);
    if (stack === undefined || stack.StackStatus === "DELETE_COMPLETE") {
      return failure;
    }
    if (stack.StackStatus === "ROLLBACK_COMPLETE") {
      const removed = await this.delete(id, inputs, options).then(
        () => true,
        () => false,
      );
      if (removed) {
        return new Error(`${failure.message}\nIts remains were removed: the next run creates it anew.`);
      }
    }
    const properties = await this.#stateOf(api, stack, inputs).catch(() => ({ ...inputs, outputs: {} }));
    const failed = stack.StackStatus === undefined || /FAILED|ROLLBACK/.test(stack.StackStatus);
    const marked = failed ? { ...properties, [FAILED_CREATION]: true } : properties;
    return new PartialFailure(failure.message, id, marked, inputs);
  }

  async #isGone(api: CloudFormationApi, id: string): Promise<boolean> {
    const stack = await api.describeStack(id).catch((): Stack => ({}) as Stack);
    return stack === undefined || stack.StackStatus === "DELETE_COMPLETE";
  }

  /** Waits until no operation runs on the stack. */
  async #settled(
    api: CloudFormationApi,
    id: string,
    operation: string,
    options: OperationOptions,
  ): Promise<Stack | undefined> {
    let stack: Stack | undefined;
    await poll(
      `CloudFormation Stack (${id}) ${operation}`,
      { timeoutMs: options.timeoutSeconds * 1000 || DEFAULT_TIMEOUT_MS, signal: options.signal },
      async () => {
        stack = await api.describeStack(id);
        return stack === undefined || !stack.StackStatus?.endsWith("_IN_PROGRESS");
      },
      this.#options.clock,
    );
    return stack;
  }

  /** A role that was just made may not be known to CloudFormation yet. */
  async #retryRole<T>(what: string, options: OperationOptions, call: () => Promise<T>): Promise<T> {
    let result: { value: T } | undefined;
    await poll(
      what,
      { timeoutMs: ROLE_PROPAGATION_MS, signal: options.signal },
      async (lastTry) => {
        try {
          result = { value: await call() };
          return true;
        } catch (error) {
          if (!lastTry && describeError(error).includes("is invalid or cannot be assumed")) {
            return false;
          }
          throw new Error(`${what}: ${describeError(error)}`, { cause: error });
        }
      },
      this.#options.clock,
    );
    return result!.value;
  }

  /** The state that is recorded: what the program asked for, with what CloudFormation says. */
  async #stateOf(api: CloudFormationApi, stack: Stack, known: Properties): Promise<Properties> {
    const tagsAll = fromTags(stack.Tags);
    const templateBody = await api.originalTemplate(stack.StackId ?? "");
    return present({
      ...known,
      name: stack.StackName ?? known.name,
      region: known.region ?? this.#options.region,
      capabilities: stack.Capabilities?.length ? stack.Capabilities : known.capabilities,
      disableRollback: known.onFailure ? undefined : stack.DisableRollback || known.disableRollback,
      iamRoleArn: stack.RoleARN ?? known.iamRoleArn,
      notificationArns: stack.NotificationARNs?.length ? stack.NotificationARNs : known.notificationArns,
      outputs: Object.fromEntries(
        (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
      ),
      parameters: liveParameters(stack.Parameters ?? [], textMap(known.parameters)),
      tags: Object.fromEntries(
        Object.entries(tagsAll).filter(([key]) => isOwnTag(key, known, this.#options.defaultTags)),
      ),
      tagsAll,
      templateBody: sameText(templateBody, known.templateBody) ? known.templateBody : templateBody,
      timeoutInMinutes: stack.TimeoutInMinutes ?? known.timeoutInMinutes,
    });
  }

  #api(properties: Properties): CloudFormationApi {
    return this.#options.api(text(properties.region) ?? this.#options.region);
  }
}

/** What CreateStack and UpdateStack have in common. */
function commonInput(inputs: Properties, token: string) {
  return {
    StackName: text(inputs.name),
    ClientRequestToken: token,
    Capabilities: textList(inputs.capabilities) as Capability[],
    RoleARN: text(inputs.iamRoleArn),
    NotificationARNs: inputs.notificationArns === undefined ? undefined : textList(inputs.notificationArns),
    Parameters: Object.entries(textMap(inputs.parameters)).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    StackPolicyBody: policyOf(inputs),
    StackPolicyURL: text(inputs.policyUrl),
    Tags: Object.entries(textMap(inputs.tagsAll ?? inputs.tags)).map(([Key, Value]) => ({ Key, Value })),
  };
}

function policyOf(inputs: Properties): string | undefined {
  return inputs.policyBody === undefined ? undefined : normaliseTemplate(inputs.policyBody);
}

function templateOf(inputs: Properties): string | undefined {
  const body = text(inputs.templateBody);
  return body !== undefined && body.trimStart().startsWith("{") ? normaliseTemplate(body) : body;
}

/** UpdateStack wants a body, an address, or the word that nothing changes. */
function templateForUpdate(inputs: Properties) {
  if (text(inputs.templateUrl)) {
    return { TemplateURL: text(inputs.templateUrl) };
  }
  const body = templateOf(inputs);
  return body === undefined ? { UsePreviousTemplate: true } : { TemplateBody: body };
}

/** Only parameters that the program gives (all, when it gives none); hidden values keep what the program gave. */
function liveParameters(live: Parameter[], given: Record<string, string>): Record<string, string> {
  const wanted =
    Object.keys(given).length > 0 ? live.filter(({ ParameterKey }) => (ParameterKey ?? "") in given) : live;
  return Object.fromEntries(
    wanted.map(({ ParameterKey = "", ParameterValue = "" }) => [
      ParameterKey,
      HIDDEN_VALUE.test(ParameterValue) ? (given[ParameterKey] ?? ParameterValue) : ParameterValue,
    ]),
  );
}

function fromTags(tags: Tag[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (tags ?? [])
      .filter(({ Key }) => !Key?.startsWith("aws:"))
      .map(({ Key = "", Value = "" }) => [Key, Value]),
  );
}

/** A tag that comes from the provider's default tags is not the resource's own, unless the program gives it too. */
function isOwnTag(key: string, known: Properties, defaults: Record<string, string>): boolean {
  return key in textMap(known.tags) || !(key in defaults);
}

function sameText(left: unknown, right: unknown): boolean {
  return right !== undefined && normaliseTemplate(left) === normaliseTemplate(right);
}

/** Of the inputs that the program had given, what they are now: so that `pulumi refresh` shows a drift. */
function refreshed(inputs: Properties, properties: Properties): Properties {
  const watched = ["parameters", "tags", "tagsAll", "capabilities", "templateBody"];
  return Object.fromEntries(
    watched.filter((name) => inputs[name] !== undefined).map((name) => [name, properties[name] ?? {}]),
  );
}

function importedInputs(stack: Stack, region: string): Properties {
  return { name: stack.StackName, region };
}

/** Pulumi's own form: the resource's name and seven hexadecimal digits. */
function generatedName(resourceName: string, seed: Uint8Array): string {
  const suffix = createHash("sha256")
    .update(seed.length > 0 ? seed : randomUUID())
    .digest("hex")
    .slice(0, 7);
  return `${resourceName}-${suffix}`;
}

function requestToken(): string {
  return `pulumi-${randomUUID()}`;
}
