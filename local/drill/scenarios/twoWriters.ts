import { REGIONS } from "../../client";
import type { Scenario } from "../Scenario";
import { endsAs, hadRole, LOSS_WITHIN_LAG, RTO_BOUND_SECONDS, SAFE, takesOver } from "./expectations";
import { awaitTakeover, losePrimary } from "./regionLoss";

/** The lease and its keeper's schedule: by then a Region that is not named any more has stopped writing. */
const LEASE_BOUND_SECONDS = 120;
/** Three health checks of 30 s, the answer's life of 10 s, and what this machine takes. */
const NAMED_BOUND_SECONDS = 30;

/** By then DR has looked again for what only the lost Region knew, every five minutes, and has driven it again. */
const SWEEP_SECONDS = 400;

export const isolatedPrimary: Scenario = {
  name: "isolated-primary",
  title:
    "The primary runs on, but neither the world nor DNS reaches it; somebody inside goes on paying there.",
  run: async (drill) => {
    drill.parts.insidePayers("primary").start();
    await drill.pass(30);
    await drill.breakDown("the primary is isolated", () =>
      drill.faults.set([{ kind: "isolated", region: REGIONS.primary }]),
    );
    await awaitTakeover(drill);
    await drill.noteDatabases();
  },
  expectations: [
    ...SAFE,
    ...takesOver("dr"),
    {
      text: "it stopped accepting within its lease, and before DR started",
      shortfall: ({ facts: { attempts, outageAt = 0, activations, clockFactor } }) => {
        const inside = attempts.filter(({ isInside, outcome }) => isInside && outcome === "accepted");
        const last = Math.max(0, ...inside.map(({ startedAt }) => startedAt));
        const seconds = ((last - outageAt) / 1000) * clockFactor;
        if (inside.length === 0) return "nobody inside was served";
        if (last >= (activations[0]?.at ?? 0)) return "it still accepted when DR started";
        return seconds <= LEASE_BOUND_SECONDS + NAMED_BOUND_SECONDS
          ? undefined
          : `it accepted for ${Math.round(seconds)} s`;
      },
    },
    {
      text: "nothing that came through the public name was lost beyond the lag",
      shortfall: (outcome) => LOSS_WITHIN_LAG[0]!.shortfall(outcome),
    },
  ],
};

export const flapping: Scenario = {
  name: "flapping",
  title: "The primary returns in the middle of the failover, goes again, and returns after it.",
  run: async (drill) => {
    await losePrimary(drill);
    await drill.untilRole("dr", "TAKING_OVER", RTO_BOUND_SECONDS);
    await drill.mend("the primary returns while DR takes over");
    // Longer than the health checks need to see it (three looks, 30 s apart): only the latch keeps the names with DR.
    await drill.pass(130);
    await losePrimary(drill);
    await awaitTakeover(drill);
    await drill.mend("the primary returns for good");
    await drill.pass(400);
  },
  expectations: [...SAFE, ...takesOver("dr"), endsAs("primary", "STANDBY"), endsAs("dr", "ACTIVE")],
};

export const drApiDown: Scenario = {
  name: "dr-api-down-while-active",
  title: "DR is active and its API goes silent, while the old primary is back.",
  run: async (drill) => {
    await losePrimary(drill);
    await awaitTakeover(drill);
    await drill.mend("the old primary returns");
    await drill.untilRole("primary", "STANDBY", 600);
    await drill.setFaults("DR's API goes silent", [
      { kind: "service", region: REGIONS.dr, service: "execute-api", mode: "hang" },
    ]);
    await drill.pass(300);
    await drill.mend("DR's API answers again");
    await drill.until("DR accepts payments again", 300, () => drill.acceptsNow("dr"));
    await drill.pass(60);
  },
  expectations: [...SAFE, ...takesOver("dr"), ...LOSS_WITHIN_LAG, endsAs("dr", "ACTIVE")],
};

export const doubleFailure: Scenario = {
  name: "double-failure",
  title: "DR fails while it is active; then the old primary returns with records that are out of date.",
  run: async (drill) => {
    await losePrimary(drill);
    await awaitTakeover(drill);
    await drill.setFaults("DR is lost too", [
      { kind: "region-lost", region: REGIONS.primary },
      { kind: "region-lost", region: REGIONS.dr },
    ]);
    await drill.pass(60);
    await drill.noteDatabases();
    await drill.setFaults("the old primary returns, DR does not", [
      { kind: "region-lost", region: REGIONS.dr },
    ]);
    await drill.untilRole("primary", "FENCED", 300);
    await drill.pass(400);
    drill.mark(`the old primary is ${drill.observer.role("primary")}`);
    await drill.noteDatabases();
    await drill.mend("DR returns");
    await drill.until("DR accepts payments again", RTO_BOUND_SECONDS, () => drill.acceptsNow("dr"));
    await drill.pass(SWEEP_SECONDS);
  },
  expectations: [
    ...SAFE,
    ...takesOver("dr"),
    hadRole("primary", "FENCED"),
    {
      text: "the old primary accepted nothing after its return",
      shortfall: ({ facts: { attempts, outageAt = 0 } }) => {
        const accepted = attempts.filter(
          ({ outcome, epoch, replayed, startedAt }) =>
            outcome === "accepted" && !replayed && epoch === 1 && startedAt > outageAt,
        );
        return accepted.length === 0 ? undefined : `${accepted.length} payments`;
      },
    },
    endsAs("dr", "ACTIVE"),
    ...LOSS_WITHIN_LAG,
  ],
};
