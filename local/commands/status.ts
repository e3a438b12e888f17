import { existsSync } from "node:fs";
import { formatElapsed, runCommand } from "../cli";
import { readEmbeddedCloud } from "../client";
import { cloudFiles, isRunning, readCloudState, runningCloud } from "../cloud";
import { deploymentTarget, type DeploymentTarget } from "../deployment";
import { platformStatus, type PlatformStatus } from "../deployment/platformStatus";
import {
  openPlatform,
  operationLines,
  readFailoverStatus,
  withoutTokens,
  type FailoverStatus,
} from "../failover";

const HELP = `Usage: npm run status [-- --json]

Shows what runs, which Region is active, the replication lag and the state of every stack in both Regions.

  --json  prints it as JSON (use npm run -s)

Exit codes: 0 the embedded cloud runs, 1 it does not, 2 usage, 130 interrupted.`;

interface Status {
  readonly running: boolean;
  readonly directory: string;
  readonly processes: readonly { name: string; pid: number; running: boolean }[];
  readonly endpoint?: string;
  readonly startedAt?: string;
  readonly platform?: PlatformStatus;
  /** Absent before the first deployment. */
  readonly failover?: FailoverStatus;
}

runCommand({
  name: "npm run status",
  help: HELP,
  options: { json: { type: "boolean" } },
  async run({ values }) {
    const status = await readStatus(deploymentTarget());
    process.stdout.write(values.json ? `${JSON.stringify(status, null, 2)}\n` : `${text(status)}\n`);
    return status.running ? 0 : 1;
  },
});

async function readStatus({ directory, flatOutputs }: DeploymentTarget): Promise<Status> {
  const state = readCloudState(directory);
  const processes = Object.entries(state?.pids ?? {}).map(([name, identity]) => ({
    name,
    pid: identity.pid,
    running: isRunning(identity),
  }));
  const running = await runningCloud(directory);
  if (running === undefined) {
    return { running: false, directory, processes };
  }
  const platform = await platformStatus(readEmbeddedCloud(directory), running);
  const servers = platform.databases.flatMap(({ pid, clusterIdentifier, status }) =>
    pid === undefined ? [] : [{ name: `postgres ${clusterIdentifier}`, pid, running: status !== "stopped" }],
  );
  return {
    running: true,
    directory,
    processes: [...processes, ...servers],
    endpoint: running.endpoint,
    startedAt: running.startedAt,
    platform,
    failover: await failoverStatus(flatOutputs),
  };
}

async function failoverStatus(flatOutputs: string): Promise<FailoverStatus | undefined> {
  if (!existsSync(flatOutputs)) {
    return undefined;
  }
  const embedded = openPlatform({ cloud: "embedded" });
  try {
    return withoutTokens(await readFailoverStatus(embedded));
  } finally {
    await embedded.close();
  }
}

function roleText({ role, epoch, silent }: PlatformStatus["regions"][number]): string {
  if (silent !== undefined) {
    return `does not answer (${silent})`;
  }
  return role === undefined ? "no role yet" : `${role}, epoch ${epoch}`;
}

/** What `npm run failover -- status` says at more length. */
function failoverLines(failover: FailoverStatus | undefined): string[] {
  if (failover === undefined) {
    return [];
  }
  const { witness, operation } = failover;
  return [
    `Witness          ${witness.answered ? witness.value : witness.reason}`,
    ...operationLines(operation),
    "  more: npm run failover -- status",
    "",
  ];
}

function text(status: Status): string {
  const processes = status.processes.map(
    ({ name, pid, running }) => `  ${name.padEnd(44)} pid ${pid}${running ? "" : "  ENDED"}`,
  );
  if (!status.running || status.platform === undefined) {
    const left = processes.length > 0 ? `\nIts processes:\n${processes.join("\n")}\nRun: npm run down` : "";
    return `The embedded cloud in ${status.directory} is not running. Start it with: npm run up${left}`;
  }
  const { regions, replication, activeRegion } = status.platform;
  const up = formatElapsed(Date.now() - Date.parse(status.startedAt ?? ""));
  return [
    `Embedded cloud   ${status.endpoint}, up for ${up}, logs in ${cloudFiles(status.directory).logs}`,
    ...processes,
    "",
    `Active Region    ${activeRegion ?? "none"}`,
    ...regions.map((region) => `  ${region.region} (${region.place})  ${roleText(region)}`),
    "",
    ...failoverLines(status.failover),
    `Replication${replication.length === 0 ? "      none yet" : ""}`,
    ...replication.map(({ what, lag }) => `  ${what.padEnd(44)} ${lag}`),
    "",
    "Stacks",
    ...regions.flatMap(({ region, stacks, silent }) =>
      stacks.length === 0
        ? [`  ${region}  ${silent ?? "none"}`]
        : stacks.map(({ name, state }) => `  ${region}  ${name.padEnd(44)} ${state}`),
    ),
  ].join("\n");
}
