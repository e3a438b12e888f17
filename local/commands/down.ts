import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CommandError, EXIT_CODES, exclusively, runCommand, say, step, UsageError } from "../cli";
import { readEmbeddedCloud, type EmbeddedCloud } from "../client";
import { cloudFiles, runningCloud, stopCloud, type CloudState } from "../cloud";
import {
  databasesOf,
  deploymentTarget,
  destroyAccountStack,
  endOutages,
  environmentSuffix,
  findLeftovers,
  letSecondaryLeaveFirst,
  Pulumi,
  readAccountStack,
  recoverInterruptedDeployment,
  REGION_NAMES,
  removePrerequisites,
  type DeploymentTarget,
} from "../deployment";
import { ensureEngine } from "../toolchain";

const HELP = `Usage: npm run down
       npm run down -- --stack NAME [--destroy-production NAME]

Destroys the platform with the real "pulumi destroy", whichever Region is active, proves that nothing is left in either Region of the embedded cloud,
stops all that "npm run up" has started and removes its state. When something is left, it is listed, everything keeps
running for a look at it, and the exit code is 1. Without a running cloud it only tidies up.

  --stack NAME               destroys a stack in an AWS account instead (Pulumi.NAME.yaml), by the pulumi on the PATH,
                             which asks once more
  --destroy-production NAME  production is refused without its name a second time; what protects it is lifted by hand

${EXIT_CODES}`;

runCommand({
  name: "npm run down",
  help: HELP,
  options: { stack: { type: "string" }, "destroy-production": { type: "string" } },
  async run({ values, signal }) {
    const confirmed = values["destroy-production"];
    if (values.stack !== undefined) {
      await destroyAccountStack({ stack: readAccountStack(values.stack), confirmed });
      process.stdout.write(`Stack ${values.stack} is destroyed.\n`);
      return;
    }
    if (confirmed !== undefined) {
      throw new UsageError(
        `--destroy-production goes with --stack: the embedded cloud is never production.\n\n${HELP}`,
      );
    }
    const target = deploymentTarget();
    const { directory } = target;
    if (!existsSync(directory)) {
      process.stdout.write("There is no embedded cloud here: nothing to do.\n");
      return;
    }
    await exclusively(directory, async () => {
      const cloud = await runningCloud(directory);
      if (cloud === undefined) {
        say("The embedded cloud is not running; its accounts are gone with it. Tidying up.");
      } else {
        await destroy(target, cloud, signal);
      }
      await step("Stopping the embedded cloud", () => stopCloud(directory));
      removeState(target);
    });
    process.stdout.write(`Everything is down; nothing is left in ${REGION_NAMES}.\n`);
  },
});

async function destroy(target: DeploymentTarget, cloud: CloudState, signal: AbortSignal): Promise<void> {
  const engine = await ensureEngine({ signal });
  const pulumi = new Pulumi({ ...target, cloud, engine, signal });
  const account = readEmbeddedCloud(target.directory);
  const hasConfiguration = existsSync(cloudFiles(target.directory).configuration);
  if (pulumi.hasStack() && hasConfiguration) {
    pulumi.breakLock();
    await makeDestroyable(account);
    await recoverInterruptedDeployment(pulumi, target.directory);
    await step("pulumi destroy", () => pulumi.destroy());
    await pulumi.removeStack();
  }
  await removePrerequisites(account, environmentSuffix());
  const leftovers = await step(`Looking for anything left in ${REGION_NAMES}`, () => findLeftovers(account));
  if (leftovers.length > 0) {
    const lines = leftovers.map(({ region, kind, id }) => `  ${region}  ${kind}  ${id}`);
    throw new CommandError(`${leftovers.length} resource(s) are left:\n${lines.join("\n")}`);
  }
}

/** Undoes what a drill or a failover left and what the templates, which know nothing of it, would stumble over. */
async function makeDestroyable(cloud: EmbeddedCloud): Promise<void> {
  if (await endOutages(cloud)) {
    say("Ended the outages that were still simulated.");
  }
  for (const cluster of await letSecondaryLeaveFirst(databasesOf(cloud))) {
    say(`After a failover dr has the writer, which leaves last: ${cluster} left the global cluster.`);
  }
}

/** Everything but the command's own lock, which goes when the command ends. */
function removeState({ directory, flatOutputs }: DeploymentTarget): void {
  rmSync(flatOutputs, { force: true });
  for (const entry of readdirSync(directory)) {
    if (entry !== "command.lock") {
      rmSync(join(directory, entry), { recursive: true, force: true });
    }
  }
}
