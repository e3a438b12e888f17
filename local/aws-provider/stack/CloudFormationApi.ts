import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  UpdateStackCommand,
  type CreateStackInput,
  type Stack,
  type StackEvent,
  type UpdateStackInput,
} from "@aws-sdk/client-cloudformation";

const MAX_EVENT_PAGES = 20;

/** What the stack resource needs of CloudFormation. */
export interface CloudFormationApi {
  /** @returns the stack's id */
  createStack(input: CreateStackInput): Promise<string>;
  updateStack(input: UpdateStackInput): Promise<void>;
  deleteStack(stackId: string, requestToken: string): Promise<void>;
  /** @returns undefined when there is no such stack; a deleted one is found by its id for 90 days */
  describeStack(nameOrId: string): Promise<Stack | undefined>;
  /** The template as it was given. */
  originalTemplate(stackId: string): Promise<string>;
  /** The stack's events, the latest first. */
  stackEvents(stackId: string): Promise<StackEvent[]>;
}

export class SdkCloudFormationApi implements CloudFormationApi {
  readonly #client: CloudFormationClient;

  constructor(client: CloudFormationClient) {
    this.#client = client;
  }

  async createStack(input: CreateStackInput): Promise<string> {
    const { StackId } = await this.#client.send(new CreateStackCommand(input));
    return StackId ?? "";
  }

  async updateStack(input: UpdateStackInput): Promise<void> {
    await this.#client.send(new UpdateStackCommand(input));
  }

  async deleteStack(stackId: string, requestToken: string): Promise<void> {
    await this.#client.send(new DeleteStackCommand({ StackName: stackId, ClientRequestToken: requestToken }));
  }

  async describeStack(nameOrId: string): Promise<Stack | undefined> {
    try {
      const { Stacks } = await this.#client.send(new DescribeStacksCommand({ StackName: nameOrId }));
      return Stacks?.[0];
    } catch (error) {
      if (
        error instanceof Error &&
        error.name === "ValidationError" &&
        error.message.includes("does not exist")
      ) {
        return undefined;
      }
      throw error;
    }
  }

  async originalTemplate(stackId: string): Promise<string> {
    const command = new GetTemplateCommand({ StackName: stackId, TemplateStage: "Original" });
    return (await this.#client.send(command)).TemplateBody ?? "";
  }

  async stackEvents(stackId: string): Promise<StackEvent[]> {
    const events: StackEvent[] = [];
    let token: string | undefined;
    for (let page = 0; page < MAX_EVENT_PAGES; page++) {
      const command = new DescribeStackEventsCommand({ StackName: stackId, NextToken: token });
      const { StackEvents, NextToken } = await this.#client.send(command);
      events.push(...(StackEvents ?? []));
      token = NextToken;
      if (token === undefined) {
        break;
      }
    }
    return events;
  }
}
