import { CommandError, step, tail } from "../cli";
import { FlatOutputs, readEmbeddedCloud } from "../client";
import { runningCloud } from "../cloud";
import { OwnPlatform, Pulumi } from "../deployment";
import { ensureEngine } from "../toolchain";
import { rounded, type DeploymentResult } from "./further";
import { describeMachine, loadAverage } from "./machine";
import { deployPlainly, recordDeployment } from "./plainDeployment";

/** Runs of what changes nothing; what makes everything is run as often as the caller asks. */
const IDLE_RUNS = 3;

const platform = new OwnPlatform(".embedded-cloud-bench");

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return rounded((performance.now() - started) / 1000);
}

/** Pulumi beside plain CloudFormation calls, on an embedded cloud of its own. @param runs of each way to make everything */
export async function measureDeployment(runs: number, signal: AbortSignal): Promise<DeploymentResult> {
  const before = loadAverage();
  await platform.stop();
  platform.remove();
  try {
    const up = await platform.command("up", [], signal);
    if (up.code !== 0) throw new CommandError(`npm run up failed:\n${tail(up.stderr, 20)}`);
    const state = await runningCloud(platform.directory);
    if (state === undefined) throw new CommandError("The embedded cloud is gone.");
    const { directory, flatOutputs } = platform;
    const pulumi = new Pulumi({
      directory,
      flatOutputs,
      cloud: state,
      engine: await ensureEngine({ signal }),
      signal,
    });
    const cloud = readEmbeddedCloud(directory);
    const { suffix } = FlatOutputs.read(flatOutputs);
    const previewSeconds = await repeated(IDLE_RUNS, "pulumi preview", () => pulumi.preview());
    const idleUpSeconds = await repeated(IDLE_RUNS, "pulumi up without a change", () => pulumi.up());
    const recorded = await recordDeployment(cloud, suffix);
    const upSeconds: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      await step("pulumi destroy", () => pulumi.destroy());
      upSeconds.push(await step("pulumi up into an empty account", () => seconds(() => pulumi.up())));
    }
    await step("pulumi destroy", () => pulumi.destroy());
    const plainSeconds = [
      rounded(await step("CreateStack, one after another", () => deployPlainly(cloud, recorded, signal))),
    ];
    return {
      ...{
        recordedAt: new Date().toISOString(),
        machine: describeMachine(),
        loadAverage: before,
        clockFactor: cloud.clockFactor,
      },
      ...{ stacks: recorded.stacks.length, previewSeconds, idleUpSeconds, upSeconds, plainSeconds },
    };
  } finally {
    await platform.stop();
    platform.remove();
  }
}

async function repeated(runs: number, name: string, work: () => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let run = 0; run < runs; run += 1) all.push(await step(name, () => seconds(work)));
  return all;
}
