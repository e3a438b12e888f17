import { CloudWatchClient, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { awsConfig, REGIONS } from "../../client";
import type { Drill } from "../Drill";
import type { Scenario } from "../Scenario";
import {
  abortedBecause,
  alarmed,
  CAUGHT_UP,
  endsAs,
  NO_FAILOVER,
  NO_LOSS,
  pausesAtMost,
  SAFE,
} from "./expectations";
import { evaluateReadiness } from "./readiness";

/** Long enough for detection, lease and health checks to have done whatever they would do. */
const LONG_ENOUGH_SECONDS = 400;

/** Slow for payers, and not yet too slow for Route 53's checkers, whose limit of two seconds the clock factor shortens. */
const SLOWER_MS = 500;

/** A single slow answer is no pause of the service. */
const LONGEST_PAUSE_SECONDS = 60;

const NOTHING_MOVED = [...SAFE, ...NO_FAILOVER, NO_LOSS, CAUGHT_UP, endsAs("primary", "ACTIVE")];

/** The alarm that starts a failover turns red although nothing is wrong. */
async function raiseFalseAlarm(drill: Drill): Promise<void> {
  await new CloudWatchClient(awsConfig(drill.parts.cloud, "dr")).send(
    new SetAlarmStateCommand({
      AlarmName: drill.alarmName("dr", "peer-unavailable"),
      StateValue: "ALARM",
      StateReason: "drill: false alarm",
    }),
  );
}

export const falseAlarm: Scenario = {
  name: "false-alarm",
  title: "The alarm on the primary turns red although nothing is wrong with it.",
  leavesNormalState: true,
  run: async (drill) => {
    await drill.breakDown("the alarm is set to red by hand", () => raiseFalseAlarm(drill));
    await drill.untilOperationEnds(300);
    await drill.pass(120);
  },
  expectations: [
    ...NOTHING_MOVED,
    abortedBecause(/serves|answers|healthy|traffic/),
    pausesAtMost(LONGEST_PAUSE_SECONDS),
  ],
};

export const slowPrimary: Scenario = {
  name: "slow-primary",
  title: "Every answer of the primary's API takes half a second longer, and the alarm on it turns red.",
  leavesNormalState: true,
  run: async (drill) => {
    await drill.breakDown("the primary's API turns slow", () =>
      drill.faults.set([
        {
          kind: "service",
          region: REGIONS.primary,
          service: "execute-api",
          mode: "slow",
          delayMs: SLOWER_MS,
        },
      ]),
    );
    await drill.pass(120);
    drill.mark("the alarm on it turns red");
    await raiseFalseAlarm(drill);
    await drill.untilOperationEnds(300);
    await drill.pass(120);
    await drill.mend("the primary's API is fast again");
  },
  expectations: [
    ...NOTHING_MOVED,
    abortedBecause(/serves|answers|healthy|traffic/),
    pausesAtMost(LONGEST_PAUSE_SECONDS),
  ],
};

export const drUnhealthy: Scenario = {
  name: "dr-unhealthy",
  title: "DR's API and database are down; an operator who does not know it wants to move there.",
  leavesNormalState: true,
  run: async (drill) => {
    await drill.breakDown("DR's API and database go silent", () =>
      drill.faults.set([
        { kind: "service", region: REGIONS.dr, service: "execute-api", mode: "hang" },
        { kind: "service", region: REGIONS.dr, service: "rds", mode: "hang" },
      ]),
    );
    await drill.pass(150);
    await drill.operate("start", "--mode", "switchover", "--wait");
    await drill.pass(120);
    await drill.mend("DR is whole again");
    await drill.pass(200);
  },
  expectations: [
    ...NOTHING_MOVED,
    pausesAtMost(LONGEST_PAUSE_SECONDS),
    {
      text: "the operator's command was refused, or its operation aborted with a reason",
      shortfall: ({ operatorActions, facts: { operations } }) => {
        const [action] = operatorActions;
        if (action?.exitCode !== 2) return `exit code ${action?.exitCode ?? "none"}`;
        const last = operations.at(-1);
        return last === undefined || (last.state === "ABORTED" && last.reason) ? undefined : last.state;
      },
    },
  ],
};

export const partition: Scenario = {
  name: "partition",
  title: "The Regions are cut from each other, while clients and DNS reach both.",
  leavesNormalState: true,
  run: async (drill) => {
    await drill.breakDown("the Regions are cut from each other", () =>
      drill.faults.set([{ kind: "partition" }]),
    );
    await drill.pass(LONG_ENOUGH_SECONDS);
    await drill.mend("the Regions see each other again");
    await drill.untilCaughtUp(300);
    await drill.pass(150);
  },
  expectations: [...NOTHING_MOVED, pausesAtMost(LONGEST_PAUSE_SECONDS)],
};

export const standbyBroken: Scenario = {
  name: "standby-broken",
  title: "The standby's database is gone; nobody has needed it yet.",
  leavesNormalState: true,
  run: async (drill) => {
    await drill.breakDown("DR's database stops answering", () =>
      drill.faults.set([{ kind: "service", region: REGIONS.dr, service: "rds", mode: "hang" }]),
    );
    await drill.pass(60);
    drill.mark("the readiness of DR is evaluated, as every 30 minutes");
    for (const lack of await evaluateReadiness(drill, "dr")) drill.mark(`  ${lack}`);
    await drill.until("the readiness alarm of DR is red", 300, () =>
      drill.observer.isRed("dr", drill.alarmName("dr", "readiness")),
    );
    await drill.mend("DR's database answers again");
    await drill.untilCaughtUp(300);
    await drill.pass(150);
  },
  expectations: [...NOTHING_MOVED, alarmed("dr", /readiness/), pausesAtMost(LONGEST_PAUSE_SECONDS)],
};
