import { existsSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { join } from "node:path";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { RDSClient } from "@aws-sdk/client-rds";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Agent, request, type Dispatcher } from "undici";
import { REGIONS, type Place } from "../../components/regions";
import { CommandError, Refused } from "../cli";
import {
  awsConfig,
  embeddedCloudDirectory,
  embeddedDispatcher,
  FlatOutputs,
  readEmbeddedCloud,
} from "../client";
import { readCloudState } from "../cloud";
import { replicationLag } from "../deployment/replicationLag";
import { ANSWER_TIMEOUT_MS, reasonOf } from "./bounded";

export type CloudKind = "embedded" | "aws";

/** The SDK clients of one Region, as far as an operator needs them. Tests put others in their place. */
export interface RegionClients {
  readonly tables: Pick<DynamoDBDocumentClient, "send">;
  readonly stepFunctions: Pick<SFNClient, "send">;
  readonly cloudWatch: Pick<CloudWatchClient, "send">;
  readonly databases: Pick<RDSClient, "send">;
  readonly functions: Pick<LambdaClient, "send">;
  readonly buckets: Pick<S3Client, "send">;
}

/** What an HTTPS GET answered. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly body: unknown;
}

/** The names of one Region's resources, as its templates give them. */
export interface RegionNames {
  readonly regionTable: string;
  readonly controlTable: string;
  readonly stateMachineName: string;
  readonly readinessFunction: string;
  readonly capacityFunction: string;
  readonly serviceAlarm: string;
  readonly readinessAlarm: string;
  /** Ends the name of every alarm in the Region. */
  readonly alarmSuffix: string;
  readonly transactionBucket: string;
  readonly clusterArn: string;
  readonly statusUrl: string;
}

/** A deployed platform that an operator acts on: on the embedded cloud or on AWS. */
export interface Platform {
  readonly kind: CloudKind;
  /** For people: which one it is. */
  readonly title: string;
  readonly suffix: string;
  readonly outputs: FlatOutputs;
  readonly witnessName: string;
  readonly publicHost: string;
  clients(place: Place): RegionClients;
  names(place: Place): RegionNames;
  /** The ARN of a Region's failover state machine. */
  stateMachineArn(place: Place): string;
  get(url: string, signal: AbortSignal): Promise<HttpAnswer>;
  resolveTxt(name: string): Promise<string[]>;
  resolve4(name: string): Promise<string[]>;
  /** How far the copies are behind where the cloud itself can say it better than its metrics; absent on AWS. */
  replication?(signal: AbortSignal): Promise<{ what: string; lag: string }[]>;
  close(): Promise<void>;
}

