import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  waitUntilStackCreateComplete,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { awsConfig, type EmbeddedCloud, type Place } from "../client";

const WAIT_SECONDS = 600;
const PLACES: readonly Place[] = ["primary", "dr"];

/** A deployed stack, as it can be made again. */
export interface RecordedStack {
  readonly place: Place;
  readonly name: string;
  readonly body: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly startedAt: number;
}

/** Code and large templates, which stand in a bucket that one of the stacks makes. */
interface RecordedObject {
  readonly place: Place;
  readonly bucket: string;
  readonly key: string;
  readonly bytes: Uint8Array;
}

export interface RecordedDeployment {
  readonly stacks: readonly RecordedStack[];
  readonly objects: readonly RecordedObject[];
}

/** Reads all stacks of the platform, in an order in which each can be made after those before it, and the artifacts. */
export async function recordDeployment(cloud: EmbeddedCloud, suffix: string): Promise<RecordedDeployment> {
  const stacks = (await Promise.all(PLACES.map((place) => stacksOf(cloud, place, suffix)))).flat();
  const buckets = stacks.filter(({ name }) => name.startsWith("stack-artifacts-"));
  const objects = await Promise.all(
    buckets.map(({ place, outputs }) => objectsOf(cloud, place, outputs["BucketName"] ?? "")),
  );
  // Pulumi starts a stack when all that it needs is there.
  return { stacks: stacks.sort((a, b) => a.startedAt - b.startedAt), objects: objects.flat() };
}

async function stacksOf(cloud: EmbeddedCloud, place: Place, suffix: string): Promise<RecordedStack[]> {
  const client = new CloudFormationClient(awsConfig(cloud, place));
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
  const own = Stacks.filter(({ StackName }) => StackName?.endsWith(`-${suffix}`));
  return Promise.all(own.map((stack) => recorded(client, place, stack)));
}

async function recorded(client: CloudFormationClient, place: Place, stack: Stack): Promise<RecordedStack> {
  const name = stack.StackName ?? "";
  const { TemplateBody } = await client.send(
    new GetTemplateCommand({ StackName: name, TemplateStage: "Original" }),
  );
  return {
    ...{ place, name, body: TemplateBody ?? "" },
    parameters: Object.fromEntries(
      (stack.Parameters ?? []).map(({ ParameterKey, ParameterValue }) => [
        ParameterKey ?? "",
        ParameterValue ?? "",
      ]),
    ),
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey ?? "", OutputValue ?? ""]),
    ),
    startedAt: stack.CreationTime?.getTime() ?? 0,
  };
}

async function objectsOf(cloud: EmbeddedCloud, place: Place, bucket: string): Promise<RecordedObject[]> {
  const client = new S3Client({ ...awsConfig(cloud, place), forcePathStyle: true });
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Promise.all(
    Contents.map(async ({ Key = "" }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return { place, bucket, key: Key, bytes: (await Body?.transformToByteArray()) ?? new Uint8Array() };
    }),
  );
}

/** Shorter than this, a text is too common to be taken for an output inside another value. */
const TELLING_LENGTH = 8;

/**
 * Puts what stacks that were made anew give for what the recorded ones gave: for a whole value, such as a port, and
 * inside a value the longest first, since one may hold another.
 */
export function renewed(value: string, known: ReadonlyMap<string, string>): string {
  const whole = known.get(value);
  if (whole !== undefined) return whole;
  const old = [...known.keys()]
    .filter((key) => key.length >= TELLING_LENGTH)
    .sort((a, b) => b.length - a.length);
  return old.reduce((text, key) => text.replaceAll(key, known.get(key) ?? key), value);
}

/**
 * Makes the recorded stacks by CreateStack, one after another, each awaited.
 * @returns seconds
 * @throws Error when a stack fails
 */
export async function deployPlainly(
  cloud: EmbeddedCloud,
  { stacks, objects }: RecordedDeployment,
  signal: AbortSignal,
): Promise<number> {
  const started = performance.now();
  const known = new Map<string, string>();
  for (const stack of stacks) {
    signal.throwIfAborted();
    const client = new CloudFormationClient(awsConfig(cloud, stack.place));
    await client.send(
      new CreateStackCommand({
        StackName: stack.name,
        TemplateBody: stack.body,
        Parameters: Object.entries(stack.parameters).map(([ParameterKey, value]) => ({
          ParameterKey,
          ParameterValue: renewed(value, known),
        })),
        // Each template needs the one or the other; all may stand here.
        Capabilities: ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
      }),
    );
    const wait = { client, maxWaitTime: WAIT_SECONDS, minDelay: 1, maxDelay: 1, abortSignal: signal };
    await waitUntilStackCreateComplete(wait, { StackName: stack.name });
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack.name }));
    for (const { OutputKey = "", OutputValue = "" } of Stacks?.[0]?.Outputs ?? []) {
      const before = stack.outputs[OutputKey];
      if (before !== undefined && before !== OutputValue) known.set(before, OutputValue);
    }
    if (stack.name.startsWith("stack-artifacts-")) await upload(cloud, stack.place, objects);
  }
  return (performance.now() - started) / 1000;
}

async function upload(cloud: EmbeddedCloud, place: Place, objects: readonly RecordedObject[]): Promise<void> {
  const client = new S3Client({ ...awsConfig(cloud, place), forcePathStyle: true });
  for (const object of objects.filter((each) => each.place === place)) {
    await client.send(new PutObjectCommand({ Bucket: object.bucket, Key: object.key, Body: object.bytes }));
  }
}
