import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as yaml from "js-yaml";
import * as z from "zod";
import { estimateChanges, judgeChanges, readAllowList, ALLOW_LIST_FILE } from "../../components/preview";
import type { JudgedPreview } from "../../components/preview";
import { resolveResources } from "../../components/preview/resolve";
import { REGIONS, type Place } from "../../components/regions";
import { CommandError, runProgram } from "../cli";
import { REPOSITORY } from "../deployment/Pulumi";

const DEPLOYMENTS = join(REPOSITORY, "policy", "deployments.yaml");

/** The production deployment as the policy pack's reports have it: templates of each Region, with what is known of them. */
const deploymentsSchema = z.object({
  deployments: z.array(
    z.object({
      name: z.enum(["apse1", "apse2"]),
      directory: z.string(),
      except: z.array(z.string()).default([]),
      parameters: z.record(z.string(), z.string()),
    }),
  ),
});

const PLACES = { apse1: "primary", apse2: "dr" } as const satisfies Record<string, Place>;

export interface Comparison {
  /** A commit, branch or tag of git. */
  readonly base: string;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/**
 * What the templates of the working tree would change in production, against those of a commit: without an account, so by
 * the templates and by the values that are fixed in production. All other values are taken to stay as they are.
 * @throws CommandError when git does not know the commit
 */
export async function compareTemplates({ base, now, signal }: Comparison): Promise<JudgedPreview[]> {
  const { deployments } = deploymentsSchema.parse(yaml.load(readFileSync(DEPLOYMENTS, "utf8")));
  const old = await templatesOf(base, signal);
  const allowList = readAllowList(ALLOW_LIST_FILE, now);
  const found: JudgedPreview[] = [];
  for (const { name: code, directory, except, parameters } of deployments) {
    const current = new Map(
      readdirSync(join(REPOSITORY, directory))
        .filter((file) => file.endsWith(".yaml"))
        .map((file) => [file, readFileSync(join(REPOSITORY, directory, file), "utf8")]),
    );
    const files = [...new Set([...old.keys(), ...current.keys()])].filter((file) => !except.includes(file));
    for (const file of files.sort()) {
      const [before, after] = [old.get(file), current.get(file)];
      if (before === after) continue;
      const stackName = `stack-${basename(file, ".yaml")}-${code}-${parameters["EnvironmentSuffix"]}`;
      const values = { ...parameters, "AWS::StackName": stackName };
      const preview = {
        stackName,
        region: REGIONS[PLACES[code]].name,
        source: "offline estimate" as const,
        notes: [`templates compared with ${base}; parameters taken as unchanged`],
        ...(before === undefined || after === undefined
          ? wholeStack(stackName, before, after, values)
          : {
              operation: "update" as const,
              changes: await estimateChanges({
                stackName,
                before: { body: before, parameters: values },
                after: { body: after, parameters: values },
              }),
            }),
      };
      if (preview.changes.length === 0) continue;
      found.push({ preview, verdicts: judgeChanges(preview, { allowList, now, isPreview: true }) });
    }
  }
  return found;
}

function wholeStack(
  stackName: string,
  before: string | undefined,
  after: string | undefined,
  parameters: Readonly<Record<string, string>>,
) {
  const action = after === undefined ? ("remove" as const) : ("add" as const);
  const resources = resolveResources(stackName, { body: after ?? before ?? "", parameters });
  return {
    operation: action === "remove" ? ("remove" as const) : ("create" as const),
    changes: Object.entries(resources).map(([logicalId, { Type: type }]) => ({
      logicalId,
      type,
      action,
      reasons: [],
    })),
  };
}

/** The templates of a commit, by file name. */
async function templatesOf(base: string, signal: AbortSignal): Promise<Map<string, string>> {
  const git = async (...args: string[]) => {
    const { code, stdout, stderr } = await runProgram("git", args, { cwd: REPOSITORY, signal });
    if (code !== 0) throw new CommandError(`git ${args[0]} failed: ${stderr.trim()}`);
    return stdout;
  };
  // What is no name of a commit must not be taken for a flag.
  const commit = (await git("rev-parse", "--verify", "--end-of-options", `${base}^{commit}`)).trim();
  const listed = await git("ls-tree", "--name-only", commit, "cfn/");
  const templates = new Map<string, string>();
  for (const file of listed.split("\n").filter((name) => name.endsWith(".yaml"))) {
    templates.set(basename(file), await git("show", `${commit}:${file}`));
  }
  return templates;
}
