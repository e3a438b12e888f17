export { destroyAccountStack, readAccountStack } from "./accountStack";
export {
  deploy,
  environmentSuffix,
  recoverInterruptedDeployment,
  REGION_NAMES,
  type Deployment,
} from "./deploy";
export { databasesOf, endOutages, letSecondaryLeaveFirst } from "./globalDatabase";
export { findLeftovers, type Leftover } from "./leftovers";
export { removePrerequisites } from "./prerequisites";
export { OwnPlatform } from "./OwnPlatform";
export { Pulumi, REPOSITORY, STACK, type ResourceChanges } from "./Pulumi";
export { deploymentTarget, type DeploymentTarget } from "./target";
