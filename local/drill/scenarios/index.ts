import type { Scenario } from "../Scenario";
import { regionLoss } from "./regionLoss";

/** All drills, in the order in which they run one after the other. */
export const SCENARIOS: readonly Scenario[] = [regionLoss];
