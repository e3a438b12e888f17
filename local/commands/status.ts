import { formatElapsed, runCommand } from "../cli";
import { readEmbeddedCloud } from "../client";
import { cloudFiles, isRunning, readCloudState, runningCloud } from "../cloud";
import { deploymentTarget } from "../deployment";
import { platformStatus, type PlatformStatus } from "../deployment/platformStatus";

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
}

runCommand({
  name: "npm run status",
  help: HELP,
  options: { json: { type: "boolean" } },
  async run({ values }) {
    const status = await readStatus(deploymentTarget().directory);
    process.stdout.write(values.json ? `${JSON.stringify(status, null, 2)}\n` : `${text(status)}\n`);
    return status.running ? 0 : 1;
  },
});

async function readStatus(directory: string): Promise<Status> {
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
  };
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
    ...regions.map(
      ({ region, place, role, epoch }) =>
        `  ${region} (${place})  ${role === undefined ? "no role yet" : `${role}, epoch ${epoch}`}`,
    ),
    "",
    `Replication${replication.length === 0 ? "      none yet" : ""}`,
    ...replication.map(({ what, lag }) => `  ${what.padEnd(44)} ${lag}`),
    "",
    "Stacks",
    ...regions.flatMap(({ region, stacks }) =>
      stacks.length === 0
        ? [`  ${region}  none`]
        : stacks.map(({ name, state }) => `  ${region}  ${name.padEnd(44)} ${state}`),
    ),
  ].join("\n");
}
