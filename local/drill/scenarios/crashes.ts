import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { setTimeout as sleep } from "node:timers/promises";
import { REGIONS as PROGRAM_REGIONS } from "../../../components/regions";
import { awsConfig } from "../../client";
import type { Drill } from "../Drill";
import type { Scenario } from "../Scenario";
import { LOSS_WITHIN_LAG, SAFE, takesOver } from "./expectations";
import { losePrimary } from "./regionLoss";

/** A failover that is killed at each step, with the waits that begin anew after each kill. AWS seconds. */
const BOUND_SECONDS = 3_600;
/** The least that must have been caught: short steps can be over before they are seen. */
const LEAST_KILLS = 6;
const LOOK_MS = 20;

export const crashMidFailover: Scenario = {
  name: "crash-mid-failover",
  title: "The orchestrator is killed at each step; a further run takes up what the last one left.",
  run: async (drill) => {
    await losePrimary(drill);
    const killed = await killAtEachStep(drill);
    drill.mark(`killed at: ${killed.join(", ")}`);
    if (killed.length < LEAST_KILLS) throw new Error(`only ${killed.length} steps were caught`);
    await drill.pass(60);
  },
  expectations: [...SAFE, ...takesOver("dr", BOUND_SECONDS), ...LOSS_WITHIN_LAG],
};

/** Ends the execution as soon as it has come to a step at which none was ended yet, until one comes through. */
async function killAtEachStep(drill: Drill): Promise<string[]> {
  const { cloud, clockFactor, signal, tables, suffix } = drill.parts;
  const client = new SFNClient(awsConfig(cloud, "dr"));
  const killed: string[] = [];
  const deadline = Date.now() + (BOUND_SECONDS * 1000) / clockFactor;
  while (Date.now() < deadline) {
    const operation = await tables.dr.operation();
    if (operation?.state === "SUCCEEDED") return killed;
    const step = operation?.state === "RUNNING" ? operation.step : undefined;
    if (step !== undefined && !killed.includes(step) && (await stopExecutions(client, suffix))) {
      killed.push(step);
      drill.mark(`the orchestrator is killed at ${step}`);
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
  return killed;
}

async function stopExecutions(client: SFNClient, suffix: string): Promise<boolean> {
  const machine = `statemachine-failover-${PROGRAM_REGIONS.dr.code}-${suffix}`;
  const stateMachineArn = `arn:aws:states:${PROGRAM_REGIONS.dr.name}:123456789012:stateMachine:${machine}`;
  const { executions = [] } = await client.send(
    new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING" }),
  );
  for (const { executionArn } of executions) {
    await client.send(new StopExecutionCommand({ executionArn, cause: "drill: killed" }));
  }
  return executions.length > 0;
}
