import { REGIONS } from "../../client";
import type { Drill } from "../Drill";
import type { Scenario } from "../Scenario";
import { LOSS_WITHIN_LAG, RTO_BOUND_SECONDS, SAFE, takesOver } from "./expectations";

/** Everything of the primary is gone at once, as a black hole: connections hang, replication stops where it is. */
export async function losePrimary(drill: Drill): Promise<void> {
  await drill.breakDown("the primary Region is lost", () =>
    drill.faults.set([{ kind: "region-lost", region: REGIONS.primary }]),
  );
}

/** DR takes over, its operation ends, and a while of payments passes in which they are counted. */
export async function awaitTakeover(drill: Drill): Promise<void> {
  await drill.untilRole("dr", "ACTIVE", RTO_BOUND_SECONDS);
  await drill.untilOperationEnds(RTO_BOUND_SECONDS);
  await drill.pass(60);
}

export const regionLoss: Scenario = {
  name: "region-loss",
  title: "Everything in the primary is gone at once, with data in flight; nobody intervenes.",
  run: async (drill) => {
    await losePrimary(drill);
    await awaitTakeover(drill);
  },
  expectations: [...SAFE, ...takesOver("dr"), ...LOSS_WITHIN_LAG],
};
