import type { CreateStackInput, Stack, StackEvent, UpdateStackInput } from "@aws-sdk/client-cloudformation";
import type { CloudFormationApi } from "../../../local/aws-provider/stack/CloudFormationApi";
import type { OperationOptions } from "../../../local/aws-provider/ResourceHandler";

const ACCOUNT = "arn:aws:cloudformation:ap-southeast-1:123456789012:stack";

/** CloudFormation in memory: an operation takes one look, and ends as the test says. */
export class FakeCloudFormation implements CloudFormationApi {
  readonly stacks = new Map<string, Stack>();
  readonly templates = new Map<string, string>();
  readonly events = new Map<string, StackEvent[]>();
  readonly created: CreateStackInput[] = [];
  readonly updated: UpdateStackInput[] = [];
  readonly deleted: string[] = [];
  /** Statuses that the next operation ends in, in their order; the last one stays. */
  createEndsIn = "CREATE_COMPLETE";
  updateEndsIn = "UPDATE_COMPLETE";
  deleteEndsIn = "DELETE_COMPLETE";
  /** Errors that the next calls throw. */
  createErrors: Error[] = [];
  updateErrors: Error[] = [];
  failures: StackEvent[] = [];
  looks = 0;
  neverEnds = false;
  readonly #pending = new Map<string, string>();

  async createStack(input: CreateStackInput): Promise<string> {
    this.created.push(input);
    const error = this.createErrors.shift();
    if (error) {
      throw error;
    }
    const id = `${ACCOUNT}/${input.StackName}/${this.created.length}`;
    this.stacks.set(id, {
      StackId: id,
      StackName: input.StackName,
      CreationTime: new Date(),
      StackStatus: "CREATE_IN_PROGRESS",
      Parameters: input.Parameters,
      Tags: input.Tags,
      Capabilities: input.Capabilities,
      DisableRollback: input.OnFailure === "DO_NOTHING" || input.DisableRollback === true,
      Outputs: [{ OutputKey: "BucketName", OutputValue: "bucket-a" }],
    });
    this.templates.set(id, input.TemplateBody ?? "");
    this.#begin(id, this.createEndsIn, input.ClientRequestToken);
    return id;
  }

  async updateStack(input: UpdateStackInput): Promise<void> {
    this.updated.push(input);
    const error = this.updateErrors.shift();
    if (error) {
      throw error;
    }
    const id = input.StackName ?? "";
    const stack = this.stacks.get(id)!;
    if (this.updateEndsIn === "UPDATE_COMPLETE") {
      Object.assign(stack, { Parameters: input.Parameters, Tags: input.Tags });
      this.templates.set(id, input.TemplateBody ?? this.templates.get(id) ?? "");
    }
    stack.StackStatus = "UPDATE_IN_PROGRESS";
    this.#begin(id, this.updateEndsIn, input.ClientRequestToken);
  }

  async deleteStack(stackId: string, requestToken: string): Promise<void> {
    this.deleted.push(stackId);
    const stack = this.stacks.get(stackId);
    if (stack) {
      stack.StackStatus = "DELETE_IN_PROGRESS";
      this.#begin(stackId, this.deleteEndsIn, requestToken);
    }
  }

  async describeStack(nameOrId: string): Promise<Stack | undefined> {
    this.looks++;
    const stack =
      this.stacks.get(nameOrId) ?? [...this.stacks.values()].find((s) => s.StackName === nameOrId);
    const answer = stack && { ...stack };
    const next = this.#pending.get(stack?.StackId ?? "");
    if (stack && next && !this.neverEnds) {
      this.#pending.delete(stack.StackId!);
      stack.StackStatus = next as Stack["StackStatus"];
    }
    return answer;
  }

  async originalTemplate(stackId: string): Promise<string> {
    return this.templates.get(stackId) ?? "";
  }

  async stackEvents(stackId: string): Promise<StackEvent[]> {
    return this.events.get(stackId) ?? [];
  }

  #begin(id: string, end: string, token: string | undefined): void {
    this.#pending.set(id, end);
    const latestFirst = [...this.failures].reverse();
    this.events.set(
      id,
      latestFirst.map((event) => ({ ...event, StackId: id, ClientRequestToken: token })),
    );
  }
}

export function failedEvent(logicalId: string, type: string, reason: string, physicalId = ""): StackEvent {
  return {
    StackId: "",
    EventId: logicalId,
    StackName: "",
    Timestamp: new Date(),
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ResourceStatus: "CREATE_FAILED",
    ResourceStatusReason: reason,
  };
}

export function awsError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

export function operation(changes: Partial<OperationOptions> = {}): OperationOptions {
  return { preview: false, timeoutSeconds: 0, signal: new AbortController().signal, ...changes };
}

/** A clock that a sleep moves, so that a wait of half an hour takes no time. */
export function fakeClock() {
  let now = 0;
  return {
    now: () => now,
    sleep: async (milliseconds: number) => {
      now += milliseconds;
    },
  };
}
