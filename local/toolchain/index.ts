export { cacheDirectory, ensureTool, type Tool } from "./cache";
export { ensureChromium } from "./chromium";
export { ensureEngine, findOnPath, PULUMI_VERSION, type Engine } from "./engine";
export { CONTRACT, ensurePython, type PythonEnvironment } from "./python";
