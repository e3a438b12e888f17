/** Rehearsals of what the platform is built for: faults, and what must come of them. */
export { DRILL_CLOCK_FACTOR, DRILL_FOLDER, DrillPlatform } from "./platform/DrillPlatform";
export { machineReasons } from "./preflight";
export { reportHtml } from "./report/html";
export { drillReport, type DrillReport } from "./report/report";
export { exitCodeOf, resultText, scenarioList, summaryText, type DrillResult } from "./report/texts";
export { runScenario, type DrillOptions } from "./runScenario";
export type { DrillSettings, Scenario } from "./Scenario";
export { SCENARIOS } from "./scenarios";
