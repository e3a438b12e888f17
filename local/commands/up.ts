import { existsSync } from "node:fs";
import { join } from "node:path";
import { EXIT_CODES, exclusively, runCommand, say, step } from "../cli";
import { FlatOutputs, readDemoMerchant } from "../client";
import { readCloudState, runningCloud, startCloud, stopCloud } from "../cloud";
import {
  deploy,
  deploymentTarget,
  REPOSITORY,
  type Deployment,
  type DeploymentTarget,
  type ResourceChanges,
} from "../deployment";
import { ensureEngine, ensurePython } from "../toolchain";

const HELP = `Usage: npm run up [-- --json] [-- --no-policy]

Brings the payment platform up in both Regions of the embedded cloud on this machine: builds the tools that are missing
(once per machine), starts the cloud, runs the real "pulumi up" on stack "local", writes cfn-outputs/flat-outputs.json
and creates a demo merchant. Run again, it deploys what has changed in the program, and says so when nothing has.

  --json       prints the result as JSON (use npm run -s)
  --no-policy  deploys without the policy pack

EMBEDDED_CLOUD_PORT         port of the cloud's API; by default a free one
EMBEDDED_CLOUD_DIR          its folder; by default .embedded-cloud
FLAT_OUTPUTS                file of the outputs; by default cfn-outputs/flat-outputs.json
PULUMI_CONFIG_PASSPHRASE    passphrase of the stack; by default one made for this clone
CLOUD_REPLICATION_DELAY_MS  delay of replication between the Regions, 0 to 600000
XDG_CACHE_HOME              where the tools are kept

${EXIT_CODES}`;

const POLICY_PACK = join(REPOSITORY, "policy");

runCommand({
  name: "npm run up",
  help: HELP,
  options: { json: { type: "boolean" }, "no-policy": { type: "boolean" } },
  async run({ values, signal }) {
    const target = deploymentTarget();
    const deployment = await exclusively(target.directory, () => up(target, !values["no-policy"], signal));
    const result = describe(target, deployment);
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${text(result)}\n`);
  },
});

async function up(target: DeploymentTarget, withPolicy: boolean, signal: AbortSignal): Promise<Deployment> {
  const { directory } = target;
  const engine = await ensureEngine({ signal });
  const python = await ensurePython({ signal });
  const running = await runningCloud(directory);
  if (running === undefined && readCloudState(directory) !== undefined) {
    say(
      "An earlier embedded cloud has ended without `npm run down`; its accounts went with it. Starting afresh.",
    );
  }
  try {
    const cloud =
      running ?? (await step("Starting the embedded cloud", () => startCloud({ directory, python, signal })));
    const hasPack = existsSync(join(POLICY_PACK, "PulumiPolicy.yaml"));
    return await deploy(target, {
      cloud,
      engine,
      signal,
      policyPacks: withPolicy && hasPack ? [POLICY_PACK] : [],
    });
  } catch (error) {
    // Whatever this run has started must not stay behind when it was told to stop.
    if (signal.aborted && running === undefined) {
      await step("Stopping the embedded cloud", () => stopCloud(directory));
    }
    throw error;
  }
}

function describe(target: DeploymentTarget, { changes, merchantCreated }: Deployment) {
  const { same = 0, ...changed } = changes;
  const outputs = FlatOutputs.read(target.flatOutputs);
  const cloud = readCloudState(target.directory)!;
  const merchant = readDemoMerchant(target.directory);
  return {
    changed: Object.keys(changed).length > 0 || merchantCreated,
    changes: { ...changed, same },
    apiUrl: outputs.get("PrimaryPaymentsPublicApiUrl"),
    endpoint: cloud.endpoint,
    caFile: cloud.caFile,
    merchantId: merchant.merchantId,
    apiKey: merchant.apiKey,
    flatOutputs: target.flatOutputs,
  };
}

function text(result: ReturnType<typeof describe>): string {
  const { same = 0, ...changed }: ResourceChanges = result.changes;
  const counts = Object.entries(changed).map(([verb, count]) => `${count} ${verb}`);
  const { port } = new URL(result.endpoint);
  const curl = [
    `curl --cacert '${result.caFile}' --connect-to ::127.0.0.1:${port} \\`,
    `  -H 'Authorization: Bearer ${result.apiKey}' -H "Idempotency-Key: $(date +%s%N)" \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"amount": 1999, "currency": "SGD", "payment_method": "pm_ok"}' \\`,
    `  ${result.apiUrl}/v1/payments`,
  ];
  return [
    result.changed
      ? `The platform is up (Pulumi: ${[...counts, `${same} unchanged`].join(", ")}).`
      : `Nothing has changed: the platform is up (${same} resources).`,
    "",
    `API       ${result.apiUrl}   (on this machine: ${result.endpoint})`,
    `Merchant  ${result.merchantId}`,
    `API key   ${result.apiKey}`,
    "",
    "A payment:  npm run pay -- --amount 1999 --currency SGD",
    "or:",
    ...curl,
  ].join("\n");
}
