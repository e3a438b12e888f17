import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { previewText, PreviewReport } from "../../components/preview";
import { CommandError, EXIT_CODES, exclusively, runCommand, UsageError } from "../cli";
import { cloudFiles, runningCloud } from "../cloud";
import { deploymentTarget, Pulumi, REPOSITORY } from "../deployment";
import { compareTemplates } from "../preview/compareTemplates";
import { ensureEngine } from "../toolchain";

const HELP = `Usage: npm run preview [-- --markdown FILE] [-- --active-region primary|dr] [-- --no-policy]
       npm run preview -- --base COMMIT [--markdown FILE]

Runs the real "pulumi preview" on the platform that "npm run up" has brought up: per stack, which resources would be added,
modified, replaced or removed, and why. Fails when a stateful resource would be lost without an entry in
components/preview/allowed-changes.yaml, and when another Region is active than the configuration expects.

With --base nothing needs to run, and no account is asked: the templates are compared with those of a commit, as production
deploys them. That is an estimate.

  --base           a commit, branch or tag of git, such as origin/main
  --markdown       writes the same for a pull request
  --active-region  the Region that is expected to be active; default: the one of the last "npm run up"
  --no-policy      previews without the policy pack

${EXIT_CODES}`;

runCommand({
  name: "npm run preview",
  help: HELP,
  options: {
    base: { type: "string" },
    markdown: { type: "string" },
    "active-region": { type: "string" },
    "no-policy": { type: "boolean" },
  },
  async run({ values, signal }) {
    const { base, "active-region": activeRegion } = values;
    if (activeRegion !== undefined && activeRegion !== "primary" && activeRegion !== "dr") {
      throw new UsageError(`--active-region is primary or dr, not "${activeRegion}".\n\n${HELP}`);
    }
    const markdown = values.markdown === undefined ? undefined : resolve(values.markdown);
    if (base !== undefined) {
      if (activeRegion !== undefined || values["no-policy"]) {
        throw new UsageError(`--base compares templates alone.\n\n${HELP}`);
      }
      return comparison(base, markdown, signal);
    }
    process.stdout.write(`${await preview(markdown, activeRegion, !values["no-policy"], signal)}\n`);
  },
});

async function comparison(base: string, markdown: string | undefined, signal: AbortSignal): Promise<number> {
  const previews = await compareTemplates({ base, now: new Date(), signal });
  const report = new PreviewReport(markdown);
  for (const each of previews) report.add(each);
  const text = previews.map(previewText).join("\n");
  process.stdout.write(`${text || "No template changes a resource."}\n`);
  const refused = previews.flatMap(({ verdicts }) => verdicts.filter(({ outcome }) => outcome === "refused"));
  return refused.length === 0 ? 0 : 1;
}

async function preview(
  report: string | undefined,
  activeRegion: "primary" | "dr" | undefined,
  withPolicy: boolean,
  signal: AbortSignal,
): Promise<string> {
  const target = deploymentTarget();
  const cloud = await runningCloud(target.directory);
  if (cloud === undefined || !existsSync(cloudFiles(target.directory).configuration)) {
    throw new CommandError("There is nothing to compare with: run npm run up first.");
  }
  const engine = await ensureEngine({ signal });
  const policyPacks = withPolicy ? [join(REPOSITORY, "policy")] : [];
  return exclusively(target.directory, () => {
    const pulumi = new Pulumi({ ...target, cloud, engine, signal });
    pulumi.breakLock();
    return pulumi.preview({ policyPacks, report, activeRegion });
  });
}
