import { DescribeRuleCommand, type EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { ListEventSourceMappingsCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { isSamePolicy, paymentQueuePolicy } from "../capacity-control/paymentQueuePolicy";
import type { Naming } from "./parityFacts";

/** The functions with an event source. */
const CONSUMERS = ["processor", "payment-events"] as const;

/** Which of the two policies the payment queue has. */
export async function queueFact(client: SQSClient, QueueUrl: string): Promise<"open" | "closed" | "other"> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn", "Policy"] }),
  );
  const policy: unknown = Attributes?.["Policy"] ? JSON.parse(Attributes["Policy"]) : {};
  const matches = (isOpen: boolean): boolean =>
    isSamePolicy(policy, paymentQueuePolicy(Attributes?.["QueueArn"] ?? "", isOpen));
  return matches(true) ? "open" : matches(false) ? "closed" : "other";
}

/** The states of the consumers' event sources. */
export function consumerFacts(
  client: LambdaClient,
  nameOf: Naming,
): Promise<{ name: string; states: string[] }[]> {
  return Promise.all(
    CONSUMERS.map(async (name) => {
      const answer = await client.send(
        new ListEventSourceMappingsCommand({ FunctionName: `${nameOf(name)}:live` }),
      );
      return { name, states: (answer.EventSourceMappings ?? []).map(({ State }) => State ?? "unknown") };
    }),
  );
}

/** Whether the outbox relay is scheduled. */
export async function relayFact(client: EventBridgeClient, Name: string): Promise<boolean> {
  return (await client.send(new DescribeRuleCommand({ Name }))).State === "ENABLED";
}
