import type { Stack, StackEvent } from "@aws-sdk/client-cloudformation";
import type { CloudFormationApi } from "./CloudFormationApi";

const SHOWN_EVENTS = 5;
const MAX_NESTING = 3;
const NESTED_STACK = "AWS::CloudFormation::Stack";
/** Resources that only stopped because another one failed. */
const CONSEQUENCE =
  /^(Resource creation cancelled|Resource update cancelled|The following resource\(s\) failed)/i;

/**
 * Why an operation failed: the resources that failed, the first to fail first, with type and reason. In a nested stack
 * the failing resource inside is named, since the outer event only says that the nested stack failed.
 * @param requestToken token of the operation; without its events in the list, all events since startedAt count
 */
export async function failureReport(
  api: CloudFormationApi,
  stack: Partial<Stack>,
  requestToken: string,
  startedAt: Date,
): Promise<string> {
  const status = `stack status (${stack.StackStatus ?? "unknown"})`;
  const events = await api.stackEvents(stack.StackId ?? stack.StackName ?? "").catch((): StackEvent[] => []);
  const ofOperation = events.filter((event) => event.ClientRequestToken === requestToken);
  const relevant = ofOperation.length > 0 ? ofOperation : events.filter((event) => isSince(event, startedAt));
  const lines = await linesOf(api, relevant, stack.StackId, MAX_NESTING);
  if (lines.length === 0) {
    return `${status}: ${stack.StackStatusReason ?? "CloudFormation gives no reason"}`;
  }
  const [first, ...others] = lines;
  const more = others.slice(0, SHOWN_EVENTS - 1).map((line) => `\n  then ${line}`);
  const left = others.length - more.length;
  return `${status}: first failing event: ${first}${more.join("")}${left > 0 ? `\n  and ${left} more` : ""}`;
}

async function linesOf(
  api: CloudFormationApi,
  events: StackEvent[],
  stackId: string | undefined,
  nesting: number,
): Promise<string[]> {
  const failures = events
    .filter((event) => event.ResourceStatus?.endsWith("_FAILED") && event.PhysicalResourceId !== stackId)
    .filter((event) => !CONSEQUENCE.test(event.ResourceStatusReason ?? ""))
    .reverse();
  const lines: string[] = [];
  for (const event of failures.slice(0, 2 * SHOWN_EVENTS)) {
    const inner = event.ResourceType === NESTED_STACK && nesting > 0 ? event.PhysicalResourceId : undefined;
    const innerEvents = inner ? await api.stackEvents(inner).catch((): StackEvent[] => []) : [];
    const innerLines = await linesOf(api, innerEvents, inner, nesting - 1);
    lines.push(
      ...(innerLines.length > 0
        ? innerLines.map((line) => `${event.LogicalResourceId}/${line}`)
        : [lineOf(event)]),
    );
  }
  return lines;
}

function lineOf(event: StackEvent): string {
  const reason = event.ResourceStatusReason ?? "no reason given";
  return `${event.LogicalResourceId} (${event.ResourceType}) ${event.ResourceStatus}: ${reason}`;
}

function isSince(event: StackEvent, startedAt: Date): boolean {
  // Events have whole seconds on some servers.
  return event.Timestamp !== undefined && event.Timestamp.getTime() >= startedAt.getTime() - 1_000;
}
