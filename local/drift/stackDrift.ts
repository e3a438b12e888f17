import {
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  type CloudFormationClient,
  type ListStackResourcesOutput,
  type ListStacksOutput,
  type Stack,
  type StackResourceDrift,
} from "@aws-sdk/client-cloudformation";
import { setTimeout as sleep } from "node:timers/promises";

export type StackClient = Pick<CloudFormationClient, "send">;

/** One property that is not as the template has it. */
export interface DriftedProperty {
  /** JSON pointer, such as `/RedrivePolicy/maxReceiveCount`. */
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
}

/** One resource that is not as the template has it. */
export interface DriftedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly status: "MODIFIED" | "DELETED";
  readonly properties: readonly DriftedProperty[];
}

/** What CloudFormation says of one stack. */
export interface StackDrift {
  readonly stackName: string;
  readonly resources: readonly DriftedResource[];
  /** Resources that it compared, and those that it cannot. */
  readonly checked: number;
  readonly notChecked: number;
  /** Why nothing is known; then the rest says nothing. */
  readonly problem?: string;
}

/** Bounds of the detection (milliseconds). CloudFormation needs a second or two for a resource. */
export interface DriftLimits {
  readonly timeoutMs: number;
  readonly pollMs: number;
}

const LIMITS: DriftLimits = { timeoutMs: 15 * 60_000, pollMs: 3_000 };
const MAX_PAGES = 100;
/** Detections at once in one Region: more would meet CloudFormation's own limits of reading. */
const CONCURRENCY = 4;

/** The names of the platform's stacks in one Region, sorted. @throws when they cannot be listed */
export async function platformStacks(client: StackClient, pattern: RegExp): Promise<string[]> {
  const names: string[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer: ListStacksOutput = await client.send(new ListStacksCommand({ NextToken }));
    for (const { StackName = "", StackStatus } of answer.StackSummaries ?? []) {
      if (StackStatus !== "DELETE_COMPLETE" && pattern.test(StackName)) names.push(StackName);
    }
    NextToken = answer.NextToken;
    if (NextToken === undefined) return names.sort();
  }
  throw new Error(`more than ${MAX_PAGES} pages of stacks`);
}

/** Detects the drift of all stacks of a Region, a few at a time. What cannot be told of a stack is its problem. */
export async function detectDrifts(
  client: StackClient,
  stacks: readonly string[],
  { signal, limits = LIMITS }: { readonly signal: AbortSignal; readonly limits?: DriftLimits },
): Promise<StackDrift[]> {
  const found: StackDrift[] = [];
  for (let start = 0; start < stacks.length; start += CONCURRENCY) {
    const some = stacks.slice(start, start + CONCURRENCY);
    found.push(
      ...(await Promise.all(
        some.map((stackName) =>
          detectDrift(client, stackName, signal, limits).catch((error: unknown): StackDrift => {
            signal.throwIfAborted();
            const problem = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
            return { stackName, resources: [], checked: 0, notChecked: 0, problem };
          }),
        ),
      )),
    );
  }
  return found;
}

async function detectDrift(
  client: StackClient,
  stackName: string,
  signal: AbortSignal,
  { timeoutMs, pollMs }: DriftLimits,
): Promise<StackDrift> {
  const { StackDriftDetectionId } = await client.send(new DetectStackDriftCommand({ StackName: stackName }));
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const status = await client.send(new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }));
    if (status.DetectionStatus === "DETECTION_FAILED") {
      throw new Error(status.DetectionStatusReason ?? "the detection failed");
    }
    if (status.DetectionStatus === "DETECTION_COMPLETE") break;
    if (Date.now() > deadline) throw new Error(`the detection was not done in ${timeoutMs / 1_000} s`);
    await sleep(pollMs, undefined, { signal });
  }
  const drifts = await resourceDrifts(client, stackName);
  const compared = drifts.filter(
    ({ StackResourceDriftStatus: status }) => status !== "NOT_CHECKED" && status !== "UNSUPPORTED",
  );
  const unknown = compared.filter(({ StackResourceDriftStatus: status }) => status === "UNKNOWN");
  if (unknown.length > 0) {
    const names = unknown.map(({ LogicalResourceId }) => LogicalResourceId).join(", ");
    throw new Error(`CloudFormation could not compare ${names}`);
  }
  return {
    stackName,
    resources: compared.flatMap((drift) => driftedResource(drift)),
    checked: compared.length,
    // CloudFormation leaves out what it cannot compare.
    notChecked: (await resourceCount(client, stackName)) - compared.length,
  };
}

async function resourceCount(client: StackClient, StackName: string): Promise<number> {
  let [count, NextToken]: [number, string | undefined] = [0, undefined];
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer: ListStackResourcesOutput = await client.send(
      new ListStackResourcesCommand({ StackName, NextToken }),
    );
    count += answer.StackResourceSummaries?.length ?? 0;
    NextToken = answer.NextToken;
    if (NextToken === undefined) return count;
  }
  throw new Error(`more than ${MAX_PAGES} pages of resources`);
}

async function resourceDrifts(client: StackClient, StackName: string): Promise<StackResourceDrift[]> {
  const drifts: StackResourceDrift[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.send(
      new DescribeStackResourceDriftsCommand({ StackName, NextToken, MaxResults: 100 }),
    );
    drifts.push(...(answer.StackResourceDrifts ?? []));
    NextToken = answer.NextToken;
    if (NextToken === undefined) return drifts;
  }
  throw new Error(`more than ${MAX_PAGES} pages of resources`);
}

function driftedResource(drift: StackResourceDrift): DriftedResource[] {
  const status = drift.StackResourceDriftStatus;
  if (status !== "MODIFIED" && status !== "DELETED") return [];
  return [
    {
      logicalId: drift.LogicalResourceId ?? "",
      type: drift.ResourceType ?? "",
      physicalId: drift.PhysicalResourceId ?? "",
      status,
      properties: (drift.PropertyDifferences ?? []).map(({ PropertyPath, ExpectedValue, ActualValue }) => ({
        path: PropertyPath ?? "",
        expected: ExpectedValue ?? "",
        actual: ActualValue ?? "",
      })),
    },
  ];
}

/** A stack's template and its parameters, as deployed. */
export interface DeployedStack {
  readonly body: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Reads what a stack was last deployed with. @throws when it cannot be read */
export async function deployedStack(client: StackClient, StackName: string): Promise<DeployedStack> {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  const { TemplateBody } = await client.send(
    new GetTemplateCommand({ StackName, TemplateStage: "Original" }),
  );
  const stack: Partial<Stack> = Stacks?.[0] ?? {};
  return {
    body: TemplateBody ?? "",
    parameters: Object.fromEntries(
      (stack.Parameters ?? []).map(({ ParameterKey = "", ParameterValue = "" }) => [
        ParameterKey,
        ParameterValue,
      ]),
    ),
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
    ),
    tags: Object.fromEntries((stack.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
  };
}
