import { REGIONS } from "../../client";
import type { Drill } from "../Drill";
import type { Expectation, Scenario } from "../Scenario";
import { LOSS_WITHIN_LAG, RTO_BOUND_SECONDS, SAFE, takesOver } from "./expectations";
import { losePrimary } from "./regionLoss";

/** Payments were accepted in the primary and came to the PSP only after the take-over. */
function replayed(atLeast: number): Expectation {
  return {
    text: `at least ${atLeast} payments were settled by replay`,
    shortfall: ({ findings }) =>
      findings.replayed.length >= atLeast ? undefined : `${findings.replayed.length} were`,
  };
}

/** The PSP fails before the Region is lost, and is there again only after DR has taken over and tried to replay. */
function withoutPsp(
  name: string,
  title: string,
  faults: { readonly down?: boolean; readonly timeouts?: boolean },
): Scenario {
  return {
    name,
    title,
    run: async (drill) => {
      drill.mark("the PSP fails");
      await drill.faults.setPsp(faults);
      await drill.pass(40);
      await losePrimary(drill);
      await drill.untilRole("dr", "ACTIVE", RTO_BOUND_SECONDS);
      await drill.pass(120);
      drill.mark("the PSP is there again");
      await drill.faults.setPsp();
      await drill.untilOperationEnds(RTO_BOUND_SECONDS);
      await drill.pass(60);
    },
    expectations: [...SAFE, ...takesOver("dr"), replayed(5), ...LOSS_WITHIN_LAG],
  };
}

export const pspDown = withoutPsp("psp-down", "The PSP is down while the primary is lost and DR replays.", {
  down: true,
});

export const pspTimeouts = withoutPsp(
  "psp-timeouts",
  "The PSP answers nothing while the primary is lost and DR replays.",
  { timeouts: true },
);

async function fillQueue(drill: Drill): Promise<void> {
  await drill.setFaults("the primary's processor fails, so that payments wait in its queue", [
    {
      kind: "function-errors",
      region: REGIONS.primary,
      function: drill.functionName("primary", "processor"),
    },
  ]);
  await drill.pass(60);
}

export const replay: Scenario = {
  name: "replay",
  title: "Payments that are accepted but not settled wait in the queue of the Region that is lost.",
  run: async (drill) => {
    await fillQueue(drill);
    await losePrimary(drill);
    await drill.untilRole("dr", "ACTIVE", RTO_BOUND_SECONDS);
    await drill.untilOperationEnds(RTO_BOUND_SECONDS);
    await drill.pass(60);
  },
  expectations: [...SAFE, ...takesOver("dr"), replayed(20), ...LOSS_WITHIN_LAG],
};
