import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CommandError, EXIT_CODES, exclusively, runCommand, UsageError } from "../cli";
import { cloudFiles, runningCloud } from "../cloud";
import { deploymentTarget, Pulumi, REPOSITORY } from "../deployment";
import { ensureEngine } from "../toolchain";

const HELP = `Usage: npm run preview [-- --markdown FILE] [-- --active-region primary|dr] [-- --no-policy]

Runs the real "pulumi preview" on the platform that "npm run up" has brought up: per stack, which resources would be added,
modified, replaced or removed, and why. Fails when a stateful resource would be lost without an entry in
components/preview/allowed-changes.yaml, and when another Region is active than the configuration expects.

  --markdown       writes the same for a pull request
  --active-region  the Region that is expected to be active; default: the one of the last "npm run up"
  --no-policy      previews without the policy pack

${EXIT_CODES}`;

runCommand({
  name: "npm run preview",
  help: HELP,
  options: {
    markdown: { type: "string" },
    "active-region": { type: "string" },
    "no-policy": { type: "boolean" },
  },
  async run({ values, signal }) {
    const activeRegion = values["active-region"];
    if (activeRegion !== undefined && activeRegion !== "primary" && activeRegion !== "dr") {
      throw new UsageError(`--active-region is primary or dr, not "${activeRegion}".\n\n${HELP}`);
    }
    const target = deploymentTarget();
    const cloud = await runningCloud(target.directory);
    if (cloud === undefined || !existsSync(cloudFiles(target.directory).configuration)) {
      throw new CommandError("There is nothing to compare with: run npm run up first.");
    }
    const engine = await ensureEngine({ signal });
    const policyPacks = values["no-policy"] ? [] : [join(REPOSITORY, "policy")];
    const report = values.markdown === undefined ? undefined : resolve(values.markdown);
    await exclusively(target.directory, async () => {
      const pulumi = new Pulumi({ ...target, cloud, engine, signal });
      pulumi.breakLock();
      process.stdout.write(`${await pulumi.preview({ policyPacks, report, activeRegion })}\n`);
    });
  },
});
