import type { RequirementMutation } from "../Requirement";
import { OPERATION_MUTATIONS } from "./operation";
import { PLATFORM_MUTATIONS } from "./platform";
import { RECOVERY_MUTATIONS } from "./recovery";

/** A change for each requirement that a test which names it must miss. */
export const REQUIREMENT_MUTATIONS: readonly RequirementMutation[] = [
  ...PLATFORM_MUTATIONS,
  ...RECOVERY_MUTATIONS,
  ...OPERATION_MUTATIONS,
];
