import { REGIONS } from "../../client";
import type { Drill } from "../Drill";
import type { Fault } from "../platform/Faults";
import type { Scenario } from "../Scenario";
import { alarmed, LOSS_WITHIN_LAG, SAFE, takesOver } from "./expectations";
import { awaitTakeover } from "./regionLoss";

/** One part of the primary fails, while all else of it goes on. */
function partial(
  name: string,
  title: string,
  fault: (drill: Drill) => Fault,
  ...alarms: Parameters<typeof alarmed>[]
): Scenario {
  return {
    name,
    title,
    run: async (drill) => {
      await drill.breakDown(title, () => drill.faults.set([fault(drill)]));
      await awaitTakeover(drill);
    },
    expectations: [
      ...SAFE,
      ...takesOver("dr"),
      ...alarms.map((each) => alarmed(...each)),
      ...LOSS_WITHIN_LAG,
    ],
  };
}

export const databaseLoss = partial(
  "database-loss",
  "The primary's database stops answering; everything else of the Region goes on.",
  () => ({ kind: "service", region: REGIONS.primary, service: "rds", mode: "hang" }),
  // The alarm that is forwarded asks for the active role besides, and by then the probe's failover has fenced the Region.
  ["primary", /connections-none|database-connections/],
);

export const apiLoss = partial(
  "api-loss",
  "The primary's API stops answering; its functions and its database go on.",
  () => ({ kind: "service", region: REGIONS.primary, service: "execute-api", mode: "hang" }),
  ["dr", /peer-unavailable/],
);

export const lambdaErrors = partial(
  "lambda-errors",
  "The function that takes payments fails in the primary at every call.",
  (drill) => ({
    kind: "function-errors",
    region: REGIONS.primary,
    function: drill.functionName("primary", "intake"),
  }),
  ["primary", /function-errors/],
);
