export type { Requirement, RequirementMutation } from "./Requirement";
export { REQUIREMENTS } from "./requirements";
export { REQUIREMENT_MUTATIONS } from "./mutations";
export { requirementsMap } from "./requirementsMap";
export { allNamingTests, namingTests, requirementsIn, type NamingTest } from "./titles";
