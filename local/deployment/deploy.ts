import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CloudFormationClient,
  DeleteStackCommand,
  waitUntilStackDeleteComplete,
} from "@aws-sdk/client-cloudformation";
import * as yaml from "js-yaml";
import { controlRecord, newestActivation } from "../../components/controlRecord";
import { writeEmbeddedConfig } from "../../components/embeddedConfig";
import { say, step } from "../cli";
import {
  awsConfig,
  embeddedDispatcher,
  FlatOutputs,
  PspClient,
  readEmbeddedCloud,
  REGIONS,
  type Place,
} from "../client";
import { cloudFiles, readSecrets, type CloudState } from "../cloud";
import { openPlatform } from "../failover/Platform";
import { waitUntilServing } from "../failover/serving";
import type { Engine } from "../toolchain";
import { ensureDemoMerchant } from "./demoMerchant";
import { ensurePrerequisites } from "./prerequisites";
import { Pulumi, REPOSITORY, type ResourceChanges } from "./Pulumi";
import { ensureSyntheticMerchant } from "./syntheticMerchant";
import type { DeploymentTarget } from "./target";

const BASE_CONFIGURATION = join(REPOSITORY, "Pulumi.local.yaml");
const STACK_TYPE = "aws:cloudformation/stack:Stack";
const STACK_DELETION_SECONDS = 120;

export interface Deployment {
  readonly changes: ResourceChanges;
  readonly merchantCreated: boolean;
}

/** The suffix of every name in stack `local`, from its committed configuration. */
export function environmentSuffix(): string {
  const { config } = yaml.load(readFileSync(BASE_CONFIGURATION, "utf8")) as {
    config: Record<string, string>;
  };
  return config["payments:environmentSuffix"]!;
}

/** Deploys the program on a running embedded cloud: prerequisites, `pulumi up`, the demo merchant. */
export async function deploy(
  target: DeploymentTarget,
  options: { cloud: CloudState; engine: Engine; policyPacks: readonly string[]; signal: AbortSignal },
): Promise<Deployment> {
  const { signal, policyPacks } = options;
  const { directory } = target;
  const files = cloudFiles(directory);
  const cloud = readEmbeddedCloud(directory);
  const secrets = readSecrets(files.secrets);
  const values = await step("Preparing secrets, certificates and the hosted zone", () =>
    ensurePrerequisites(cloud, secrets, environmentSuffix()),
  );
  const pulumi = new Pulumi({ ...options, ...target });
  // This command holds the folder's lock, so no engine of ours can be running.
  pulumi.breakLock();
  const salt = await pulumi.selectStack();
  const activation = newestActivation(
    await controlRecord.readBoth({
      environmentSuffix: environmentSuffix(),
      clientOf: (place) => awsConfig(cloud, place),
    }),
  );
  writeEmbeddedConfig(
    BASE_CONFIGURATION,
    files.configuration,
    { ...values, clockFactor: options.cloud.clockFactor },
    // After a failover the platform is brought up as it is: on AWS a person says so in the configuration.
    activation === undefined ? {} : { activeRegion: activation.activePlace },
    salt,
  );
  await recoverInterruptedDeployment(pulumi, directory);
  const changes = await step("pulumi up", () => pulumi.up(policyPacks));
  const outputs = FlatOutputs.read(target.flatOutputs);
  signal.throwIfAborted();
  await directPspNotifications(target, outputs);
  const merchant = await ensureDemoMerchant(cloud, outputs);
  const syntheticCreated = await ensureSyntheticMerchant(cloud, outputs, secrets.syntheticMerchant);
  await step("Waiting until a Region takes payments", () => awaitServing(target, signal));
  return { changes, merchantCreated: merchant.created || syntheticCreated };
}

/**
 * After a deployment that was interrupted, failed or killed, state and cloud may differ: the state is refreshed. Stacks
 * that were being created when the engine was killed, which the state does not know, are removed, so that they can be
 * created again.
 */
export async function recoverInterruptedDeployment(pulumi: Pulumi, directory: string): Promise<void> {
  if (pulumi.isSettled()) {
    return;
  }
  await step("Recovering from a deployment that did not come to its end", async () => {
    const { pending_operations: pending } = await pulumi.state();
    for (const { type, resource } of pending ?? []) {
      const name = resource.inputs?.["name"];
      if (type === "creating" && resource.type === STACK_TYPE && typeof name === "string") {
        say(`  removing the half-created stack ${name}`);
        await deleteStack(directory, name.includes("-apse2-") ? "dr" : "primary", name);
      }
    }
    await pulumi.refresh();
  });
}

async function deleteStack(directory: string, place: Place, name: string): Promise<void> {
  const client = new CloudFormationClient(awsConfig(readEmbeddedCloud(directory), place));
  await client.send(new DeleteStackCommand({ StackName: name }));
  await waitUntilStackDeleteComplete(
    { client, maxWaitTime: STACK_DELETION_SECONDS, minDelay: 1, maxDelay: 2 },
    { StackName: name },
  );
}

/** Health checks, witness and lease take their time after the first deployment; before, every payment is refused. */
async function awaitServing(
  { directory, flatOutputs }: DeploymentTarget,
  signal: AbortSignal,
): Promise<void> {
  const environment = { EMBEDDED_CLOUD_DIR: directory, FLAT_OUTPUTS: flatOutputs };
  const platform = openPlatform({ cloud: "embedded", environment });
  try {
    await waitUntilServing(platform, { signal });
  } finally {
    await platform.close();
  }
}

/** The PSP's notifications go to the name that follows the active Region; the simulator is told, as a PSP's console would be. */
async function directPspNotifications({ directory }: DeploymentTarget, outputs: FlatOutputs): Promise<void> {
  const cloud = readEmbeddedCloud(directory);
  const dispatcher = embeddedDispatcher(cloud);
  try {
    const client = await PspClient.open(cloud, outputs, dispatcher);
    const { pathname } = new URL(outputs.get("PrimaryPaymentsNotificationsUrl"));
    // Records are named with the root's dot, which no Host header has.
    const host = outputs.get("GlobalDnsPublicNotificationsDomainName").replace(/\.$/, "");
    await client.setNotificationTarget({
      url: `https://${host}${pathname}`,
      connect: { port: Number(new URL(cloud.endpoint).port), dns: cloud.dns },
    });
  } finally {
    await dispatcher.destroy();
  }
}

/** The Regions by name, for messages. */
export const REGION_NAMES = Object.values(REGIONS).join(" and ");