/** The value of an output that older deployments do not have. */
export function optionalOutput(outputs: FlatOutputs, key: string): string | undefined {
  try {
    return outputs.get(key);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** First word of a flat output's key. */
export function prefixOf(place: Place): "Primary" | "Dr" {
  return place === "primary" ? "Primary" : "Dr";
}

/** Resource names are `resourceType-purpose-suffix` everywhere, so they need no output of their own. */
export function namesOf(outputs: FlatOutputs, place: Place): RegionNames {
  const { code } = REGIONS[place];
  const { suffix } = outputs;
  return {
    regionTable: `table-region-${code}-${suffix}`,
    controlTable: `table-control-${suffix}`,
    stateMachineName: `statemachine-failover-${code}-${suffix}`,
    readinessFunction: `function-readiness-${code}-${suffix}`,
    capacityFunction: `function-capacity-control-${code}-${suffix}`,
    serviceAlarm: `alarm-service-${code}-${suffix}`,
    readinessAlarm: `alarm-readiness-${code}-${suffix}`,
    alarmSuffix: `-${code}-${suffix}`,
    transactionBucket: outputs.get(`${prefixOf(place)}StorageTransactionBucketName`),
    clusterArn: outputs.get(`${prefixOf(place)}DatabaseClusterArn`),
    statusUrl: `${outputs.get(`${prefixOf(place)}PaymentsApiUrl`)}/status`,
  };
}

/** The twelve digits in the ARN of something that was deployed. */
export function accountOf(outputs: FlatOutputs): string {
  return outputs.get("PrimaryDatabaseClusterArn").split(":")[4] ?? "";
}

/** The platform's zone is that of its public name: `api.payments.example` → `payments.example`. */
function hostsOf(outputs: FlatOutputs): { witnessName: string; publicHost: string } {
  const publicHost = new URL(outputs.get("PrimaryPaymentsPublicApiUrl")).hostname;
  const zone = publicHost.slice(publicHost.indexOf(".") + 1);
  return {
    publicHost,
    witnessName: (optionalOutput(outputs, "GlobalDnsWitnessName") ?? `witness.${zone}`).replace(/\.$/, ""),
  };
}

interface Access {
  readonly kind: CloudKind;
  readonly title: string;
  readonly outputs: FlatOutputs;
  /** Part of every SDK client's configuration. */
  readonly config: (place: Place) => object;
  readonly dispatcher: Dispatcher;
  readonly resolver: Resolver;
  readonly replication?: Platform["replication"];
}

const RESOLVER_TRIES = 2;

function platformOf({ kind, title, outputs, config, dispatcher, resolver, replication }: Access): Platform {
  const clients = new Map<Place, RegionClients>();
  const makeClients = (place: Place): RegionClients => {
    // One attempt, because the caller's time is bounded and a Region that is lost will not answer the second one.
    const settings = { region: REGIONS[place].name, ...config(place) };
    return {
      tables: DynamoDBDocumentClient.from(new DynamoDBClient(settings), {
        marshallOptions: { removeUndefinedValues: true },
      }),
      stepFunctions: new SFNClient(settings),
      cloudWatch: new CloudWatchClient(settings),
      databases: new RDSClient(settings),
      functions: new LambdaClient(settings),
      buckets: new S3Client({ ...settings, forcePathStyle: kind === "embedded" }),
    };
  };
  return {
    kind,
    title,
    outputs,
    suffix: outputs.suffix,
    ...hostsOf(outputs),
    replication,
    clients: (place) => {
      const made = clients.get(place) ?? makeClients(place);
      clients.set(place, made);
      return made;
    },
    names: (place) => namesOf(outputs, place),
    stateMachineArn: (place) =>
      optionalOutput(outputs, `${prefixOf(place)}FailoverStateMachineArn`) ??
      `arn:aws:states:${REGIONS[place].name}:${accountOf(outputs)}:stateMachine:${namesOf(outputs, place).stateMachineName}`,
    get: async (url, signal) => {
      const answer = await request(url, { dispatcher, signal });
      const text = await answer.body.text();
      return { statusCode: answer.statusCode, body: parsedOrText(text) };
    },
    resolveTxt: async (name) => (await resolver.resolveTxt(name)).map((parts) => parts.join("")),
    resolve4: (name) => resolver.resolve4(name),
    close: async () => {
      resolver.cancel();
      await dispatcher.destroy();
    },
  };
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

export interface PlatformOptions {
  /** Default: the embedded cloud when one runs here, else AWS. */
  readonly cloud?: CloudKind;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Opens the platform that the flat outputs describe.
 * @throws Refused when outputs and cloud do not belong together, so that no command acts on the wrong platform
 * @throws CommandError when nothing is deployed
 */
export function openPlatform({ cloud, environment = process.env }: PlatformOptions = {}): Platform {
  const outputs = FlatOutputs.read(environment["FLAT_OUTPUTS"]);
  const directory = embeddedCloudDirectory(environment);
  const embedded = existsSync(join(directory, "cloud.json"));
  const kind = cloud ?? (embedded ? "embedded" : "aws");
  return kind === "embedded" ? openEmbedded(outputs, directory) : openAws(outputs);
}

function openEmbedded(outputs: FlatOutputs, directory: string): Platform {
  const cloud = readEmbeddedCloud(directory);
  if (accountOf(outputs) !== cloud.accountId) {
    throw new Refused(
      `The flat outputs belong to account ${accountOf(outputs)}, the embedded cloud is ${cloud.accountId}. ` +
        "Name the right file with FLAT_OUTPUTS, or say --cloud aws.",
    );
  }
  const state = readCloudState(directory);
  const resolver = new Resolver({ timeout: ANSWER_TIMEOUT_MS / RESOLVER_TRIES, tries: RESOLVER_TRIES });
  resolver.setServers([`${cloud.dns.address}:${cloud.dns.port}`]);
  return platformOf({
    kind: "embedded",
    title: `the embedded cloud in ${directory}`,
    outputs,
    config: (place) => ({ ...awsConfig(cloud, place), maxAttempts: 1 }),
    dispatcher: embeddedDispatcher(cloud, { timeoutMilliseconds: ANSWER_TIMEOUT_MS }),
    resolver,
    replication: state && (() => replicationLag(cloud, state)),
  });
}

function openAws(outputs: FlatOutputs): Platform {
  return platformOf({
    kind: "aws",
    title: `AWS account ${accountOf(outputs)}`,
    outputs,
    config: () => ({ maxAttempts: 1 }),
    dispatcher: new Agent({ connect: { timeout: ANSWER_TIMEOUT_MS } }),
    resolver: new Resolver({ timeout: ANSWER_TIMEOUT_MS / RESOLVER_TRIES, tries: RESOLVER_TRIES }),
  });
}

/**
 * Proves that the credentials belong to the account that the outputs describe, before something is changed. Asked in
 * the Region where it will be changed, since the other one may be lost.
 * @throws Refused when they do not, or when there are none
 */
export async function assertAccount(platform: Platform, place: Place): Promise<void> {
  if (platform.kind === "embedded") return;
  const expected = accountOf(platform.outputs);
  const sts = new STSClient({ region: REGIONS[place].name, maxAttempts: 2 });
  const identity = await sts.send(new GetCallerIdentityCommand({})).catch((error: unknown) => {
    throw new Refused(`AWS does not accept the credentials in ${REGIONS[place].name}: ${reasonOf(error)}`);
  });
  if (identity.Account !== expected) {
    throw new Refused(
      `The credentials are for account ${identity.Account}, the flat outputs for ${expected}. ` +
        "Name the right file with FLAT_OUTPUTS.",
    );
  }
}
