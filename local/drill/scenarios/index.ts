import type { Scenario } from "../Scenario";
import { crashMidFailover } from "./crashes";
import { drUnhealthy, falseAlarm, partition, slowPrimary, standbyBroken } from "./noFailover";
import { apiLoss, databaseLoss, lambdaErrors } from "./partialLoss";
import { failback, lossDuringFailback, switchover } from "./planned";
import { regionLoss } from "./regionLoss";
import { pspDown, pspTimeouts, replay } from "./settlement";
import { doubleFailure, drApiDown, flapping, isolatedPrimary } from "./twoWriters";

/**
 * All drills, in the order in which they run one after the other: those that leave the platform as it was go first, so
 * that they share one.
 */
export const SCENARIOS: readonly Scenario[] = [
  ...[falseAlarm, slowPrimary, partition, drUnhealthy, standbyBroken, failback],
  ...[regionLoss, switchover, isolatedPrimary, flapping, drApiDown, doubleFailure],
  ...[databaseLoss, apiLoss, lambdaErrors],
  ...[replay, pspDown, pspTimeouts, crashMidFailover, lossDuringFailback],
];
