export { cloudFiles, readCloudState, type CloudState } from "./cloudState";
export { DOMAIN } from "./pki";
export { choosePort, PORT_VARIABLE } from "./ports";
export { isRunning, type ProcessIdentity } from "./processIdentity";
export { readSecrets, type ExistingSecrets } from "./secrets";
export { CLOCK_FACTOR_VARIABLE, runningCloud, startCloud } from "./startCloud";
export { stopCloud } from "./stopCloud";
