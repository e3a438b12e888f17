export { startPspSimulator, type PspSimulator, type PspSimulatorOptions } from "./startPspSimulator";
export { TOKENS } from "./tokens";
