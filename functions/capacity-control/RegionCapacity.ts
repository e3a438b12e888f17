import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  type EventBridgeClient,
} from "@aws-sdk/client-eventbridge";
import {
  GetProvisionedConcurrencyConfigCommand,
  ListEventSourceMappingsCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateEventSourceMappingCommand,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand, SetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { isSamePolicy, paymentQueuePolicy } from "./paymentQueuePolicy";

/** An event source as Lambda describes it. */
export interface EventSource {
  readonly id: string;
  /** Creating, Enabling, Enabled, Disabling, Disabled, Updating or Deleting. */
  readonly state: string;
}

/** What a failover switches in a Region. Each `set…` answers whether there was something to change. */
export interface RegionCapacity {
  setQueueOpen(isOpen: boolean): Promise<boolean>;
  setRule(rule: string, isEnabled: boolean): Promise<boolean>;
  eventSources(functionName: string): Promise<readonly EventSource[]>;
  /** Fails with ResourceInUseException while the event source is changing. */
  setEventSource(id: string, isEnabled: boolean): Promise<void>;
  /** Warms the alias `live` up to at least this many environments; what scaling added stays. */
  setWarm(functionName: string, atLeast: number): Promise<boolean>;
}

/** The clients of one Region. */
export interface CapacityClients {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly events: EventBridgeClient;
}

/** A Region's capacity at AWS. */
export class AwsRegionCapacity implements RegionCapacity {
  readonly #clients: CapacityClients;
  readonly #queueUrl: string;

  constructor(clients: CapacityClients, queueUrl: string) {
    this.#clients = clients;
    this.#queueUrl = queueUrl;
  }

  async setQueueOpen(isOpen: boolean): Promise<boolean> {
    const { sqs } = this.#clients;
    const QueueUrl = this.#queueUrl;
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn", "Policy"] }),
    );
    const { QueueArn, Policy } = Attributes ?? {};
    if (QueueArn === undefined) throw new Error("the payment queue tells no ARN");
    const wanted = paymentQueuePolicy(QueueArn, isOpen);
    if (Policy && isSamePolicy(JSON.parse(Policy), wanted)) return false;
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: JSON.stringify(wanted) } }),
    );
    return true;
  }

  async setRule(Name: string, isEnabled: boolean): Promise<boolean> {
    const { events } = this.#clients;
    const { State } = await events.send(new DescribeRuleCommand({ Name }));
    if ((State === "ENABLED") === isEnabled) return false;
    if (isEnabled) await events.send(new EnableRuleCommand({ Name }));
    else await events.send(new DisableRuleCommand({ Name }));
    return true;
  }

  async eventSources(functionName: string): Promise<readonly EventSource[]> {
    const answer = await this.#clients.lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: `${functionName}:live` }),
    );
    return (answer.EventSourceMappings ?? []).map(({ UUID, State }) => ({
      id: UUID ?? "",
      state: State ?? "unknown",
    }));
  }

  async setEventSource(UUID: string, Enabled: boolean): Promise<void> {
    await this.#clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
  }

  async setWarm(FunctionName: string, atLeast: number): Promise<boolean> {
    const { lambda } = this.#clients;
    const known = await lambda
      .send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier: "live" }))
      .catch((error: unknown) => {
        if (error instanceof Error && error.name === "ProvisionedConcurrencyConfigNotFoundException") return;
        throw error;
      });
    if ((known?.RequestedProvisionedConcurrentExecutions ?? 0) >= atLeast) return false;
    await lambda.send(
      new PutProvisionedConcurrencyConfigCommand({
        FunctionName,
        Qualifier: "live",
        ProvisionedConcurrentExecutions: atLeast,
      }),
    );
    return true;
  }
}
