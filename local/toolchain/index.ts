export { cacheDirectory, ensureTool, type Tool } from "./cache";
export { ensureEngine, findOnPath, PULUMI_VERSION, type Engine } from "./engine";
export { ensurePython } from "./python";
