import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { awsConfig, type Place } from "../../client";
import type { Drill } from "../Drill";

/** Between two evaluations while somebody waits for the Region to become ready, in AWS seconds. */
const EVALUATION_SECONDS = 30;

/** Has a Region evaluate whether it could become active, as it does every 30 minutes. @returns what it lacks */
export async function evaluateReadiness(drill: Drill, place: Place): Promise<string[]> {
  const { Payload } = await new LambdaClient(awsConfig(drill.parts.cloud, place)).send(
    new InvokeCommand({ FunctionName: drill.functionName(place, "readiness"), Payload: "{}" }),
  );
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString()) as {
    checks?: { name: string; ok: boolean; detail?: string }[];
  };
  return (answer.checks ?? [{ name: "evaluation", ok: false }])
    .filter(({ ok }) => !ok)
    .map(({ name, detail }) => `${name}: ${detail ?? "not ok"}`);
}

/** Waits until a Region says that it could become active. @throws DrillTimeout */
export async function untilReady(drill: Drill, place: Place, boundSeconds: number): Promise<void> {
  let told = "";
  await drill.until(`${place} is ready`, boundSeconds, async () => {
    const lacks = await evaluateReadiness(drill, place);
    const text = lacks.join("; ");
    if (text !== told && text !== "") drill.mark(`  ${place} is not ready: ${text}`);
    told = text;
    if (lacks.length > 0) await drill.pass(EVALUATION_SECONDS);
    return lacks.length === 0;
  });
}
