import { InvokeCommand } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { REGIONS, type Place } from "../../components/regions";
import { CommandError } from "../cli";
import { ask } from "./bounded";
import type { Platform } from "./Platform";

const readinessResult = z.object({
  ready: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() })),
});

/** Whether a Region could become active now, check by check. */
export type Readiness = z.output<typeof readinessResult>;

/** The evaluation asks many services of both Regions. Milliseconds. */
const EVALUATION_TIMEOUT_MS = 60_000;

/** Has a Region evaluate its readiness now. @throws CommandError when it cannot say */
export async function evaluateReadiness(platform: Platform, place: Place): Promise<Readiness> {
  const FunctionName = platform.names(place).readinessFunction;
  const answer = await ask(async (abortSignal) => {
    const { FunctionError, Payload } = await platform
      .clients(place)
      .functions.send(new InvokeCommand({ FunctionName, Qualifier: "live", Payload: "{}" }), { abortSignal });
    const text = Buffer.from(Payload ?? []).toString();
    if (FunctionError !== undefined) throw new Error(`${FunctionError}: ${text.slice(0, 300)}`);
    return readinessResult.parse(JSON.parse(text));
  }, EVALUATION_TIMEOUT_MS);
  if (!answer.answered) {
    throw new CommandError(
      `The readiness of ${REGIONS[place].name} could not be evaluated (${FunctionName}): ${answer.reason}`,
    );
  }
  return answer.value;
}
