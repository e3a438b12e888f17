import { REGIONS } from "../../client";
import type { Drill } from "../Drill";
import type { Expectation, Scenario } from "../Scenario";
import {
  CAUGHT_UP,
  endsAs,
  LOSS_WITHIN_LAG,
  NO_LOSS,
  operationEnds,
  pausesAtMost,
  RTO_BOUND_SECONDS,
  SAFE,
} from "./expectations";
import { untilReady } from "./readiness";
import { awaitTakeover, losePrimary } from "./regionLoss";

/** Every operator's command did what it was told to do. */
const COMMANDS_SUCCEEDED: Expectation = {
  text: "the operator's commands answered with 0",
  shortfall: ({ operatorActions }) => {
    const failed = operatorActions.filter(({ exitCode }) => exitCode !== 0);
    return failed.length === 0
      ? undefined
      : failed.map(({ command, exitCode }) => `${command}: ${exitCode}`).join("; ");
  },
};

/** The old primary comes back, becomes a copy of DR's database, and its operator goes back to it. */
export async function returnAsStandby(drill: Drill): Promise<void> {
  await drill.mend("the old primary returns");
  await drill.untilRole("primary", "STANDBY", 600);
  await drill.untilCaughtUp(600);
  await untilReady(drill, "primary", 600);
}

function activates(...places: readonly string[]): Expectation {
  return {
    text: `in turn became active: ${places.join(", ")}`,
    shortfall: ({ facts: { activations } }) => {
      const seen = activations.map(({ place }) => place);
      return seen.join() === places.join() ? undefined : `it was ${seen.join(", ") || "none"}`;
    },
  };
}

export const switchover: Scenario = {
  name: "switchover",
  title: "An operator moves the payments to DR while both Regions are healthy.",
  run: async (drill) => {
    await drill.operate("start", "--mode", "switchover", "--wait");
    await drill.untilRole("dr", "ACTIVE", RTO_BOUND_SECONDS);
    await drill.pass(60);
  },
  expectations: [
    ...SAFE,
    activates("dr"),
    operationEnds("SUCCEEDED"),
    COMMANDS_SUCCEEDED,
    NO_LOSS,
    CAUGHT_UP,
    endsAs("primary", "STANDBY"),
    pausesAtMost(RTO_BOUND_SECONDS),
  ],
};

export const failback: Scenario = {
  name: "failback",
  title: "After a failover the old primary returns as a standby, and an operator goes back to it.",
  leavesNormalState: true,
  run: async (drill) => {
    await losePrimary(drill);
    await awaitTakeover(drill);
    await returnAsStandby(drill);
    drill.failbackAskedAt = Date.now();
    await drill.operate("failback", "--wait");
    await drill.untilRole("primary", "ACTIVE", RTO_BOUND_SECONDS);
    await drill.pass(60);
  },
  expectations: [
    ...SAFE,
    activates("dr", "primary"),
    operationEnds("SUCCEEDED"),
    COMMANDS_SUCCEEDED,
    ...LOSS_WITHIN_LAG,
    {
      text: "nothing was lost on the way back",
      shortfall: ({ findings, facts }) => {
        const later = findings.lost.filter(({ acknowledgedAt }) => acknowledgedAt > (facts.outageAt ?? 0));
        return later.length === 0 ? undefined : `${later.length} payments`;
      },
    },
    CAUGHT_UP,
    endsAs("dr", "STANDBY"),
  ],
};

export const lossDuringFailback: Scenario = {
  name: "loss-during-failback",
  title: "The old primary is lost again while an operator goes back to it.",
  run: async (drill) => {
    await losePrimary(drill);
    await awaitTakeover(drill);
    await returnAsStandby(drill);
    drill.failbackAskedAt = Date.now();
    await drill.operate("failback");
    await drill.untilRole("primary", "TAKING_OVER", 300);
    await drill.setFaults("the primary is lost again, in the middle of the failback", [
      { kind: "region-lost", region: REGIONS.primary },
    ]);
    await drill.untilRole("dr", "ACTIVE", RTO_BOUND_SECONDS);
    await drill.untilOperationEnds(RTO_BOUND_SECONDS);
    await drill.pass(60);
  },
  expectations: [
    ...SAFE,
    {
      text: "DR is active again, in a higher epoch",
      shortfall: ({ facts: { survivor, activations } }) => {
        const last = activations.at(-1);
        return survivor === "dr" && last?.place === "dr" && last.epoch > 2
          ? undefined
          : `active is ${survivor ?? "none"}, last activation ${last?.place ?? "none"} ${last?.epoch ?? ""}`;
      },
    },
    operationEnds("SUCCEEDED"),
  ],
};
