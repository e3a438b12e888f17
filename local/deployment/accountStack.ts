import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeGlobalClustersCommand, RDSClient } from "@aws-sdk/client-rds";
import * as yaml from "js-yaml";
import { REGIONS } from "../../components/regions";
import { CommandError, Refused } from "../cli";
import type { Databases } from "./globalDatabase";
import { REPOSITORY } from "./Pulumi";

/** A stack in an AWS account, as its committed configuration has it. */
export interface AccountStack {
  /** Pulumi's name of it, such as `prod`. */
  readonly name: string;
  readonly suffix: string;
  readonly isProduction: boolean;
}

/**
 * Reads `Pulumi.<name>.yaml`.
 * @throws Refused when there is none, or when it is the embedded cloud's
 */
export function readAccountStack(name: string, folder = REPOSITORY): AccountStack {
  const file = join(folder, `Pulumi.${name}.yaml`);
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !existsSync(file)) {
    throw new Refused(`There is no stack ${name}: Pulumi.${name}.yaml is missing.`);
  }
  const { config } = yaml.load(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  if (config["payments:target"] !== "aws") {
    throw new Refused(`Stack ${name} is the embedded cloud's: npm run down, without --stack, takes it down.`);
  }
  return {
    name,
    suffix: String(config["payments:environmentSuffix"]),
    // Whatever is not said to be something else is treated as production.
    isProduction: config["payments:environmentType"] !== "nonproduction",
  };
}

/** What has to be lifted by hand before production can go, in this order. */
const SAFEGUARDS = [
  "take a snapshot of the cluster in both Regions and copy the transaction buckets to where they must be kept (PCI DSS 3.2, 10.5)",
  "turn off deletion protection: cluster, global cluster, tables and load balancers (each is a property in cfn/, under IsProduction)",
  "lift Pulumi's protection: pulumi state unprotect --all --stack",
  "empty the buckets: in production no function does it",
];

/**
 * Production is not destroyed by a command that somebody typed into the wrong window: its name must be given twice.
 * @throws Refused with everything that stands in the way
 */
export function requireConfirmation(
  { name, isProduction }: AccountStack,
  confirmed: string | undefined,
): void {
  if (!isProduction || confirmed === name) return;
  const steps = SAFEGUARDS.map(
    (text, index) => `  ${index + 1}. ${text}${text.endsWith("--stack") ? ` ${name}` : ""}`,
  );
  throw new Refused(
    `Stack ${name} is production: it holds payments. Nothing was done.\n` +
      `To destroy it all the same, in this order:\n${steps.join("\n")}\n` +
      `  ${SAFEGUARDS.length + 1}. npm run down -- --stack ${name} --destroy-production ${name}`,
  );
}

/**
 * The writer leaves a global cluster last, and destroying goes by the order of the templates: dr's cluster first.
 * @throws Refused after a failover, while the primary's cluster is still a secondary of dr's
 */
export async function requireWriterInPrimary({ suffix }: AccountStack, databases: Databases): Promise<void> {
  const GlobalClusterIdentifier = `globalcluster-payments-${suffix}`;
  const answer = await databases
    .send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier }))
    .catch((error: unknown) => {
      if (error instanceof Error && error.name === "GlobalClusterNotFoundFault") return undefined;
      throw error;
    });
  const members = answer?.GlobalClusters?.[0]?.GlobalClusterMembers ?? [];
  const isPrimary = (arn = "") => arn.split(":")[3] === REGIONS.primary.name;
  if (members.some(({ DBClusterArn, IsWriter }) => isPrimary(DBClusterArn) && IsWriter !== true)) {
    throw new Refused(
      `The database of dr is the writer, and the writer leaves ${GlobalClusterIdentifier} last. Before anything is destroyed:\n` +
        "  npm run failover -- detach --region primary --yes   takes the primary's cluster out of it, or\n" +
        "  npm run failover -- failback --wait                 brings the writer back to the primary.",
    );
  }
}

export interface AccountDestruction {
  readonly stack: AccountStack;
  /** The name once more, for production. */
  readonly confirmed: string | undefined;
  readonly databases?: Databases;
  /** Runs `pulumi` and gives its exit code. */
  readonly run?: (args: readonly string[]) => Promise<number>;
}

/**
 * Destroys a stack in an account with the `pulumi` of the PATH, which asks once more and refuses what is still protected.
 * @throws Refused when something stands in the way, CommandError when pulumi fails
 */
export async function destroyAccountStack(destruction: AccountDestruction): Promise<void> {
  const { stack, confirmed, run = pulumiOnPath } = destruction;
  requireConfirmation(stack, confirmed);
  const databases = destruction.databases ?? new RDSClient({ region: REGIONS.primary.name });
  await requireWriterInPrimary(stack, databases);
  const code = await run(["destroy", "--stack", stack.name]);
  if (code !== 0) throw new CommandError(`pulumi destroy ended with exit code ${code}.`);
}

/** With the terminal of this command: the engine asks before it destroys anything. */
function pulumiOnPath(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, { cwd: REPOSITORY, stdio: "inherit" });
    child.once("error", (cause) => reject(new CommandError(`pulumi does not start: ${cause.message}`)));
    child.once("close", (code) => resolve(code ?? 1));
  });
}
